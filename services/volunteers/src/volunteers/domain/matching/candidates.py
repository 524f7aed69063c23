"""The candidate graph: the eligible pairs of a world, with their scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from volunteers.domain.matching.geometry import Ints
from volunteers.domain.matching.pool import Pool
from volunteers.domain.matching.world import Need


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody eligible for one need, best first: places in the pool and their scores."""

    places: Ints
    scores: Ints

    def rank_of(self, place: int) -> int | None:
        """From 1; None when not eligible."""
        found = np.flatnonzero(self.places == place)
        return int(found[0]) + 1 if len(found) else None


def ranking(need: Need, pool: Pool) -> Ranking:
    """Best score first; equal scores in order of the volunteers' ids."""
    places = pool.eligible(need)
    scores = pool.scores(need, places)
    order = np.argsort(-scores, kind="stable")
    return Ranking(places[order], scores[order])


def candidate_rows(rankings: Sequence[Ranking]) -> Ints:
    """Rows (need, volunteer, score) as `assignment.assign` takes them."""
    sizes = [len(each.places) for each in rankings]
    if not sum(sizes):
        return np.zeros((0, 3), dtype=np.int64)
    return np.column_stack(
        [
            np.repeat(np.arange(len(rankings)), sizes),
            np.concatenate([each.places for each in rankings]),
            np.concatenate([each.scores for each in rankings]),
        ]
    ).astype(np.int64)


def classes_of(needs: Sequence[Need]) -> list[int]:
    """Each need's priority class: 0 for the most urgent that has waited longest."""
    priorities: list[tuple[int, date]] = sorted({need.priority for need in needs})
    place = {priority: rank for rank, priority in enumerate(priorities)}
    return [place[need.priority] for need in needs]
