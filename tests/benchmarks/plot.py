"""A curve as SVG, both axes logarithmic; no library for one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

WIDTH, HEIGHT, EDGE = 640, 400, 60


def curve(title: str, across: str, up: str, points: Mapping[int, float]) -> str:
    """The points joined by a line, each with its value."""
    xs, ys = _scale(points, WIDTH), _scale(points.values(), HEIGHT)
    placed = [(xs(x), HEIGHT - ys(y), x, y) for x, y in sorted(points.items())]
    line = " ".join(f"{left:.0f},{top:.0f}" for left, top, _, _ in placed)
    dots = [
        f'<circle cx="{left:.0f}" cy="{top:.0f}" r="4"/>'
        f'<text x="{left:.0f}" y="{top - 10:.0f}" text-anchor="end">{y:.2g}</text>'
        f'<text x="{left:.0f}" y="{HEIGHT - EDGE / 2:.0f}" text-anchor="middle">{x:,}</text>'
        for left, top, x, y in placed
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            '<g font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            f'<text x="{EDGE}" y="24" font-size="15">{title} ({up}, logarithmic)</text>',
            f'<polyline points="{line}" fill="none" stroke="black"/>',
            *dots,
            f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 8}" text-anchor="end">{across}</text>',
            "</g></svg>",
            "",
        ]
    )


def _scale(values: Iterable[float], length: int) -> Callable[[float], float]:
    logs = [math.log(value) for value in values]
    low, span = min(logs), max(max(logs) - min(logs), 1e-9)
    return lambda value: EDGE + (math.log(value) - low) / span * (length - 2 * EDGE)
