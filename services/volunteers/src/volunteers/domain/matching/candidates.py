"""The candidate graph: the eligible pairs of a world, with their scores.

Neighbours come from a k-d tree on the unit sphere, filters and factors by column (`pairs.py`);
no Python loop runs over pairs. Of each need's eligible volunteers the best `BOUND` are kept; what
is left out is held against the solution's prices (`prices.py`) and brought in where it matters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.spatial import KDTree

from volunteers.domain.matching.assignment import sorting
from volunteers.domain.matching.geometry import Ints, chord_of
from volunteers.domain.matching.pairs import Pairs
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.world import Need

BOUND = 30
"""So many candidates per need stand in the graph at first."""

AT_ONCE = 200_000
"""Pairs worked on together: more of them run out of the processor's cache."""

MOST_AT_ONCE = 4096
"""Needs worked on together, so that need, score and volunteer fit into one whole number."""

NOTHING = -1


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody eligible for one need, best first: places in the pool and their scores."""

    places: Ints
    scores: Ints

    def rank_of(self, place: int) -> int | None:
        """From 1; None when not eligible."""
        found = np.flatnonzero(self.places == place)
        return int(found[0]) + 1 if len(found) else None


@dataclass(frozen=True, slots=True)
class Graph:
    """Rows (need, volunteer, score, rank), in order of need and rank, and what is not among them.

    `eligible` counts, for each need, all who may serve it; `left_out` is the score of the best
    of those who are not in the graph, `NOTHING` where all are.
    """

    rows: Ints
    eligible: Ints
    left_out: Ints


def everybody(need: Need, pool: Pool) -> Pairs:
    """One need with each volunteer of the pool."""
    return Pairs(Asked([need], pool), pool, np.zeros(pool.size, np.int64), np.arange(pool.size))


def ranking(need: Need, pool: Pool) -> Ranking:
    """Best score first; equal scores in order of the volunteers' ids."""
    pairs = everybody(need, pool).eligible()
    scores = pairs.scores()
    order = np.argsort(-scores, kind="stable")
    return Ranking(pairs.v[order], scores[order])


def graph_of(asked: Asked, pool: Pool, bound: int = BOUND) -> Graph:
    """The best `bound` eligible volunteers of each need."""
    needs = len(asked.needs)
    eligible, left_out = np.zeros(needs, np.int64), np.full(needs, NOTHING, np.int64)
    parts = [np.zeros((0, 4), np.int64)]
    for rows in ranked_rows(asked, pool, np.arange(needs)):
        eligible += np.bincount(rows[:, 0], minlength=needs)
        first_out = rows[rows[:, 3] == bound + 1]
        left_out[first_out[:, 0]] = first_out[:, 2]
        parts.append(rows[rows[:, 3] <= bound])
    rows = np.concatenate(parts)
    return Graph(by_need_and_rank(rows), eligible, left_out)


def by_need_and_rank(rows: Ints) -> Ints:
    """The order in which a graph has its rows."""
    ranks = int(rows[:, 3].max(initial=0)) + 1
    needs = int(rows[:, 0].max(initial=0)) + 1
    ordered: Ints = rows[sorting(rows[:, 0] * ranks + rows[:, 3], needs * ranks)]
    return ordered


def ranked_rows(asked: Asked, pool: Pool, wanted: Ints) -> Iterator[Ints]:
    """All eligible pairs of these needs, as rows (need, volunteer, score, rank), in parts."""
    for members, offered in _groups(asked, pool, wanted):
        tree, start, step = KDTree(pool.points[offered]), 0, 64
        chord = chord_of(int(asked.reach[members[0]]))
        while start < len(members):
            part = members[start : start + step]
            near = KDTree(asked.points[part]).sparse_distance_matrix(
                tree, chord, output_type="ndarray"
            )
            pairs = Pairs(asked, pool, part[near["i"]], offered[near["j"]]).eligible()
            yield _ranked(pairs, part)
            start += step
            step = max(1, min(4 * step, step * AT_ONCE // max(1, len(near)), MOST_AT_ONCE))


def _groups(asked: Asked, pool: Pool, wanted: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Needs of one community and aid kind, near ones together, and those who could serve them."""
    usable = np.flatnonzero(pool.usable)
    groups: dict[tuple[str, str], list[int]] = {}
    chosen = np.zeros(len(asked.needs), dtype=np.bool_)
    chosen[wanted] = True
    for place in asked.order[chosen[asked.order]].tolist():
        need = asked.needs[place]
        groups.setdefault((need.community, need.aid_kind), []).append(place)
    for members in groups.values():
        first = np.full(len(usable), members[0])
        pairs = Pairs(asked, pool, first, usable)
        offered = pairs.passing("scope", "aid_kind").v
        if len(offered):
            yield np.array(members), offered


def _ranked(pairs: Pairs, part: Ints) -> Ints:
    """Rows in order of need, best score, and volunteer: sorted as one whole number each."""
    scores, best = pairs.worth(), pairs.pool.rules.most_points
    local = np.zeros(int(part.max()) + 1, dtype=np.int64)
    local[part] = np.arange(len(part))
    people, points = pairs.pool.size.bit_length(), best.bit_length()
    packed = np.sort((local[pairs.n] << points | best - scores) << people | pairs.v)
    n, score = packed >> people + points, best - (packed >> people & (1 << points) - 1)
    starts = np.flatnonzero(np.diff(n, prepend=-1))
    sizes = np.diff(np.append(starts, len(n)))
    ranks = np.arange(len(n)) - np.repeat(starts, sizes) + 1
    return np.column_stack([part[n], packed & (1 << people) - 1, score, ranks])


def classes_of(needs: Sequence[Need]) -> list[int]:
    """Each need's priority class: 0 for the most urgent that has waited longest."""
    priorities: list[tuple[int, date]] = sorted({need.priority for need in needs})
    place = {priority: rank for rank, priority in enumerate(priorities)}
    return [place[need.priority] for need in needs]
