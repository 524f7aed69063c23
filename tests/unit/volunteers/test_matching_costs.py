"""What choosing a pair would cost: the same that trying all plans says, and told as a chain."""

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
    Cost,
    Need,
    Volunteer,
    cost,
    cost_sentence,
    match,
)
from volunteers.domain.matching.candidates import classes_of


def cost_of(need: str, volunteer: str, needs: list[Need], people: list[Volunteer]) -> Cost:
    best = match(needs, people, DEFAULT_RULES, TODAY)
    return cost(need, volunteer, needs, people, DEFAULT_RULES, TODAY, best=best)


def north(metres: int) -> float:
    return a_need().latitude + metres * METRE


@pytest.mark.parametrize("seed", range(20))
def test_a_cost_is_the_difference_between_the_best_plan_and_the_best_with_the_pair(
    seed: int,
) -> None:
    needs, people = random_world(seed, 6, 6)
    triples, capacities = eligible_triples(needs, people), [each.remaining for each in people]
    classes = classes_of(needs)
    served, points = best_by_brute_force(classes, triples, capacities)
    for n, v, _ in random.Random(seed).sample(triples, min(4, len(triples))):
        forced = [row for row in triples if row[0] != n or row[1] == v]
        first = [-1 if place == n else each for place, each in enumerate(classes)]
        with_pair, points_with = best_by_brute_force(first, forced, capacities)
        found = cost_of(needs[n].id, people[v].id, needs, people)
        assert len(found.served) - len(found.unserved) == sum(with_pair) - sum(served)
        assert found.points == points - points_with


def test_a_cost_follows_who_makes_room_for_whom() -> None:
    one = replace(a_volunteer(), capacity=1)
    people = [
        replace(one, id=f"V{n}", latitude=north(metres)) for n, metres in enumerate([0, 100, 300])
    ]
    needs = [a_need(id=f"N{n}", latitude=north(metres)) for n, metres in enumerate([0, 100])]
    found = cost_of("N0", "V1", needs, people)
    assert [(each.need, each.before, each.after) for each in found.moves] == [
        ("N0", "V0", "V1"),
        ("N1", "V1", "V0"),
    ]
    assert (found.unserved, found.served) == ((), ())
    assert cost_sentence(found, "en") == (
        "If this pair were chosen, the total would fall by 6.0 points: "
        "N0 from V0 to V1; N1 from V1 to V0."
    )


def test_a_need_that_would_go_unserved_weighs_before_any_points() -> None:
    helper = replace(a_volunteer(), capacity=1)
    needs = [a_need(id="N0", skills=frozenset({"repair"})), a_need(id="N1")]
    handy = replace(helper, id="V0", skills=frozenset({"repair"}))
    found = cost_of("N1", "V0", needs, [handy, replace(helper, id="V1", latitude=north(900))])
    assert found.unserved == ("N0",)
    assert found.points > 0
    assert "N0 would go unserved" in cost_sentence(found, "en")
    assert "N0将无人服务" in cost_sentence(found, "zh-CN")


def test_of_two_who_are_alike_either_costs_nothing() -> None:
    people = [a_volunteer(id="V0"), a_volunteer(id="V1")]
    found = cost_of("N0", "V1", [a_need(id="N0")], people)
    assert cost_sentence(found, "en") == "Choosing this pair would cost nothing."
    assert cost_sentence(found, "zh-CN") == "改选此人没有代价。"
