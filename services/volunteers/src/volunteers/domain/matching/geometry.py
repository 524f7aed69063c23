"""Distance over the ground, for one pair or for a whole column of volunteers at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_M = 6_371_009
"""The mean radius of the WGS 84 ellipsoid, in metres."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def metres_between(
    latitude: float, longitude: float, latitudes: Floats, longitudes: Floats
) -> Ints:
    """Great-circle distances in whole metres from one place to many, all in degrees.

    Rounded, so that the last bit of a sine, which differs between machines, decides nothing.
    """
    ours, theirs = np.radians(latitude), np.radians(latitudes)
    half_north = (theirs - ours) / 2
    half_east = np.radians(longitudes - longitude) / 2
    chord: Any = np.sin(half_north) ** 2 + np.cos(ours) * np.cos(theirs) * np.sin(half_east) ** 2
    away: Ints = np.rint(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord))).astype(np.int64)
    return away


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """The same for one pair."""
    there = np.array([other_latitude]), np.array([other_longitude])
    return int(metres_between(latitude, longitude, *there)[0])
