"""Where the bars of printed charts lie: pure geometry, in points from the lower left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Bar:
    """A rectangle, and the number that it stands for."""

    value: int
    x: float
    y: float
    width: float
    height: float


def lying(pairs: Sequence[tuple[int, int]], width: float, height: float) -> list[tuple[Bar, Bar]]:
    """Target and reached of each goal, one under the other, each pair on a scale of its own.

    What goes beyond its target fills the width, and the target falls short of it.
    """
    place = height / max(1, len(pairs))
    rows = []
    for at, (target, reached) in enumerate(pairs):
        scale = width / max(target, reached, 1)
        low = height - (at + 1) * place + place * 0.3
        rows.append(
            (
                Bar(target, 0, low, target * scale, place * 0.4),
                Bar(reached, 0, low, reached * scale, place * 0.4),
            )
        )
    return rows


def standing(series: Sequence[Sequence[int]], width: float, height: float) -> list[list[Bar]]:
    """Columns side by side for each label, all series on one scale; a list of bars per series."""
    labels = len(series[0]) if series else 0
    most = max((value for values in series for value in values), default=0) or 1
    place = width / max(1, labels)
    each = place * 0.7 / max(1, len(series))
    return [
        [
            Bar(
                value,
                at * place + place * 0.15 + number * each,
                0,
                each * 0.92,
                value / most * height,
            )
            for at, value in enumerate(values)
        ]
        for number, values in enumerate(series)
    ]


def months(since: date, until: date) -> list[tuple[date, date]]:
    """The months of a period, each with its first and last day in it."""
    found = []
    while since <= until:
        following = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append((since, min(until, following - timedelta(days=1))))
        since = following
    return found
