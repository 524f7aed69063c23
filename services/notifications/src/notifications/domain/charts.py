"""Where the bars of a chart lie: pure geometry, drawn as SVG by the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 160
LEFT, BOTTOM, TOP = 34, 22, 10
GAP = 0.42
"""The part of a column's place that stays empty."""


@dataclass(frozen=True)
class Piece:
    """A rectangle of one series."""

    series: str
    value: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """What one label stands for: its pieces, from the bottom up."""

    label: str
    total: float
    middle: float
    top: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Chart:
    """Stacked columns, with lines at round numbers."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, float], ...]

    @property
    def empty(self) -> bool:
        return all(column.total == 0 for column in self.columns)


def stacked(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], most: float | None = None
) -> Chart:
    """Columns of the series' values; ``most`` is the end of the scale where it is known."""
    totals = [sum(values[at] for values in series.values()) for at in range(len(labels))]
    step = _step(most or max(totals, default=0))
    ceiling = most or step * max(1, -(-max(totals, default=0) // step))
    scale = (HEIGHT - TOP - BOTTOM) / ceiling
    floor = HEIGHT - BOTTOM
    place = (WIDTH - LEFT) / max(1, len(labels))
    columns = []
    for at, label in enumerate(labels):
        x, y, pieces = LEFT + place * (at + GAP / 2), float(floor), []
        for name, values in series.items():
            tall = values[at] * scale
            y -= tall
            pieces.append(Piece(name, values[at], *_round(x, y, place * (1 - GAP), tall)))
        middle = round(LEFT + place * (at + 0.5), 1)
        columns.append(Column(label, totals[at], middle, round(y, 1), tuple(pieces)))
    lines = []
    value = 0.0
    while value <= ceiling + step / 1000:
        lines.append((round(value, 2), round(floor - value * scale, 1)))
        value += step
    return Chart(tuple(columns), tuple(lines))


def _step(most: float) -> float:
    """A round number that goes into ``most`` three to five times."""
    step = 1.0
    while most / step > 5:
        for factor in (2, 2.5, 2):  # 1, 2, 5, 10 …
            step *= factor
            if most / step <= 5:
                break
    return step


def _round(*numbers: float) -> tuple[float, ...]:
    return tuple(round(number, 1) for number in numbers)
