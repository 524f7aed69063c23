"""What would be if: coverage before and after, and whom to look for."""

from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid
from servicekit.schemas import load
from unit.volunteers.matching_worlds import METRE, TODAY, a_need, a_volunteer, random_world
from unit.volunteers.neighbourhood import HERE, NOW, accept, hear, match, register, start
from volunteers.contracts import insight as of
from volunteers.domain.matching import DEFAULT_RULES, Need, Volunteer, judge
from volunteers.domain.matching import match as solve
from volunteers.domain.matching.recruits import Found, recruits
from volunteers.usecases.whatif import what_if


def looked_for(needs: list[Need], people: list[Volunteer], count: int = 3) -> list[Found]:
    best = solve(needs, people, DEFAULT_RULES, TODAY)
    return recruits(needs, people, DEFAULT_RULES, TODAY, best=best, count=count)


def test_a_recruit_brings_no_more_than_the_need_asks() -> None:
    need = a_need(skills=frozenset({"repair"}), languages=frozenset({"sign", "korean"}))
    (found,) = looked_for([need], [])
    recruit = found.recruit
    assert (recruit.aid_kinds, recruit.skills) == ({"elderly"}, {"repair"})
    assert recruit.languages == {"sign"}  # the only one that is indispensable
    assert (recruit.clearances, recruit.gender) == (frozenset(), "any")
    assert [each.minutes for each in recruit.slots] == [need.minutes]
    assert found.closed == (need.id,)


def test_one_recruit_for_two_needs_goes_before_one_who_asks_less() -> None:
    easy = a_need(id="N1")
    two = [a_need(id=f"N{n}", skills=frozenset({"repair"}), latitude=42) for n in (2, 3)]
    first, second = looked_for([easy, *two], [])
    assert (first.closed, second.closed) == (("N2", "N3"), ("N1",))


def test_who_is_alike_and_nearby_is_served_by_the_same_recruit() -> None:
    needs = [
        a_need(id="N1", latitude=41.795),
        a_need(id="N2", latitude=41.795 + 3000 * METRE),
        a_need(id="N3", latitude=41.795 + 300 * METRE),
    ]
    first, *_ = looked_for(needs, [])
    assert first.closed == ("N1", "N3")


@pytest.mark.parametrize("seed", range(6))
def test_what_is_promised_of_recruits_is_so(seed: int) -> None:
    needs, people = random_world(seed, 15, 6)
    served = {each.need for each in solve(needs, people, DEFAULT_RULES, TODAY).matches}
    for found in looked_for(needs, people):
        person = found.recruit.volunteer(f"~{len(people)}", DEFAULT_RULES, TODAY)
        people = [*people, person]
        now = {each.need for each in solve(needs, people, DEFAULT_RULES, TODAY).matches}
        assert now - served == set(found.closed)
        assert len(found.closed) > 0
        served = now
        for need in needs:  # each property is needed by a need it is meant for
            if need.id in found.recruit.needs:
                assert all(each.passed for each in judge(need, person, DEFAULT_RULES, TODAY))


def test_where_nothing_is_missing_nobody_is_looked_for() -> None:
    assert looked_for([a_need()], [a_volunteer()]) == []


def asked(session: Session, **changes: Any) -> dict[str, Any]:
    data = load(of.WhatIfArgs(), {"community": HERE} | changes)
    shown: dict[str, Any] = of.WhatIfView().dump(
        what_if(lambda: nullcontext(session), data, now=NOW)
    )
    return shown


def elderly(shown: dict[str, Any]) -> tuple[int, int, int]:
    (row,) = [row for row in shown["kinds"] if row["aid_kind"] == "elderly"]
    return row["needs"], row["before"], row["after"]


def test_a_wider_radius_shows_whom_it_would_reach_and_stores_nothing(session: Session) -> None:
    register(session, "V001", latitude=41.806, max_distance_m=2000)
    hear(session)
    shown = asked(session, reach={"elderly": 2000})
    assert elderly(shown) == (1, 0, 1)
    assert (shown["gained"], shown["lost"], shown["recruits"]) == ([f"{HERE}-H001-N1"], [], [])
    assert elderly(asked(session)) == (1, 0, 0)
    assert match(session)["proposed"] == []


def test_more_volunteers_of_a_kind_show_their_worth(session: Session) -> None:
    for number in range(3):
        hear(session, f"{HERE}-H00{number}-N1", involves_minor=True)
    kind = {"count": 2, "aid_kinds": ["elderly"]}
    assert elderly(asked(session, volunteers=kind)) == (3, 0, 0)
    shown = asked(session, volunteers=kind | {"clearances": ["background_check"]}, recruits=1)
    assert elderly(shown) == (3, 0, 2)
    (recruit,) = shown["recruits"]
    assert recruit["clearances"] == ["background_check"]
    assert "无犯罪记录证明" in recruit["sentence"]["zh-CN"]
    assert "would be served too" in recruit["sentence"]["en"]


def test_help_that_has_begun_is_counted_and_not_moved(session: Session) -> None:
    register(session)
    hear(session)
    key = match(session)["proposed"][0]["pairing"]
    hear(session, f"{HERE}-H002-N1", skills=["repair"])
    assert elderly(asked(session)) == (2, 1, 1)
    accept(session, key)
    start(session, key)
    assert elderly(asked(session)) == (2, 1, 1)


def test_other_weights_move_points_and_not_needs(session: Session) -> None:
    register(session)
    hear(session)
    shown = asked(session, weights={"distance": 60})
    assert (elderly(shown), shown["points"] > 0) == ((1, 1, 1), True)


def test_a_weight_that_does_not_exist_is_refused_with_those_that_do(session: Session) -> None:
    hear(session)
    with pytest.raises(Invalid, match="choose from age_fit"):
        asked(session, weights={"fame": 3})


def test_a_community_without_needs_has_no_if(session: Session) -> None:
    with pytest.raises(Conflict, match="ask when one is"):
        asked(session)
