"""Visits: logged, missed, summed up."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    ROUND,
    SATURDAY,
    STAFF,
    TODAY,
    TUESDAY,
    at,
    close,
    hear_closed,
    log,
    running,
    told,
    visits_of,
)
from volunteers.contracts import visits as of
from volunteers.domain.calendar import Slot
from volunteers.domain.codes import VisitState
from volunteers.domain.states import VISIT
from volunteers.domain.visits import failures_in_a_row
from volunteers.models import HourEntry
from volunteers.queries import pairings as found
from volunteers.usecases import rounds, visits

SAT, TUE = Slot.from_data(SATURDAY), Slot.from_data(TUESDAY)
FAR = date(2027, 1, 31)


def test_help_given_is_told_and_reported(session: Session) -> None:
    pairing = running(session)
    first, second, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    log(session, second, "partial", 20)
    events = told(session, "visit.done")
    assert [(each["outcome"], each["minutes"]) for each in events] == [
        ("done", 60),
        ("partial", 20),
    ]
    assert events[0]["on"] == "2026-11-28"
    assert [(e.id, e.minutes) for e in session.query(HourEntry).order_by(HourEntry.on)] == [
        (f"{first.id}-reported", 60),
        (f"{second.id}-reported", 20),
    ]


def test_logging_the_same_again_changes_nothing_and_something_else_is_refused(
    session: Session,
) -> None:
    visit = visits_of(session, running(session).id)[0]
    for _ in range(2):
        log(session, visit, "done")
    assert visit.version == 2
    with pytest.raises(Conflict, match="cannot go from done to unsafe; this is final"):
        log(session, visit, "unsafe")


@pytest.mark.parametrize(
    ("outcome", "minutes", "problem"),
    [
        ("partial", None, "are missing for a partial visit; "),
        ("not_home", 10, "don't go with not_home; "),
    ],
)
def test_minutes_go_with_help_only(
    session: Session, outcome: str, minutes: int | None, problem: str
) -> None:
    visit = visits_of(session, running(session).id)[0]
    with pytest.raises(Invalid, match=problem):
        log(session, visit, outcome, minutes)


def test_what_has_not_come_yet_cannot_be_logged_but_called_off(session: Session) -> None:
    visit = visits_of(session, running(session).id)[0]
    data = {"visit": visit.id, "minutes": None, "note": None}
    with pytest.raises(Invalid, match="cannot be known before 2026-11-28"):
        visits.log_visit(session, data | {"outcome": VisitState.DONE}, now=NOW, actor=STAFF)
    visits.log_visit(session, data | {"outcome": VisitState.CANCELLED}, now=NOW, actor=STAFF)
    assert visit.state == VisitState.CANCELLED


@pytest.mark.parametrize("outcome", ["missed", "planned", "slept"])
def test_only_outcomes_can_be_logged(outcome: str) -> None:
    with pytest.raises(Invalid):
        load(of.LogVisit(), {"visit": "V", "outcome": outcome})


def test_a_note_is_sealed(session: Session) -> None:
    visit = visits_of(session, running(session).id)[0]
    data = {"visit": visit.id, "outcome": VisitState.UNSAFE, "minutes": None, "note": "A dog."}
    visits.log_visit(session, data, now=at(visit.on), actor=STAFF)
    assert visit.note == "A dog."
    assert b"dog" not in (visit.note_sealed or b"")
    (event,) = told(session, "visit.unsafe")
    assert "in_a_row" not in event
    assert "dog" not in repr(event)


def test_silence_becomes_a_missed_visit_once(session: Session) -> None:
    pairing = running(session)
    assert close(session, date(2026, 11, 27)) == {"missed": 0, "cancelled": 0}
    for expected in (1, 0):
        assert close(session, date(2026, 11, 28))["missed"] == expected
    (event,) = told(session, "visit.missed")
    assert (event["pairing"], event["outcome"], event["in_a_row"]) == (pairing.id, "missed", 1)


def test_failures_are_counted_until_help_is_given(session: Session) -> None:
    pairing = running(session)
    first, second, third, fourth = visits_of(session, pairing.id)
    close(session, first.on)
    log(session, second, "not_home")
    log(session, third, "done")
    log(session, fourth, "refused")
    assert [each["in_a_row"] for each in told(session, "visit.missed")] == [1, 2, 1]


def test_days_closed_together_count_as_days_closed_one_by_one(session: Session) -> None:
    running(session)
    close(session, date(2026, 12, 19))
    assert [each["in_a_row"] for each in told(session, "visit.missed")] == [1, 2, 3, 4]


def test_a_row_is_neither_ended_nor_lengthened_by_what_was_called_off() -> None:
    v = VisitState
    assert failures_in_a_row([v.MISSED, v.CANCELLED, v.REFUSED, v.UNSAFE, v.NOT_HOME, v.DONE]) == 3
    assert failures_in_a_row([]) == 0


def test_a_late_report_corrects_the_silence(session: Session) -> None:
    visit = visits_of(session, running(session).id)[0]
    close(session, visit.on)
    log(session, visit, "done")
    assert [each["version"] for each in told(session, "visit.done")] == [3]
    with pytest.raises(Conflict):
        VISIT.check(visit.id, VisitState.DONE, VisitState.MISSED)


def test_nobody_misses_a_visit_of_a_resting_pairing(session: Session) -> None:
    running(session)
    hear_closed(session, "suspended")
    assert close(session, date(2026, 11, 28)) == {"missed": 0, "cancelled": 1}
    assert told(session, "visit.missed") == []


def test_a_day_is_closed_when_it_has_come(session: Session) -> None:
    with pytest.raises(Invalid, match="has not come yet"):
        visits.close_day(
            session, {"community": HERE, "day": TODAY + timedelta(days=1)}, now=NOW, actor=STAFF
        )


def test_a_period_is_summed_up_by_state_and_aid_kind(session: Session) -> None:
    pairing = running(session)
    first, second, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    close(session, second.on)
    data = {"community": HERE, "since": TODAY, "until": second.on}
    summary = found.visits_summary(session, data)
    assert summary == {
        "visits": 2,
        "minutes": 60,
        "states": {"done": 1, "missed": 1},
        "kinds": [
            {
                "aid_kind": "elderly",
                "visits": 2,
                "minutes": 60,
                "states": {"done": 1, "missed": 1},
            }
        ],
    }
    page = found.find_visits(session, data | {"state": None, "page": 1, "size": 1})
    shown: Any = of.VisitPage().dump(page)
    assert (shown["total"], shown["items"][0]["need"]) == (2, pairing.need_id)


def test_a_daily_round_may_come_round_twice(session: Session) -> None:
    pairing = running(session)
    assert rounds.communities(session) == [HERE]
    for _ in range(2):
        days = ROUND | {"plan_days": 28}
        rounds.daily_round(session, HERE, now=at(date(2026, 11, 29)), actor=STAFF, **days)
    assert len(told(session, "visit.missed")) == 1
    assert len(visits_of(session, pairing.id)) == 5
