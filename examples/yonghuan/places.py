"""Where things stand: 24 buildings around the middle of 永环社区, and the school.

Coordinates are WGS-84 degrees. The grid is invented; only its middle is on the map.
"""

from dataclasses import dataclass
from math import cos, pi, radians, sin
from random import Random

CENTRE_LATITUDE, CENTRE_LONGITUDE = 41.796, 123.455
METRES_PER_DEGREE = 111_195


@dataclass(frozen=True)
class Place:
    """A point, in degrees with six decimals (about 10 cm)."""

    latitude: str
    longitude: str


def at(east: float, north: float) -> Place:
    """The place so many metres east and north of the middle of the community."""
    latitude = CENTRE_LATITUDE + north / METRES_PER_DEGREE
    longitude = CENTRE_LONGITUDE + east / (METRES_PER_DEGREE * cos(radians(CENTRE_LATITUDE)))
    return Place(f"{latitude:.6f}", f"{longitude:.6f}")


def around(chance: Random, nearest: float, farthest: float) -> Place:
    """Somewhere between two distances (metres) from the middle."""
    angle, distance = chance.uniform(0, 2 * pi), chance.uniform(nearest, farthest)
    return at(distance * cos(angle), distance * sin(angle))


def _buildings() -> dict[int, Place]:
    """Six columns and four rows, 130 m apart, each a little off the line."""
    chance = Random("buildings")
    return {
        row * 6 + column + 1: at(
            (column - 2.5) * 130 + chance.uniform(-20, 20),
            (row - 1.5) * 130 + chance.uniform(-20, 20),
        )
        for row in range(4)
        for column in range(6)
    }


BUILDINGS = _buildings()
SCHOOL = at(520, -310)
