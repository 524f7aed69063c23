"""Speed as ratios: contestants take turns in one run, so that a busy machine is busy for all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """One comparison: what each contestant reached, in its unit, round by round."""

    title: str
    unit: str
    results: Mapping[str, list[float]]
    ours: str
    targets: Mapping[str, float] = field(default_factory=dict)
    """By peer: the ratio ours to theirs that is promised."""
    lower_is_better: bool = False
    limit: float | None = None
    """What ours is promised by itself, in the table's unit, where the promise is no ratio."""

    def ratios(self, peer: str) -> list[float]:
        """Round by round, ours to theirs: both of a round met the same machine."""
        pairs = zip(self.results[self.ours], self.results[peer], strict=True)
        return [mine / theirs for mine, theirs in pairs]

    def kept_limit(self) -> str:
        """Whether ours keeps what it is promised by itself."""
        reached, limit = statistics.median(self.results[self.ours]), self.limit or 0.0
        return "kept" if (reached <= limit) == self.lower_is_better else "missed"

    def verdict(self, peer: str) -> str:
        ratio, target = statistics.median(self.ratios(peer)), self.targets[peer]
        return (
            "kept" if (ratio <= target if self.lower_is_better else ratio >= target) else "missed"
        )


def race(contestants: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, list[float]]:
    """Each contestant's result in each round; the order turns, so that nobody is always first."""
    results: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            results[name].append(contestants[name]())
    return results
