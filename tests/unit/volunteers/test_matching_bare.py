"""The core on bare matrices and lists of pairs, held against SciPy.

MATCHING=full runs all ten thousand instances (and a thousand worlds); else a tenth of them.
ORLIB names a folder with the assignment problems of OR-Library, whose optima are published.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linear_sum_assignment

from volunteers.domain.matching import NOBODY, assign_matrix, assign_pairs

FULL = os.environ.get("MATCHING") == "full"
INSTANCES = 10_000 if FULL else 1_000
PARTS = 20
PUBLISHED = {
    "assign100": 305,
    "assign200": 475,
    "assign300": 626,
    "assign400": 804,
    "assign500": 991,
    "assign600": 1176,
    "assign700": 1362,
    "assign800": 1552,
    "assignp800": 2239,
    "assignp1500": 5839,
    "assignp3000": 18696,
    "assignp5000": 48533,
}
"""J. E. Beasley, Linear programming on Cray supercomputers (1990); the names with p are sparse."""


def costs_of(dice: np.random.Generator) -> npt.NDArray[np.float64 | np.int64]:
    """Dense or sparse, square or not, few values or many, huge, negative, with fractions."""
    shape = tuple(dice.integers(1, dice.choice([4, 12, 30]), size=2))
    match dice.integers(5):
        case 0:
            return dice.integers(0, 3, size=shape)  # ties everywhere
        case 1:
            return dice.integers(1, 101, size=shape)
        case 2:
            return dice.integers(-(10**12), 10**12, size=shape)
        case 3:
            return np.full(shape, 7)
        case _:
            return dice.normal(size=shape)


def forbidden(dice: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = dice.random(shape) < dice.choice([0, 0, 0.3, 0.7, 0.95])
    mask[dice.random(shape[0]) < dice.choice([0, 0.2])] = True  # rows that nobody may serve
    return mask


def best_by_scipy(
    costs: npt.NDArray[np.float64 | np.int64], never: npt.NDArray[np.bool_]
) -> tuple[int, int | float]:
    """How many rows can be served, and the least cost of serving them."""
    size = float(np.abs(costs).max()) + 1
    rows, columns = linear_sum_assignment(np.where(never, 4 * size * min(costs.shape), costs))
    kept = ~never[rows, columns]
    return int(kept.sum()), costs[rows[kept], columns[kept]].sum()


@pytest.mark.parametrize("part", range(PARTS))
def test_matrices_of_every_shape_are_served_as_well_as_scipy_serves_them(part: int) -> None:
    for seed in range(part, INSTANCES, PARTS):
        dice = np.random.default_rng(seed)
        costs = costs_of(dice)
        never = forbidden(dice, costs.shape)
        found = assign_matrix(np.where(never, np.inf, costs))
        served, least = best_by_scipy(costs, never)
        assert found.served == served
        assert found.total == pytest.approx(least, rel=1e-12, abs=1e-12)
        chosen = [(row, column) for row, column in enumerate(found.column_of) if column != NOBODY]
        assert not any(never[pair] for pair in chosen)
        assert len({column for _, column in chosen}) == len(chosen) == served


@pytest.mark.parametrize("size", [100, 200, 300] if not FULL else range(100, 900, 100))
def test_dense_squares_of_costs_from_one_to_a_hundred_are_exact(size: int) -> None:
    """The shape of the published instances assign100 to assign800."""
    costs = np.random.default_rng(size).integers(1, 101, size=(size, size))
    found = assign_matrix(costs)
    rows, columns = linear_sum_assignment(costs)
    assert (found.served, found.total, found.error) == (size, int(costs[rows, columns].sum()), 0)


def test_whole_numbers_stay_whole_and_are_exact_however_large() -> None:
    huge = 10**15
    found = assign_matrix([[huge + 1, huge], [huge, huge - 2]])
    assert found.total == 2 * huge - 1
    assert isinstance(found.total, int)


def test_fractions_are_exact_where_they_are_sums_of_halves() -> None:
    found = assign_matrix([[0.5, 0.25], [0.75, 2.0]])
    assert (found.column_of, found.total, found.error) == ((1, 0), 1.0, 0.0)


def test_what_is_lost_in_numbers_far_apart_is_told() -> None:
    found = assign_matrix([[1e300, 1.5], [2.5, 1e300]])
    assert (found.total, found.error > 0) == (4.0, True)


def test_none_infinity_and_nan_forbid_a_pair() -> None:
    assert assign_matrix([[None, 1], [2, None]]).column_of == (1, 0)
    assert assign_matrix([[np.inf, np.nan], [2.0, 1.0]]).column_of == (NOBODY, 1)
    assert assign_matrix([]).column_of == ()
    assert assign_matrix([[], []]).column_of == (NOBODY, NOBODY)


def test_a_column_may_take_several_rows() -> None:
    assert assign_matrix([[1], [5], [2]], capacities=[2]).column_of == (0, NOBODY, 0)


def test_pairs_come_in_any_order_and_the_least_of_a_repeated_one_counts() -> None:
    found = assign_pairs([1, 0, 1, 1], [0, 0, 0, 1], [2.5, 1.0, 0.5, 9.0], [1, 1])
    assert (found.column_of, found.total) == ((0, 1), 10.0)
    assert assign_pairs([2], [0], [1], [1], rows=4).column_of == (NOBODY, NOBODY, 0, NOBODY)


@pytest.mark.parametrize(
    ("cost", "says"),
    [([np.inf], "not finite; leave out"), ([2**62], "bits; scale the costs down")],
)
def test_costs_that_cannot_be_added_are_refused(cost: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        assign_pairs([0], [0], cost, [1])


def test_a_list_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        assign_matrix([1, 2])


@pytest.mark.parametrize("size", [1, 2, 10, 100, 300])
def test_the_products_of_machol_and_wien_are_assigned_at_their_known_optimum(size: int) -> None:
    """Hard for many solvers (1976): the cost of row i and column j is i × j."""
    numbers = np.arange(1, size + 1)
    found = assign_matrix(np.outer(numbers, numbers))
    assert (found.served, found.total) == (size, size * (size + 1) * (size + 2) // 6)


@pytest.mark.skipif("ORLIB" not in os.environ, reason="ORLIB names no folder with the problems")
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_problems_are_assigned_at_their_published_optimum(name: str) -> None:
    text = (Path(os.environ["ORLIB"]) / f"{name}.txt").read_text()
    size, *numbers = map(int, text.split())
    if name.startswith("assignp"):
        row, column, cost = np.array(numbers).reshape(-1, 3).T
        found = assign_pairs(row - 1, column - 1, cost, [1] * size, rows=size)
    else:
        found = assign_matrix(np.array(numbers).reshape(size, size))
    assert (found.served, found.total) == (size, PUBLISHED[name])
