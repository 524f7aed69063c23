"""Who asks: identity and rights, from one service to the next."""

from typing import Any

import pytest

from servicekit.actors import Actor
from servicekit.errors import Forbidden, problem_and_remedy

HERE, THERE = "210103008001", "210103008002"
COORDINATOR = Actor(f"{HERE}-S01", "coordinator", (HERE,))


def test_a_staff_member_sees_their_own_communities_only() -> None:
    assert COORDINATOR.may_see(HERE)
    assert not COORDINATOR.may_see(THERE)


def test_the_operator_sees_every_community() -> None:
    assert Actor().may_see(HERE)
    assert Actor.from_context({}) == Actor()


def test_what_one_may_not_see_is_forbidden_with_the_remedy() -> None:
    COORDINATOR.require(HERE)
    with pytest.raises(Forbidden) as caught:
        COORDINATOR.require(THERE)
    assert all(problem_and_remedy(str(caught.value)))


@pytest.mark.parametrize("actor", [Actor(), COORDINATOR, Actor("s", "director", (HERE, THERE))])
def test_the_next_service_knows_who_asks(actor: Actor) -> None:
    assert Actor.from_context(actor.context()) == actor


def test_communities_come_as_a_list_or_with_commas() -> None:
    for given in ([HERE, THERE], f"{HERE},{THERE}", f" {HERE} , {THERE},"):
        context = {"actor": "s", "role": "coordinator", "communities": given}
        assert Actor.from_context(context).communities == (HERE, THERE)


def test_somebody_with_a_name_and_no_role_is_not_the_operator() -> None:
    somebody = Actor.from_context({"actor": "210103008001-S09"})
    assert not somebody.may_see(HERE)


@pytest.mark.parametrize("communities", [None, "", [], 5, 1.5, {"a": 1}])
def test_nonsense_gives_no_rights(communities: Any) -> None:
    context = {"actor": "s", "role": "coordinator", "communities": communities}
    assert not Actor.from_context(context).may_see(HERE)
