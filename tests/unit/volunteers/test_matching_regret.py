"""What answers given one by one missed: the same that trying all plans says."""

import random
from dataclasses import replace

import pytest

from unit.volunteers.matching_worlds import (
    METRE,
    TODAY,
    a_need,
    a_volunteer,
    best_by_brute_force,
    eligible_triples,
    random_world,
)
from volunteers.domain.matching import (
    DEFAULT_RULES,
    Need,
    Regret,
    Volunteer,
    match,
    regret,
    regret_sentence,
)
from volunteers.domain.matching.candidates import classes_of

RULES = replace(DEFAULT_RULES, keep_margin=0)


def regret_of(needs: list[Need], people: list[Volunteer]) -> Regret | None:
    return regret(needs, match(needs, people, RULES, TODAY))


@pytest.mark.parametrize("seed", range(30))
def test_a_regret_is_the_difference_between_the_best_plan_and_the_best_that_keeps_all(
    seed: int,
) -> None:
    needs, people = random_world(seed, 6, 6)
    triples, left = eligible_triples(needs, people), [each.remaining for each in people]
    standing: dict[int, tuple[int, int, int]] = {}
    for row in random.Random(seed).sample(triples, min(6, len(triples))):
        if row[0] not in standing and left[row[1]]:
            standing[row[0]] = row
            left[row[1]] -= 1
    answered = [
        replace(need, current=people[standing[n][1]].id) if n in standing else need
        for n, need in enumerate(needs)
    ]
    classes, capacities = classes_of(needs), [each.remaining for each in people]
    served, points = best_by_brute_force(classes, triples, capacities)
    kept = [row for row in triples if standing.get(row[0], row) == row]
    # whoever stands is served before all others
    first = [-1 if n in standing else each for n, each in enumerate(classes)]
    served_then, points_then = best_by_brute_force(first, kept, capacities)
    found = regret_of(answered, people)
    if not standing:
        assert found is None
        return
    assert found is not None
    assert found.answered == len(standing)
    assert found.gained - found.lost == sum(served) - sum(served_then)
    assert found.points == points - points_then


def test_nothing_is_regretted_where_nothing_was_answered_or_all_was_answered_best() -> None:
    needs, people = random_world(3, 12, 12)
    assert regret_of(needs, people) is None
    chosen = {each.need: each.volunteer for each in match(needs, people, RULES, TODAY).matches}
    best = [replace(each, current=chosen.get(each.id)) for each in needs]
    assert regret_of(best, people) == Regret(len(chosen), 0, 0, 0, 0)


def test_a_need_that_a_quick_answer_left_without_anybody_is_regretted_and_told() -> None:
    """The first need took the one volunteer whom the second could have had."""
    near, far = replace(a_volunteer(id="V1"), capacity=1), replace(a_volunteer(id="V2"), capacity=1)
    far = replace(far, latitude=far.latitude + 500 * METRE)
    needs = [a_need(id="N1", current="V1"), a_need(id="N2", declined=frozenset({"V2"}))]
    found = regret_of(needs, [near, far])
    assert found is not None
    assert (found.answered, found.moved, found.gained, found.lost) == (1, 1, 1, 0)
    assert regret_sentence(found, "en") == (
        "Regret of answers given one by one: 1 of 1 moved; "
        "needs served +1, total score +60.0 points."
    )
    assert "获得服务的需求+1项，总分+60.0分" in regret_sentence(found, "zh-CN")


def test_an_answer_that_does_not_hold_any_more_is_no_answer() -> None:
    needs = [a_need(id="N1", current="V1"), a_need(id="N2", current="gone")]
    assert regret_of(needs, [a_volunteer(id="V1", active=False)]) is None
