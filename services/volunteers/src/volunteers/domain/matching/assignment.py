"""The core: who serves whom, optimal for the stated order, on a bare list of candidates.

The order of aims (DESIGN: matching):

1. serve by priority class: as many needs of the first class as can be served at all, then as
   many of the second as that leaves possible, and so on;
2. serve as many needs as possible;
3. the greatest total score.

How it is reached, exactly and without a large constant that stands for "more important":

*Counts.* Sets of needs that can be served together are the independent sets of a transversal
matroid. There the greedy choice, class by class, growing one matching by augmenting paths, never
needs to take back a need it has served; so the number served per class, k_c, is the best one for
aim 1, and no other number of needs served is greater, which is aim 2 (`augmenting.py`).

*Scores.* Among all matchings that serve exactly k_c needs of each class c, a minimum-cost flow
finds the greatest total score: class (supply k_c) → its needs (1) → volunteers → sink (capacity).
The flow is forced through the classes, and all costs and capacities are whole numbers, so its
optimum is a matching and is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from volunteers.domain.matching.augmenting import served_per_class
from volunteers.domain.matching.geometry import Ints

NOBODY = -1

Candidates = npt.ArrayLike
"""Rows (need, volunteer, score): indices from 0 and a whole number, in any order."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`volunteer_of[need]` is a volunteer's index or `NOBODY`; `served[c]` counts class c."""

    volunteer_of: tuple[int, ...]
    served: tuple[int, ...]
    total: int


def assign(
    classes: Sequence[int] | Ints, candidates: Candidates, capacities: Sequence[int] | Ints
) -> Assignment:
    """The best assignment for the order of aims above.

    classes     one whole number per need; smaller is more pressing
    candidates  rows (need, volunteer, score), only pairs that may be; of a repeated pair the
                highest score counts; the order of rows does not matter
    capacities  one whole number ≥ 0 per volunteer: how many needs they can take

    Raises ValueError for indices out of range or negative capacities.
    """
    rows = _canonical(candidates, len(classes), capacities)
    del candidates  # millions of them need not stand in memory twice
    ranks = np.unique(np.asarray(classes, dtype=np.int64), return_inverse=True)[1].reshape(-1)
    limits = np.asarray(capacities, dtype=np.int64)
    served = served_per_class(ranks, rows[:, :2], limits)
    volunteer_of = _best_scores(ranks, rows, limits, served)
    chosen = volunteer_of[rows[:, 0]] == rows[:, 1]
    total = int(rows[chosen, 2].sum())
    return Assignment(tuple(volunteer_of.tolist()), tuple(served.tolist()), total)


def price_of_order(ranks: Ints, rows: Ints) -> Ints:
    """What leaving out a need of each class costs in one sum with the scores, exactly.

    In a matroid any falling weights give the greedy order; the steps are wider than what all
    scores together can differ.
    """
    most = int(np.abs(rows[:, 2]).max(initial=0))
    step = 2 * (len(ranks) + 1) * (most + 1)
    classes = int(ranks.max(initial=-1)) + 1
    if step * (classes + 1) >= 2**62:
        raise ValueError("the scores lie too far apart for whole numbers of 64 bits; scale them")
    return step * (classes - np.arange(classes, dtype=np.int64))


def candidates_of(scores: npt.ArrayLike, allowed: npt.ArrayLike | None = None) -> Ints:
    """A matrix needs × volunteers of scores as candidate rows; `allowed` masks pairs out."""
    matrix = np.asarray(scores, dtype=np.int64)
    mask = np.ones(matrix.shape, dtype=np.bool_) if allowed is None else np.asarray(allowed, bool)
    needs, volunteers = np.nonzero(mask)
    return np.column_stack([needs, volunteers, matrix[needs, volunteers]])


def _canonical(candidates: Candidates, needs: int, capacities: Sequence[int] | Ints) -> Ints:
    """Rows in order of need and volunteer, the best of each repeated pair only."""
    rows = np.asarray(candidates, dtype=np.int64).reshape(-1, 3)
    if np.asarray(capacities).min(initial=0) < 0:
        raise ValueError("a capacity is negative; give 0 for a volunteer who can take nobody")
    for column, size in ((rows[:, 0], needs), (rows[:, 1], len(capacities))):
        if column.min(initial=0) < 0 or column.max(initial=-1) >= size:
            raise ValueError("a candidate names a need or volunteer out of range; count from 0")
    pair = rows[:, 0] * len(capacities) + rows[:, 1]
    order = sorting(pair, needs * len(capacities))
    rows = rows[order]
    first = np.diff(pair[order], prepend=-1) > 0
    if first.all():
        return rows
    return rows[np.lexsort((-rows[:, 2], rows[:, 1], rows[:, 0]))][first]


def sorting(keys: Ints, end: int) -> Ints:
    """``np.argsort`` of keys below ``end``: numbers alone sort several times as fast as places."""
    if end * len(keys) >= 2**63:
        return np.argsort(keys, kind="stable")
    packed = keys * len(keys) + np.arange(len(keys))
    packed.sort()
    places: Ints = packed % max(len(keys), 1)
    return places


def _best_scores(ranks: Ints, rows: Ints, limits: Ints, served: Ints) -> Ints:
    """Step two: the flow that serves exactly `served` per class at the greatest total score."""
    volunteer_of = np.full(len(ranks), NOBODY, dtype=np.int64)
    useful = (served[ranks[rows[:, 0]]] > 0) & (limits[rows[:, 1]] > 0)
    rows = rows if useful.all() else rows[useful]
    if not len(rows):
        return volunteer_of
    flow = _network(ranks, rows, limits, served)
    status = flow.solve()
    if status == flow.BAD_COST_RANGE:
        raise ValueError("the scores lie too far apart for whole numbers of 64 bits; scale them")
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow solver answered {status.name} to a network known feasible")
    chosen = rows[flow.flows(np.arange(len(rows), dtype=np.int32)) > 0]
    volunteer_of[chosen[:, 0]] = chosen[:, 1]
    return volunteer_of


def _network(
    ranks: Ints, rows: Ints, limits: Ints, served: Ints
) -> min_cost_flow.SimpleMinCostFlow:
    """The first arcs are the candidate rows, in their order; nodes: needs, volunteers, classes.

    A class served as a whole needs no node: each of its needs is supplied by itself.
    """
    needs, volunteers = len(ranks), len(limits)
    taking, taken = (np.flatnonzero(np.bincount(rows[:, side])) for side in (0, 1))
    partly = served < np.bincount(ranks[taking], minlength=len(served))
    choosing, certain = taking[partly[ranks[taking]]], taking[~partly[ranks[taking]]]
    classes = needs + volunteers + np.arange(len(served))
    sink = needs + volunteers + len(served)
    flow = min_cost_flow.SimpleMinCostFlow()
    _arcs(flow, rows[:, 0], needs + rows[:, 1], 1, rows[:, 2].max() - rows[:, 2])
    _arcs(flow, classes[ranks[choosing]], choosing, 1, 0)
    _arcs(flow, needs + taken, sink, limits[taken], 0)
    flow.set_nodes_supplies(certain.astype(np.int32), np.ones(len(certain), dtype=np.int64))
    flow.set_nodes_supplies(classes[partly].astype(np.int32), served[partly])
    flow.set_node_supply(sink, -int(served.sum()))
    return flow


def _arcs(
    flow: min_cost_flow.SimpleMinCostFlow,
    tails: Ints,
    heads: Ints | int,
    capacities: Ints | int,
    costs: Ints | int,
) -> None:
    count = len(tails)
    flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32),
        np.broadcast_to(heads, count).astype(np.int32),
        np.broadcast_to(capacities, count).astype(np.int64),
        np.broadcast_to(costs, count).astype(np.int64),
    )
