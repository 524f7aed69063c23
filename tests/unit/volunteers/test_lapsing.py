"""Volunteers lapse when their papers run out or they do nothing for long, and come back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid
from unit.volunteers.camp import a_camp
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NOW,
    OFFICE,
    STAFF,
    TODAY,
    a_pupil,
    at,
    end,
    log,
    register,
    running,
    told,
    visits_of,
)
from volunteers.domain.codes import PairingState, VolunteerState
from volunteers.models import Pairing, Volunteer
from volunteers.usecases import lapsing, people, staffing, training

GRACE, IDLE = 45, 365
ENDS = date(2026, 12, 31)
SHORT = CHECKED | {"expires_on": ENDS.isoformat()}
OLD = {"kind": "background_check", "issued_on": TODAY, "expires_on": ENDS}
RENEWED = {"kind": "background_check", "issued_on": ENDS, "expires_on": date(2029, 12, 31)}
GONE = ENDS + timedelta(days=GRACE + 1)
LONG_AFTER = TODAY + timedelta(days=IDLE + 1)
V = VolunteerState


def lapse(session: Session, on: date, grace: int = GRACE, idle: int = IDLE) -> int:
    session.flush()
    terms: dict[str, Any] = {"grace_days": grace, "idle_days": idle, "propose_at_once": False}
    data = {"community": HERE, "today": on}
    done = lapsing.lapse_volunteers(session, data, now=at(on), actor=OFFICE, **terms)
    session.flush()
    return done["lapsed"]


def state(session: Session, volunteer: str) -> VolunteerState:
    return session.get_one(Volunteer, volunteer).state


def activate(session: Session, volunteer: str, on: date) -> None:
    people.activate_volunteer(session, {"volunteer": volunteer}, now=at(on), actor=STAFF)


def test_whose_needed_paper_ran_out_lapses_after_the_grace(session: Session) -> None:
    volunteer = register(session, clearances=[SHORT])
    assert lapse(session, GONE - timedelta(days=1)) == 0
    assert lapse(session, GONE) == 1
    assert lapse(session, GONE) == 0
    assert state(session, volunteer) is V.LAPSED
    (said,) = told(session, "volunteer.unavailable")
    assert (said["state"], said["reason"], said["pairings"]) == ("lapsed", "clearance", [])


@pytest.mark.parametrize(
    ("why", "record"),
    [
        ("it was renewed", {"clearances": [SHORT, CHECKED | {"issued_on": "2026-06-01"}]}),
        ("nobody asks for it", {"clearances": [SHORT | {"kind": "first_aid"}]}),
        ("not for this aid", {"clearances": [SHORT], "aid_kinds": ["elderly"]}),
        ("there never was one", {}),
    ],
)
def test_nobody_lapses_for_a_paper_where(session: Session, why: str, record: Any) -> None:
    register(session, **record)
    assert lapse(session, GONE) == 0, why


def test_pairings_of_who_lapsed_rest_until_they_are_back(session: Session) -> None:
    pairing = running(session)
    people.grant_clearance(session, of(pairing) | OLD, now=NOW, actor=STAFF)
    assert lapse(session, GONE) == 1
    assert pairing.state is PairingState.PAUSED
    assert told(session, "volunteer.unavailable")[0]["pairings"] == [pairing.id]
    people.grant_clearance(session, of(pairing) | RENEWED, now=at(GONE), actor=STAFF)
    activate(session, pairing.volunteer_id, GONE)
    assert pairing.state is PairingState.TRIAL


def of(pairing: Pairing) -> dict[str, Any]:
    return {"volunteer": pairing.volunteer_id}


def test_who_lapsed_for_a_paper_is_back_only_with_a_new_one(session: Session) -> None:
    volunteer = register(session, clearances=[SHORT])
    lapse(session, GONE)
    for _ in range(2):
        with pytest.raises(Invalid, match="background_check ran out; record the renewed paper"):
            activate(session, volunteer, GONE)
        asked = {"volunteer": volunteer}
        shown = people.screen_volunteer(session, asked, now=at(GONE), actor=STAFF)
        assert shown["state"] is V.SCREENING
    people.grant_clearance(session, {"volunteer": volunteer, **RENEWED}, now=at(GONE), actor=STAFF)
    activate(session, volunteer, GONE)
    assert state(session, volunteer) is V.ACTIVE
    assert lapse(session, GONE) == 0


def test_who_did_nothing_for_a_year_lapses_and_begins_anew(session: Session) -> None:
    volunteer = register(session)
    assert lapse(session, LONG_AFTER - timedelta(days=1)) == 0
    assert lapse(session, LONG_AFTER) == 1
    (said,) = told(session, "volunteer.unavailable")
    assert (said["state"], said["reason"]) == ("lapsed", "inactive")
    activate(session, volunteer, LONG_AFTER)
    assert lapse(session, LONG_AFTER + timedelta(days=IDLE)) == 0
    assert lapse(session, LONG_AFTER + timedelta(days=IDLE + 1)) == 1


def test_who_is_paired_or_was_lately_is_not_idle(session: Session) -> None:
    pairing = running(session)
    assert lapse(session, LONG_AFTER) == 0
    (visit,) = visits_of(session, pairing.id)[:1]
    log(session, visit, "done")
    end(session, pairing.id, on=TODAY + timedelta(days=20))
    assert lapse(session, TODAY + timedelta(days=20 + IDLE)) == 0
    assert lapse(session, TODAY + timedelta(days=21 + IDLE)) == 1


def test_who_looks_after_a_session_or_learns_or_comes_along_is_not_idle(session: Session) -> None:
    for code in ("V001", "V002", "V003", "V004"):
        register(session, code, clearances=[CHECKED | {"expires_on": "2031-12-31"}])
    a_camp(session, starts_on="2027-08-02", ends_on="2027-08-02")
    staff = {"session": f"{HERE}-C01-20270802", "volunteer": f"{HERE}-V001"}
    staffing.staff_session(session, staff, now=NOW, actor=STAFF, offer_hours=48)
    course = {"community": HERE, "code": "C1", "title": "急救", "sessions": 2, "valid_months": 12}
    made = training.offer_course(
        session, {**course, "gates": [], "grants": None}, now=NOW, actor=STAFF
    )
    session.flush()
    planned = {"course": made.id, "on": TODAY + timedelta(days=9), "place": "社区"}
    held = training.plan_training(session, planned, now=NOW, actor=STAFF)
    session.flush()
    there = {"training": held.id, "attended": [f"{HERE}-V002"]}
    training.record_training(session, there, now=at(held.on), actor=STAFF)
    register(session, record=a_pupil(companion="V003"))
    lapse(session, LONG_AFTER)
    lapsed = [row.code for row in session.query(Volunteer) if row.state is V.LAPSED]
    assert sorted(lapsed) == ["V004", "V900"]


def test_nobody_lapses_where_that_is_switched_off(session: Session) -> None:
    register(session, clearances=[SHORT])
    assert lapse(session, LONG_AFTER, grace=0, idle=0) == 0


def test_who_pauses_is_left_alone(session: Session) -> None:
    volunteer = register(session, clearances=[SHORT])
    session.get_one(Volunteer, volunteer).state = V.PAUSED
    assert lapse(session, LONG_AFTER) == 0


def test_only_applicants_and_who_lapsed_are_screened(session: Session) -> None:
    asked = {"volunteer": register(session)}
    with pytest.raises(Conflict, match="cannot go from active to screening; "):
        people.screen_volunteer(session, asked, now=NOW, actor=STAFF)
