"""Where a household lives, no more precisely than matching needs."""

from __future__ import annotations

DECIMALS = 3
"""Of a degree: about 100 m. The exact place is in the sealed address only."""

LATITUDES = (3.0, 54.0)
LONGITUDES = (73.0, 136.0)
"""China's extent; a swapped pair falls outside."""


def coarse(degrees: float) -> float:
    """A coordinate as it is stored and published."""
    return round(degrees, DECIMALS)
