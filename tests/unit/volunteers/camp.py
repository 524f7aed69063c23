"""A holiday camp for the tests: its sessions, its staff, its children."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from servicekit.schemas import load
from unit.volunteers.neighbourhood import CHECKED, HERE, NOW, STAFF, register
from volunteers.contracts import activities as of
from volunteers.contracts.enrolments import RegisterParticipant
from volunteers.domain.activities import EnrolmentState
from volunteers.models import Activity, ActivitySession, Enrolment, Participant, Volunteer
from volunteers.queries.lookup import one
from volunteers.usecases import activities, attending, convening, enrolling, participants, staffing

CAMP = f"{HERE}-C01"
DAY = "2026-12-21"  # a Monday
SITTING = f"{CAMP}-20261221"
FAMILY = {"name": "韩雪梅", "phone": "13700137000", "relation": "parent"}
HOURS = 48


def a_camp(session: Session, *, announced: bool = True, **changes: Any) -> Activity:
    """One day of camp, on 21 December from nine to four, for two children per adult."""
    facts = {
        "community": HERE,
        "code": "C01",
        "kind": "camp",
        "title": "寒假大本营",
        "starts_on": DAY,
        "ends_on": DAY,
        "start": "09:00",
        "end": "16:00",
        "place": "社区二楼活动室",
        "capacity": 4,
        "ratio": 2,
        "age_from": 6,
        "age_until": 12,
    }
    data = load(of.PlanActivity(), facts | changes)
    made = activities.plan_activity(session, data, now=NOW, actor=STAFF, plan_days=28)
    if announced:
        announce(session, made.id)
    return made


def announce(session: Session, activity: str = CAMP) -> dict[str, int]:
    """Its sessions become known."""
    asked = {"activity": activity}
    return convening.announce_activity(session, asked, now=NOW, actor=STAFF, offer_hours=HOURS)


def sitting(session: Session, key: str = SITTING) -> ActivitySession:
    return one(session, ActivitySession, key)


def an_adult(session: Session, code: str = "V001", key: str = SITTING) -> str:
    """A cleared volunteer looks after the session; their id."""
    volunteer = f"{HERE}-{code}"
    if session.get(Volunteer, volunteer) is None:
        register(session, code, clearances=[CHECKED])
    data = {"session": key, "volunteer": volunteer}
    staffing.staff_session(session, data, now=NOW, actor=STAFF, offer_hours=HOURS)
    return volunteer


def a_child(session: Session, code: str = "K001", **changes: Any) -> Participant:
    """A pupil of nine whose guardian has consented."""
    facts = {
        "community": HERE,
        "code": code,
        "name": "冯小雨",
        "birth_date": "2017-05-05",
        "phone": "13600136000",
        "guardian": "冯志强",
        "consented_on": "2026-11-20",
        "health": "花生过敏",
        "pick_ups": [FAMILY],
    }
    data = load(RegisterParticipant(), facts | changes)
    return participants.register_participant(session, data, now=NOW, actor=STAFF)


def enrol(
    session: Session,
    *codes: str,
    together: bool = False,
    now: datetime = NOW,
    key: str = SITTING,
    grounds: tuple[str, ...] = (),
) -> list[Enrolment]:
    """Children wish to come; they are registered where they are not known."""
    for code in codes:
        if session.get(Participant, f"{HERE}-{code}") is None:
            a_child(session, code, grounds=list(grounds))
    data = {
        "session": key,
        "participants": [f"{HERE}-{code}" for code in codes],
        "together": together,
    }
    return enrolling.enrol(session, data, now=now, actor=STAFF, offer_hours=HOURS)


def confirm(session: Session, enrolment: Enrolment, now: datetime = NOW) -> None:
    enrolling.confirm_enrolment(session, {"enrolment": enrolment.id}, now=now, actor=STAFF)


def give_up(
    session: Session, enrolment: Enrolment, *, whole_party: bool = False, now: datetime = NOW
) -> None:
    data = {"enrolment": enrolment.id, "reason": "own_wish", "whole_party": whole_party}
    enrolling.cancel_enrolment(session, data, now=now, actor=STAFF, offer_hours=HOURS)


def comes(session: Session, enrolment: Enrolment, now: datetime) -> Enrolment:
    return attending.sign_in(session, {"enrolment": enrolment.id}, now=now, actor=STAFF)


def goes(
    session: Session, enrolment: Enrolment, now: datetime, pick_up: str | None = None
) -> Enrolment:
    pick_up = pick_up or f"{enrolment.participant_id}-U1"
    data = {"enrolment": enrolment.id, "pick_up": pick_up}
    return attending.sign_out(session, data, now=now, actor=STAFF)


def states(*enrolments: Enrolment) -> list[EnrolmentState]:
    return [each.state for each in enrolments]


def on_the_day(hour: int, minute: int = 0) -> datetime:
    """A local time of the camp's day."""
    return NOW.replace(day=21, month=12, hour=0) + timedelta(hours=hour - 8, minutes=minute)
