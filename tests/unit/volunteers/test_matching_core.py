"""The assignment core on bare candidate lists, held against brute force and SciPy."""

import random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from unit.volunteers.matching_worlds import Triple, best_by_brute_force
from volunteers.domain.matching import NOBODY, assign, candidates_of

ENOUGH_TO_DECIDE = 100_000_000
"""More than all scores of an instance together: SciPy has no other way to put numbers first."""


def a_random_instance(seed: int) -> tuple[list[int], list[Triple], list[int]]:
    dice = random.Random(seed)
    needs, volunteers = dice.randint(0, 6), dice.randint(0, 5)
    density = dice.choice([0.2, 0.5, 0.9])
    points = dice.choice([2, 10, 100_000])
    triples = [
        (need, volunteer, dice.randint(0, points))
        for need in range(needs)
        for volunteer in range(volunteers)
        if dice.random() < density
    ]
    classes = [dice.randint(0, dice.choice([1, 5])) for _ in range(needs)]
    return classes, triples, [dice.randint(0, 2) for _ in range(volunteers)]


@pytest.mark.parametrize("tens", range(40))
def test_the_core_equals_brute_force_for_the_whole_order_of_aims(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        classes, triples, capacities = a_random_instance(seed)
        found = assign(classes, triples, capacities)
        assert (found.served, found.total) == best_by_brute_force(classes, triples, capacities)


@pytest.mark.parametrize("tens", range(40))
def test_the_core_equals_scipy_on_rectangular_matrices(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        dice = np.random.default_rng(seed)
        shape = tuple(dice.integers(1, 25, size=2))
        scores = dice.integers(0, dice.choice([3, 100_000]), size=shape)
        allowed = dice.random(shape) < dice.choice([0.1, 0.5, 1.0])
        found = assign([0] * shape[0], candidates_of(scores, allowed), [1] * shape[1])

        worth = np.where(allowed, scores + ENOUGH_TO_DECIDE, 0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        kept = allowed[rows, columns]
        assert sum(found.served) == kept.sum()
        assert found.total == scores[rows, columns][kept].sum()


def test_a_pressing_need_is_served_before_two_that_can_wait() -> None:
    found = assign([1, 1, 0], [(0, 0, 900), (2, 0, 1), (1, 0, 900)], [1])
    assert found.volunteer_of == (NOBODY, NOBODY, 0)


def test_more_needs_are_served_rather_than_better_ones() -> None:
    found = assign([0, 0], [(0, 0, 10), (0, 1, 1), (1, 0, 100)], [1, 1])
    assert found.volunteer_of == (1, 0)
    found = assign([0, 0], [(0, 0, 10), (0, 1, 1), (1, 0, 1)], [1, 1])
    assert (found.volunteer_of, found.total) == ((1, 0), 2)


def test_a_volunteer_with_room_for_two_serves_two_and_no_third() -> None:
    found = assign([0, 0, 0], [(0, 0, 5), (1, 0, 7), (2, 0, 6)], [2])
    assert found.volunteer_of == (NOBODY, 0, 0)


def test_the_order_of_candidate_rows_changes_nothing() -> None:
    for seed in range(100):
        classes, triples, capacities = a_random_instance(seed)
        shuffled = random.Random(-seed).sample(triples, len(triples))
        assert assign(classes, triples, capacities) == assign(classes, shuffled, capacities)


def test_of_a_repeated_pair_the_highest_score_counts() -> None:
    assert assign([0], [(0, 0, 3), (0, 0, 8), (0, 0, 5)], [1]).total == 8


def test_scores_may_be_negative() -> None:
    assert assign([0, 0], [(0, 0, -5), (1, 0, -2)], [1]).total == -2


def test_nothing_to_assign_is_an_answer_too() -> None:
    assert assign([], [], []).volunteer_of == ()
    assert assign([0, 3], [], [1]).served == (0, 0)
    assert assign([0], [(0, 0, 5)], [0]).volunteer_of == (NOBODY,)


def test_a_long_chain_of_moves_is_found_without_recursion() -> None:
    length = 5000
    chain = [(n, n, 1) for n in range(length)] + [(n, n + 1, 1) for n in range(length - 1)]
    last = [(length, 0, 1)]  # takes the first volunteer; everybody moves on by one
    closing = [(length - 1, length, 1)]
    found = assign([*[0] * length, 1], chain + last + closing, [1] * (length + 1))
    assert found.served == (length, 1)


@pytest.mark.parametrize(
    ("candidates", "capacities"),
    [([(0, 1, 5)], [1]), ([(1, 0, 5)], [1]), ([(-1, 0, 5)], [1]), ([(0, 0, 5)], [-1])],
)
def test_numbers_out_of_range_are_refused(candidates: list[Triple], capacities: list[int]) -> None:
    with pytest.raises(ValueError, match=r"; (count from 0|give 0)"):
        assign([0], candidates, capacities)
