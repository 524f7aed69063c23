"""Courses: offered, held, completed, and announced before they run out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from servicekit.actors import Actor
from servicekit.db import insert_ignore
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from volunteers.domain.training import completed_on, valid_until
from volunteers.models import Attendance, Completion, Course, Training, Volunteer
from volunteers.queries.lookup import local_day, one
from volunteers.usecases.registering import add_clearance

SAID = ("title", "sessions", "valid_months", "gates", "grants")


def offer_course(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Course:
    """Offer a course. The same again changes nothing."""
    key = f"{data['community']}-TC-{data['code']}"
    known = session.get(Course, key)
    said = {name: data[name] for name in SAID}
    if known is None:
        known = Course(id=key, community=data["community"], **said)
        session.add(known)
    elif {name: getattr(known, name) for name in SAID} != said:
        raise Conflict(f"course {key} is another one; choose another code", course=key)
    return known


def plan_training(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Training:
    """Plan a session of a course; planned again for the same day, the place is changed."""
    course = one(session, Course, data["course"])
    key = f"{course.id}-{data['on']:%Y%m%d}"
    training = session.get(Training, key)
    if training is None:
        training = Training(id=key, community=course.community, course=course, on=data["on"])
        session.add(training)
    training.place = data["place"]
    return training


def record_training(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Keep who was there. Whoever has been there often enough has completed the course."""
    training = one(session, Training, data["training"])
    if training.on > local_day(session, now):
        raise Invalid({"training": [f"is on {training.on}; record it on that day or later"]})
    volunteers = [one(session, Volunteer, key, lock=True) for key in sorted(set(data["attended"]))]
    rows = [{"training_id": training.id, "volunteer_id": each.id} for each in volunteers]
    new = insert_ignore(session, Attendance.__table__, rows)
    done = [_complete(session, training.course, each, now) for each in volunteers]
    return {"attended": len(new), "completed": sum(done)}


def _complete(session: Session, course: Course, volunteer: Volunteer, now: datetime) -> bool:
    """Whether this volunteer has completed the course just now."""
    attended = sa.select(Training.on).join(Attendance, Attendance.training_id == Training.id)
    mine = attended.where(Training.course_id == course.id, Attendance.volunteer_id == volunteer.id)
    last = sa.select(sa.func.max(Completion.completed_on)).where(
        Completion.course_id == course.id, Completion.volunteer_id == volunteer.id
    )
    on = completed_on(session.scalars(mine), course.sessions, session.scalar(last))
    if on is None:
        return False
    until = valid_until(on, course.valid_months)
    row = {
        "id": f"{course.id}-{volunteer.code}-{on:%Y%m%d}",
        "community": course.community,
        "course_id": course.id,
        "volunteer_id": volunteer.id,
        "completed_on": on,
        "valid_until": until,
    }
    if not insert_ignore(session, Completion.__table__, [row]):
        return False
    if course.grants is not None:
        _grant(volunteer, {"kind": course.grants, "issued_on": on, "expires_on": until})
    _publish(session, "training.completed", session.get_one(Completion, row["id"]), now)
    return True


def _grant(volunteer: Volunteer, paper: Mapping[str, Any]) -> None:
    kept = {(each.kind, each.issued_on) for each in volunteer.clearances}
    if (paper["kind"], paper["issued_on"]) not in kept:
        add_clearance(volunteer, paper)
        volunteer.version += 1


def announce_trainings(
    session: Session, data: Mapping[str, Any], *, now: datetime, notice_days: int
) -> dict[str, int]:
    """Tell, once each, of completions that run out within ``notice_days`` and are not renewed."""
    expiring = _expiring(session, data["community"], data["today"] + timedelta(days=notice_days))
    for completion in expiring:
        completion.announced_on = data["today"]
        _publish(session, "training.expiring", completion, now)
    return {"announced": len(expiring)}


def _expiring(session: Session, community: str, until: date) -> list[Completion]:
    later = aliased(Completion)
    renewed = sa.exists().where(
        later.volunteer_id == Completion.volunteer_id,
        later.course_id == Completion.course_id,
        later.valid_until > Completion.valid_until,
    )
    wanted = sa.select(Completion).where(
        Completion.community == community,
        Completion.valid_until <= until,
        Completion.announced_on.is_(None),
        ~renewed,
    )
    return list(session.scalars(wanted.order_by(Completion.id)))


def _publish(session: Session, type_: str, completion: Completion, now: datetime) -> None:
    data = {
        "community": completion.community,
        "version": 1,
        "completion": completion.id,
        "course": completion.course_id,
        "volunteer": completion.volunteer_id,
        "valid_until": completion.valid_until,
    }
    publish(session, type_, subject=completion.id, version=1, data=data, now=now)
