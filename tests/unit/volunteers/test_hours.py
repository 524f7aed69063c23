"""Hours: reported with a visit, verified once, doubted, never rewritten."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.errors import Conflict
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    SATURDAY,
    STAFF,
    TUESDAY,
    log,
    running,
    told,
    visits_of,
)
from volunteers.contracts import visits as of
from volunteers.domain.calendar import Slot
from volunteers.domain.codes import HoursDoubt
from volunteers.models import HourEntry
from volunteers.queries import hours as found
from volunteers.usecases import hours

SAT, TUE = Slot.from_data(SATURDAY), Slot.from_data(TUESDAY)
FAR = date(2027, 1, 31)


def verify(session: Session, until: date) -> dict[str, int]:
    data = {"community": HERE, "until": until}
    return hours.verify_hours(session, data, now=NOW, actor=STAFF)


def test_hours_are_verified_once(session: Session) -> None:
    pairing = running(session)
    first, second, third, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    log(session, second, "partial", 30)
    log(session, third, "done")
    assert verify(session, second.on) == {"verified": 2, "minutes": 90}
    assert verify(session, second.on) == {"verified": 0, "minutes": 0}
    ledger = found.hours(session, pairing.volunteer_id)
    assert (ledger["reported"], ledger["verified"], len(ledger["entries"])) == (60, 90, 5)
    assert [each["minutes"] for each in told(session, "hours.verified")] == [60, 30]
    shown: Any = of.HoursView().dump(ledger)
    assert shown["entries"][0]["state"] == "reported"
    assert found.hours_by_kind(session, HERE) == {
        "items": [{"aid_kind": "elderly", "visits": 3, "reported": 150, "verified": 90}]
    }


def test_doubted_hours_wait_and_reversed_hours_do_not_count(session: Session) -> None:
    pairing = running(session)
    first, second, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    log(session, second, "done")
    doubt = {"visit": first.id, "reason": HoursDoubt.NOT_CONFIRMED}
    for _ in range(2):
        hours.dispute_hours(session, doubt, now=NOW, actor=STAFF)
    assert verify(session, second.on)["verified"] == 1
    for visit in (first, second):
        data = {"visit": visit.id, "reason": HoursDoubt.DUPLICATE}
        hours.reverse_hours(session, data, now=NOW, actor=STAFF)
    ledger = found.hours(session, pairing.volunteer_id)
    assert (ledger["reported"], ledger["verified"]) == (0, 0)
    with pytest.raises(Conflict, match="cannot go from reversed to disputed"):
        hours.dispute_hours(session, {**doubt, "visit": second.id}, now=NOW, actor=STAFF)


def test_hours_that_the_household_contradicts_wait_unless_they_are_verified(
    session: Session,
) -> None:
    pairing = running(session)
    first, second, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    assert verify(session, first.on)["verified"] == 1
    log(session, second, "done")
    for visit in (first, second, second):
        hours.follow_mismatch(session, {"visit": visit.id}, now=NOW)
    assert verify(session, second.on)["verified"] == 0
    states = [each.state for each in found.hours(session, pairing.volunteer_id)["entries"]]
    assert sorted(states) == ["disputed", "reported", "reported", "verified"]


def test_a_visit_without_hours_has_none_to_doubt(session: Session) -> None:
    visit = visits_of(session, running(session).id)[0]
    data = {"visit": visit.id, "reason": HoursDoubt.OTHER}
    with pytest.raises(Conflict, match="has no hours; log it first"):
        hours.reverse_hours(session, data, now=NOW, actor=STAFF)


@pytest.mark.parametrize(
    "act", ["UPDATE hour_entries SET minutes = 999", "DELETE FROM hour_entries"]
)
def test_the_database_itself_forbids_to_rewrite_the_ledger(session: Session, act: str) -> None:
    log(session, visits_of(session, running(session).id)[0], "done")
    session.commit()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(act))
    session.rollback()
    assert session.query(HourEntry).one().minutes == 60
