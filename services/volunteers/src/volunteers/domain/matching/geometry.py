"""Distance over the ground: places as points of the unit sphere, one pair or many at once."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_M = 6_371_009
"""The mean radius of the WGS 84 ellipsoid, in metres."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def on_sphere(latitudes: npt.ArrayLike, longitudes: npt.ArrayLike) -> Floats:
    """Places in degrees as points of the unit sphere, a row each."""
    north, east = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], -1)


def metres_between(ours: Floats, theirs: Floats) -> Ints:
    """Great-circle distances in whole metres between points of the sphere, row by row.

    Rounded, so that the last bit of a sine, which differs between machines, decides nothing.
    """
    apart = ours - theirs
    chord: Any = np.sqrt(np.einsum("...i,...i", apart, apart))
    away: Ints = np.rint(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1))).astype(np.int64)
    return away


def chord_of(metres: int) -> float:
    """How far apart on the unit sphere places are that lie so many metres apart; rounded up."""
    return 2 * math.sin(min((metres + 1) / (2 * EARTH_RADIUS_M), math.pi / 2))


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """The same for one pair of places in degrees; without arrays it takes a tenth of the time."""
    ours, theirs = _point(latitude, longitude), _point(other_latitude, other_longitude)
    return round(2 * EARTH_RADIUS_M * math.asin(min(math.dist(ours, theirs) / 2, 1)))


def _point(latitude: float, longitude: float) -> tuple[float, float, float]:
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def by_place(latitudes: Floats, longitudes: Floats) -> Ints:
    """An order in which neighbours stand together: cells of some ten metres along a Z curve.

    The flow solver walks along the graph; with neighbours close in memory it takes less time.
    """
    north, east = (_spread(_cells(each)) for each in (latitudes, longitudes))
    return np.argsort(north | (east << np.uint64(1)), kind="stable")


def _cells(degrees: Floats) -> npt.NDArray[np.uint64]:
    """Whole ten-thousandths of a degree above the least; beyond six degrees all are one."""
    steps = np.rint(degrees * 10_000).astype(np.int64)
    return np.minimum(steps - (steps.min() if len(steps) else 0), 0xFFFF).astype(np.uint64)


def _spread(cells: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The sixteen bits of each number, with a gap between any two."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cells = (cells | (cells << np.uint64(shift))) & np.uint64(mask)
    return cells
