"""Hours that can be believed: claimed and approved by two, doubted where they cannot be; stars."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    STAFF,
    TODAY,
    accept,
    hear,
    log,
    match,
    register,
    running,
    start,
    told,
    visits_of,
)
from volunteers.contracts import recognition as of
from volunteers.domain.recognition import (
    METRES_A_MINUTE,
    NATIONAL,
    StarTable,
    Stay,
    flags_of_day,
    stars_for,
    table_on,
)
from volunteers.models import HourFlag, Recognition
from volunteers.queries import hours as found
from volunteers.usecases import flagging, hours, settling, stars, topping_up

DIRECTOR = Actor(f"{HERE}-S09", "director", (HERE,))
PAGE = {"community": HERE, "page": 1, "size": 50, "volunteer": None, "state": None}
NEAR, FAR = (41.795, 123.455), (41.895, 123.455)  # 11 km


def claim(session: Session, volunteer: str, day: date = TODAY, **changes: Any) -> Any:
    data = {
        "volunteer": volunteer,
        "aid_kind": "elderly",
        "on": day.isoformat(),
        "start": "09:00",
        "minutes": 120,
        "evidence": "sign_in",
        "note": "社区义诊维持秩序，签到表存档案柜",
    }
    data = load(of.TopUpHours(), data | changes)
    return topping_up.top_up_hours(session, data, now=NOW, actor=STAFF)


def decide(session: Session, top_up: str, *, approved: bool, by: Actor = DIRECTOR) -> Any:
    data = {"top_up": top_up, "approved": approved}
    return topping_up.decide_top_up(session, data, now=NOW, actor=by)


# -- top-ups


def test_a_claim_counts_once_a_second_person_approves_it(session: Session) -> None:
    volunteer = register(session)
    top_up = claim(session, volunteer)
    assert claim(session, volunteer) is top_up
    (event,) = told(session, "hours.claimed")
    assert (event["work"], event["visit"], event["minutes"]) == (top_up.id, None, 120)
    everything = {"community": HERE, "until": TODAY}
    assert hours.verify_hours(session, everything, now=NOW, actor=DIRECTOR)["verified"] == 0
    with pytest.raises(Forbidden, match="a colleague has to decide on it"):
        decide(session, top_up.id, approved=True, by=STAFF)
    assert found.find_top_ups(session, PAGE)["total"] == 1
    for _ in range(2):
        assert decide(session, top_up.id, approved=True)["state"] == "verified"
    assert found.find_top_ups(session, PAGE)["total"] == 0
    assert found.hours(session, volunteer)["verified"] == 120
    assert [each["work"] for each in told(session, "hours.verified")] == [top_up.id]
    assert found.hours_by_kind(session, HERE)["items"] == [
        {"aid_kind": "elderly", "visits": 1, "reported": 120, "verified": 120}
    ]


def test_a_refused_claim_counts_nothing(session: Session) -> None:
    volunteer = register(session)
    top_up = claim(session, volunteer)
    assert decide(session, top_up.id, approved=False)["state"] == "reversed"
    assert found.hours(session, volunteer)["reported"] == 0
    assert [each["reason"] for each in told(session, "hours.reversed")] == ["not_approved"]
    with pytest.raises(Conflict, match="cannot go from reversed to verified"):
        decide(session, top_up.id, approved=True)


def test_what_a_claim_says_is_kept_to(session: Session) -> None:
    volunteer = register(session)
    claim(session, volunteer)
    with pytest.raises(Conflict, match="claims something else"):
        claim(session, volunteer, minutes=180)
    with pytest.raises(Invalid, match="has not come yet"):
        claim(session, volunteer, TODAY + timedelta(days=1))
    with pytest.raises(Invalid, match="is not a time of day"):
        claim(session, volunteer, start="24:10")


# -- flags


@pytest.mark.parametrize(
    ("stays", "kinds"),
    [
        ([Stay("a", 540, 600), Stay("b", 600, 660)], []),
        ([Stay("a", 540, 600), Stay("b", 590, 660)], ["overlap"]),
        ([Stay("a", 540, 600, place=NEAR), Stay("b", 605, 660, place=FAR)], ["travel"]),
        ([Stay("a", 540, 600, place=NEAR), Stay("b", 650, 700, place=FAR)], []),
        ([Stay("a", 540, 600, place=NEAR), Stay("b", 600, 660, place=(41.825, 123.455))], []),
        ([Stay("a", 540, 600, place=NEAR), Stay("b", 601, 660, place=NEAR)], []),
        ([Stay("a", 540, 601, planned=60)], []),
        ([Stay("a", 540, 661, planned=60)], ["long"]),
    ],
)
def test_what_cannot_be_is_flagged(stays: list[Stay], kinds: list[str]) -> None:
    assert [str(flag.kind) for flag in flags_of_day(stays)] == kinds


@given(st.lists(st.tuples(st.integers(0, 1380), st.integers(1, 60)), max_size=8))
def test_overlaps_are_found_whatever_the_order(times: list[tuple[int, int]]) -> None:
    numbers = count()
    stays = [Stay(f"w{next(numbers)}", begin, begin + long) for begin, long in times]
    flags = flags_of_day(stays)
    assert set(flags) == set(flags_of_day(reversed(stays)))
    expected = {
        frozenset((one.work, two.work))
        for one in stays
        for two in stays
        if one.work < two.work and one.start < two.end and two.start < one.end
    }
    assert {frozenset((flag.work, flag.other)) for flag in flags} == expected


def test_the_speed_is_no_less_than_a_bicycles() -> None:
    assert METRES_A_MINUTE * 60 >= 15_000


def two_visits_at_once(session: Session) -> tuple[Any, Any]:
    """One volunteer, two needs; both visits are said to have lasted from the same hour."""
    first = running(session)
    hear(session, f"{HERE}-H002-N1", version=1, latitude=41.797)
    key = match(session)["proposed"][0]["pairing"]
    accept(session, key)
    second = start(session, key)
    assert second.volunteer_id == first.volunteer_id
    one, two = visits_of(session, first.id)[0], visits_of(session, second.id)[0]
    assert one.on == two.on
    two.start = one.start
    return log(session, one, "done"), log(session, two, "done")


def test_flagged_hours_wait_until_a_colleague_settles_them(session: Session) -> None:
    one, two = two_visits_at_once(session)
    everything = {"community": HERE, "until": one.on}
    for _ in range(2):
        assert hours.verify_hours(session, everything, now=NOW, actor=STAFF)["verified"] == 0
    (event,) = told(session, "hours.flagged")
    assert event["kind"] == "overlap"
    data = {"flag": event["flag"], "upheld": True}
    with pytest.raises(Forbidden, match="a colleague has to settle it"):
        settling.settle_flag(session, data, now=NOW, actor=STAFF)
    flag = settling.settle_flag(session, data, now=NOW, actor=DIRECTOR)
    assert {flag.work, flag.other} == {one.id, two.id}
    assert told(session, "hours.reversed")[0]["visit"] == flag.work
    assert hours.verify_hours(session, everything, now=NOW, actor=STAFF)["verified"] == 1
    with pytest.raises(Conflict, match="settled for good"):
        settling.settle_flag(session, {**data, "upheld": False}, now=NOW, actor=DIRECTOR)


def test_what_is_explained_counts(session: Session) -> None:
    one, _ = two_visits_at_once(session)
    span = {"community": HERE, "since": TODAY, "until": one.on}
    assert flagging.flag_hours(session, span, now=NOW) == {"flagged": 1}
    flag = session.query(HourFlag).one()
    settling.settle_flag(session, {"flag": flag.id, "upheld": False}, now=NOW, actor=DIRECTOR)
    everything = {"community": HERE, "until": one.on}
    assert hours.verify_hours(session, everything, now=NOW, actor=STAFF)["verified"] == 2
    assert found.find_flags(session, PAGE)["total"] == 1


# -- stars


@given(st.integers(0, 200_000))
def test_stars_are_reached_hour_by_hour(minutes: int) -> None:
    expected = sum(minutes >= hours * 60 for hours in (100, 300, 600, 1000, 1500))
    assert stars_for(minutes, NATIONAL) == expected


def test_the_table_that_holds_is_the_latest_that_has_begun() -> None:
    own = [StarTable(date(2027, 1, 1), (10,)), StarTable(date(2026, 1, 1), (20,))]
    days = [date(2025, 1, 1), date(2026, 6, 1), date(2027, 1, 1)]
    assert [table_on(day, own).hours[0] for day in days] == [100, 20, 10]


def test_a_star_is_told_once_and_withdrawn_with_the_hours(session: Session) -> None:
    volunteer = register(session)
    table = {"community": HERE, "since": "2026-01-01", "hours": [2, 4]}
    stars.set_star_table(session, load(of.SetStarTable(), table), now=NOW, actor=DIRECTOR)
    claims = [claim(session, volunteer, TODAY - timedelta(days=day)) for day in range(2)]
    for each in claims:
        decide(session, each.id, approved=True)
    assert [each["star"] for each in told(session, "star.reached")] == [1, 2]
    doubt = {"top_up": claims[0].id, "visit": None, "reason": "duplicate"}
    for _ in range(2):
        hours.reverse_hours(session, doubt, now=NOW, actor=DIRECTOR)
    assert [each.star for each in found.find_stars(session, PAGE)["items"]] == [1]
    again = claim(session, volunteer, TODAY - timedelta(days=5))
    decide(session, again.id, approved=True)
    assert [each.star for each in found.find_stars(session, PAGE)["items"]] == [1, 2]
    assert session.query(Recognition).count() == len(told(session, "star.reached")) == 2


def test_a_table_ascends_and_is_not_rewritten(session: Session) -> None:
    assert stars.star_table(session, {"community": HERE}, now=NOW)["national"]
    with pytest.raises(Invalid, match="do not ascend"):
        load(of.SetStarTable(), {"community": HERE, "since": "2026-01-01", "hours": [3, 2]})
    table = load(of.SetStarTable(), {"community": HERE, "since": "2026-01-01", "hours": [3]})
    for _ in range(2):
        shown = stars.set_star_table(session, table, now=NOW, actor=DIRECTOR)
    assert (shown["hours"], shown["national"]) == ([3], False)
    with pytest.raises(Conflict, match="is another one"):
        stars.set_star_table(session, {**table, "hours": [4]}, now=NOW, actor=DIRECTOR)
