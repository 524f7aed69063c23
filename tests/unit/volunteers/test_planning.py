"""Planning: when visits take place, by cadence, and how far ahead."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Invalid
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NOW,
    SATURDAY,
    STAFF,
    TODAY,
    TUESDAY,
    accept,
    end,
    hear,
    match,
    register,
    running,
    start,
    visits_of,
)
from volunteers.contracts import people as who
from volunteers.contracts import visits as of
from volunteers.domain.calendar import Slot
from volunteers.domain.codes import Frequency
from volunteers.domain.visits import agreed_slots, appointments
from volunteers.usecases import people, planning

SAT, TUE = Slot.from_data(SATURDAY), Slot.from_data(TUESDAY)
FAR = date(2027, 1, 31)


def days(frequency: Frequency, *slots: Slot, until: date = FAR) -> list[str]:
    return [f"{each.on:%m-%d}" for each in appointments(frequency, slots, TODAY, until)]


def plan(session: Session, until: date) -> int:
    data = {"community": HERE, "until": until}
    planned: int = planning.plan_visits(session, data, now=NOW, actor=STAFF)["planned"]
    return planned


@pytest.mark.parametrize(
    ("frequency", "slots", "expected"),
    [
        (Frequency.WEEKLY, [SAT], ["11-28", "12-05", "12-12", "12-19", "12-26"]),
        (Frequency.TWICE_WEEKLY, [TUE, SAT], ["11-24", "11-28", "12-01", "12-05", "12-08"]),
        (Frequency.FORTNIGHTLY, [SAT], ["11-28", "12-12", "12-26", "01-09", "01-23"]),
        (Frequency.MONTHLY, [SAT], ["11-28", "12-26", "01-23"]),
        (Frequency.ONCE, [SAT, TUE], ["11-24"]),
    ],
)
def test_each_cadence_has_its_days(
    frequency: Frequency, slots: list[Slot], expected: list[str]
) -> None:
    assert days(frequency, *slots)[:5] == expected


def test_a_fifth_saturday_is_followed_by_fourth_ones() -> None:
    fifth = date(2027, 1, 30)
    following = appointments(Frequency.MONTHLY, [SAT], fifth, date(2027, 4, 30))
    assert [each.on.day for each in following] == [30, 27, 27, 24]


def test_visits_take_place_when_both_have_time() -> None:
    theirs = [Slot(6, 600, 720), Slot(2, 900, 960)]
    assert agreed_slots(Frequency.WEEKLY, 60, [SAT], theirs) == (Slot(6, 600, 660),)
    assert agreed_slots(Frequency.TWICE_WEEKLY, 60, [SAT, TUE], theirs) == (
        Slot(2, 900, 960),
        Slot(6, 600, 660),
    )


def test_twice_a_week_means_days_far_apart() -> None:
    ours = [Slot(day, 540, 660) for day in (1, 2, 4)]
    assert [slot.weekday for slot in agreed_slots(Frequency.TWICE_WEEKLY, 60, ours, ours)] == [1, 4]
    assert len(agreed_slots(Frequency.TWICE_WEEKLY, 60, ours[:1], ours)) == 1


def test_a_volunteer_is_not_in_two_homes_at_once() -> None:
    taken = [Slot(6, 540, 600)]
    assert agreed_slots(Frequency.WEEKLY, 60, [SAT], [SAT], taken) == (Slot(6, 600, 660),)
    assert agreed_slots(Frequency.WEEKLY, 90, [SAT], [SAT], taken) == (Slot(6, 540, 630),)


def test_an_override_of_the_schedule_follows_the_household() -> None:
    assert agreed_slots(Frequency.WEEKLY, 60, [SAT], [TUE]) == (Slot(6, 540, 600),)


def test_a_started_pairing_has_its_first_four_weeks(session: Session) -> None:
    pairing = running(session)
    planned = visits_of(session, pairing.id)
    assert [visit.id for visit in planned][:2] == [
        f"{pairing.id}-20261128T0900",
        f"{pairing.id}-20261205T0900",
    ]
    assert (len(planned), planned[0].minutes, planned[0].end) == (4, 60, "10:00")


def test_planning_again_adds_only_what_is_new(session: Session) -> None:
    running(session)
    four_weeks = TODAY + timedelta(days=28)
    assert plan(session, four_weeks) == 0
    assert plan(session, four_weeks + timedelta(days=14)) == 2
    assert plan(session, four_weeks) == 0


def test_planning_ends_with_the_need_and_with_the_pairing(session: Session) -> None:
    pairing = running(session, ends_on="2026-12-06")
    assert plan(session, FAR) == 0
    assert len(visits_of(session, pairing.id)) == 2
    end(session, pairing.id)
    assert plan(session, FAR) == 0
    with pytest.raises(Invalid, match="too far ahead"):
        plan(session, date(2030, 1, 1))


def test_no_visit_is_planned_beyond_the_papers_it_takes(session: Session) -> None:
    paper = CHECKED | {"expires_on": "2026-12-11"}
    key = register(session, clearances=[paper])
    hear(session, aid_kind="schooling", service="reading", involves_minor=True)
    pairing = match(session)["proposed"][0]["pairing"]
    accept(session, pairing)
    start(session, pairing)
    assert [visit.on.day for visit in visits_of(session, pairing)] == [28, 5]
    until: dict[str, Any] = {"community": HERE, "until": TODAY + timedelta(days=28)}
    answer: Any = of.Planned().dump(planning.plan_visits(session, until, now=NOW, actor=STAFF))
    (withheld,) = answer["withheld"]
    assert (withheld["pairing"], withheld["on"]) == (pairing, "2026-12-12")
    assert "background_check" in withheld["reasons"][0]
    renewed = CHECKED | {"volunteer": key, "issued_on": "2026-11-20"}
    people.grant_clearance(session, load(who.GrantClearance(), renewed), now=NOW, actor=STAFF)
    assert plan(session, until["until"]) == 2


def test_a_need_that_lasts_longer_is_visited_longer(session: Session) -> None:
    pairing = running(session, ends_on="2026-12-06")
    assert plan(session, date(2026, 12, 20)) == 0
    hear(session, version=2, ends_on=None)
    assert plan(session, date(2026, 12, 20)) == 2
    assert len(visits_of(session, pairing.id)) == 4


def test_two_pairings_of_one_volunteer_follow_each_other(session: Session) -> None:
    running(session)
    hear(session, f"{HERE}-H002-N1")
    second = match(session)["proposed"][0]["pairing"]
    accept(session, second)
    start(session, second)
    assert visits_of(session, second)[0].start == "10:00"
