"""The best assignment of a world, proven: on a bounded graph, widened until nothing is missing."""

from dataclasses import dataclass

import numpy as np

from volunteers.domain.matching.assignment import NOBODY, assign, price_of_order
from volunteers.domain.matching.augmenting import with_room
from volunteers.domain.matching.candidates import NOTHING, Graph, by_need_and_rank, ranked_rows
from volunteers.domain.matching.geometry import Bools, Ints
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.prices import least_prices

ROUNDS = 20
"""So often the graph is widened at most; two or three times is what worlds have taken."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Who serves each need, and whether no eligible pair outside of the graph could do better."""

    volunteer_of: Ints
    served: tuple[int, ...]
    total: int
    graph: Graph
    proven: bool


def solve(
    asked: Asked, pool: Pool, graph: Graph, classes: Ints, limits: Ints, without: Ints | None = None
) -> Solved:
    """Assign on the graph; bring in what was left out as long as the prices say that it matters.

    `without` names one volunteer per need who is not to serve it.
    """
    for _ in range(ROUNDS):
        rows = graph.rows if without is None else _others(graph.rows, without)
        found = _assigned(asked, pool, rows, classes, limits)
        missing = _missing(asked, pool, graph, rows, classes, found, limits, without)
        if not len(missing):
            return Solved(*found, graph, proven=True)
        graph = _widened(graph, missing)
    return Solved(*found, graph, proven=False)


Found = tuple[Ints, tuple[int, ...], int]


def _assigned(asked: Asked, pool: Pool, rows: Ints, classes: Ints, limits: Ints) -> Found:
    """The assignment with needs and volunteers numbered by place, told in their own numbers."""
    need_at, volunteer_at = _inverse(asked.order), _inverse(pool.order)
    found = assign(
        classes[asked.order],
        np.column_stack([need_at[rows[:, 0]], volunteer_at[rows[:, 1]], rows[:, 2]]),
        limits[pool.order],
    )
    given = np.asarray(found.volunteer_of, dtype=np.int64)[need_at]
    own: Ints = np.append(pool.order, NOBODY)[given]
    return own, found.served, found.total


def _missing(
    asked: Asked,
    pool: Pool,
    graph: Graph,
    rows: Ints,
    classes: Ints,
    found: Found,
    limits: Ints,
    without: Ints | None,
) -> Ints:
    """Rows outside of the graph that some need would rather have, at the least prices."""
    if not (graph.left_out != NOTHING).any():
        return rows[:0]
    ranks = np.unique(classes, return_inverse=True)[1].reshape(-1)
    at = price_of_order(ranks, rows)[ranks] if len(ranks) else ranks
    rows = with_room(rows, limits)
    prices, keeps = least_prices(rows[:, :3], found[0], at, pool.size)
    prices[limits == 0] = np.iinfo(np.int64).max // 2
    doubtful = (graph.left_out > keeps) & (graph.left_out != NOTHING)
    if not doubtful.any():
        return rows[:0]
    known = np.sort(graph.rows[:, 0] * pool.size + graph.rows[:, 1])
    better = [rows[:0]]
    for part in ranked_rows(asked, pool, np.flatnonzero(doubtful)):
        liked = part[part[:, 2] - prices[part[:, 1]] > keeps[part[:, 0]]]
        liked = liked if without is None else _others(liked, without)
        better.append(liked[~_among(known, liked[:, 0] * pool.size + liked[:, 1])])
    return np.concatenate(better)


def _widened(graph: Graph, missing: Ints) -> Graph:
    rows = by_need_and_rank(np.concatenate([graph.rows, missing]))
    return Graph(rows, graph.eligible, graph.left_out)


def _others(rows: Ints, without: Ints) -> Ints:
    others: Ints = rows[without[rows[:, 0]] != rows[:, 1]]
    return others


def _among(known: Ints, asked: Ints) -> Bools:
    if not len(known):
        return np.zeros(len(asked), dtype=np.bool_)
    same: Bools = known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked
    return same


def _inverse(order: Ints) -> Ints:
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    return at
