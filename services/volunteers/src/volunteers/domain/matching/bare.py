"""The core for others: a bare cost matrix, or a list of pairs with costs, whole or with fractions.

As many rows as possible are served, at the least total cost. Whole numbers are taken as they are
and the answer is exact. Numbers with fractions are multiplied by a power of two, so large that
most lists become whole numbers without loss; `error` says how far the total may lie above the
least one, and is 0 where nothing was lost.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from volunteers.domain.matching.assignment import NOBODY, assign
from volunteers.domain.matching.geometry import Floats, Ints

MOST_BITS = 60
"""Costs times nodes stay below two to this power: the solver works in whole numbers of 64 bits."""


@dataclass(frozen=True, slots=True)
class Bare:
    """`column_of[row]` is a column's index or `NOBODY`; `total` is the cost of the chosen pairs."""

    column_of: tuple[int, ...]
    served: int
    total: int | float
    error: float


def assign_matrix(matrix: Any, capacities: Sequence[int] | None = None) -> Bare:
    """Assign the rows of a matrix of costs to its columns.

    A cost of infinity, NaN or None forbids a pair. Each column takes one row, or as many as
    `capacities` says. The matrix may have any shape, and costs may be negative.
    """
    given = np.asarray(matrix)
    if given.dtype == object:
        given = np.array([[np.nan if each is None else each for each in row] for row in given])
    if not given.size:
        given = np.zeros((*given.shape, 0, 0)[:2])
    if given.ndim != 2:
        raise ValueError(f"a matrix has two dimensions, this has {given.ndim}; give rows of costs")
    rows, columns = np.nonzero(np.isfinite(given))
    limits = [1] * given.shape[1] if capacities is None else capacities
    return assign_pairs(rows, columns, given[rows, columns], limits, rows=given.shape[0])


def assign_pairs(
    row: npt.ArrayLike,
    column: npt.ArrayLike,
    cost: npt.ArrayLike,
    capacities: Sequence[int],
    *,
    rows: int | None = None,
) -> Bare:
    """Assign rows to columns where only the listed pairs may be; of a repeated one the least
    counts.

    `rows` counts the rows, where some have no pair. Raises ValueError for costs that are no finite
    numbers or lie too far apart, and for indices out of range.
    """
    ours, theirs = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64)
    costs = np.asarray(cost)
    if len(costs) and not np.isfinite(costs).all():
        raise ValueError("a cost is not finite; leave out the pairs that may not be")
    count = int(ours.max(initial=-1)) + 1 if rows is None else rows
    whole, scale = _whole(costs, count + len(capacities) + 2)
    found = assign([0] * count, np.column_stack([ours, theirs, -whole]), capacities)
    given = np.asarray(found.volunteer_of, dtype=np.int64)
    served = int((given != NOBODY).sum())
    lost = not np.array_equal(np.ldexp(whole.astype(np.float64), -scale), costs) if scale else False
    return Bare(
        found.volunteer_of,
        served,
        -found.total if scale == 0 else _sum(ours, theirs, costs, given),
        math.ldexp(served, -scale) if lost else 0.0,
    )


def _whole(costs: npt.NDArray[Any], nodes: int) -> tuple[Ints, int]:
    """The costs as whole numbers, and the power of two that they were multiplied by."""
    if not len(costs):
        return costs.astype(np.int64), 0
    room = MOST_BITS - math.ceil(math.log2(nodes))
    if np.issubdtype(costs.dtype, np.integer) or (costs == np.rint(costs)).all():
        if max(abs(int(costs.max())), abs(int(costs.min()))) >= 2**room:
            raise ValueError(f"a cost has more than {room} bits; scale the costs down")
        return costs.astype(np.int64), 0
    most = float(np.abs(costs).max())
    scale = room - math.frexp(most)[1]
    return np.rint(np.ldexp(costs.astype(np.float64), scale)).astype(np.int64), scale


def _sum(ours: Ints, theirs: Ints, costs: Floats, given: Ints) -> float:
    """the chosen costs, each row's least of a repeated pair, added without loss."""
    chosen = given[ours] == theirs
    least: dict[int, float] = {}
    for row, cost in zip(ours[chosen].tolist(), costs[chosen].tolist(), strict=True):
        least[row] = min(cost, least.get(row, math.inf))
    return math.fsum(least.values())
