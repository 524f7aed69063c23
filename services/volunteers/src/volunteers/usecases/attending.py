"""On the day: signed in, signed out to somebody known, and what is told of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from volunteers.domain.activities import (
    FOR_CHILDREN,
    CancelReason,
    EnrolmentState,
    SessionState,
    places,
)
from volunteers.models import ActivitySession, Enrolment, PickUp
from volunteers.queries.activities import adults, enrolments, locked, moment, report
from volunteers.queries.lookup import local_day, one
from volunteers.usecases.activities import move as move_session
from volunteers.usecases.activities import publish_session
from volunteers.usecases.promoting import cancel, move

EARLY = timedelta(minutes=15)
"""Who leaves so long before the end has left early."""

E = EnrolmentState


def sign_in(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Enrolment:
    """Somebody with a place has come; not more than the adults there can look after."""
    row = locked(session, one(session, Enrolment, data["enrolment"]).session_id)
    enrolment = one(session, Enrolment, data["enrolment"], lock=True)
    if enrolment.state is E.ATTENDED:
        return enrolment
    if row.state is not SessionState.ANNOUNCED or row.on != local_day(session, now):
        raise Conflict(f"session {row.id} is on {row.on} and {row.state}; sign in on that day")
    here = sum(1 for each in enrolments(session, row.id, {E.ATTENDED}) if not each.signed_out_at)
    if here >= places(row.capacity, row.ratio, adults(session, row)):
        raise Conflict(
            f"{here} are there and no adult is free in session {row.id}; add another adult first",
            here=here,
        )
    move(enrolment, E.ATTENDED)
    enrolment.signed_in_at = now
    return enrolment


def sign_out(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Enrolment:
    """Somebody goes; a child only with a person on its pick-up list."""
    row = locked(session, one(session, Enrolment, data["enrolment"]).session_id)
    enrolment = one(session, Enrolment, data["enrolment"], lock=True)
    if enrolment.signed_out_at is not None:
        return enrolment
    if enrolment.state is not E.ATTENDED:
        raise Conflict(f"{enrolment.id} is {enrolment.state} and not there; sign in first")
    if row.activity.kind in FOR_CHILDREN:
        enrolment.collected_by_id = _collector(session, enrolment, data["pick_up"])
    enrolment.signed_out_at = now
    enrolment.version += 1
    if now < moment(session, row.on, row.end) - EARLY:
        move(enrolment, E.LEFT_EARLY)
    return enrolment


def _collector(session: Session, enrolment: Enrolment, key: str | None) -> str:
    known = session.get(PickUp, key) if key else None
    if (
        known is None
        or known.participant_id != enrolment.participant_id
        or known.revoked_on is not None
    ):
        problem = "is not on the child's pick-up list; call the guardian and do not let it go"
        raise Invalid({"pick_up": [problem]})
    return known.id


def close_session(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """The session is over: who did not come was absent, and the report of it is told."""
    row = locked(session, data["session"])
    if row.state is not SessionState.CLOSED:
        _refuse_open(session, row, now)
        for each in enrolments(session, row.id, {E.CONFIRMED}):
            move(each, E.ABSENT)
        for each in enrolments(session, row.id, {E.WAITLISTED, E.OFFERED}):
            cancel(each, CancelReason.NO_PLACE)
        move_session(row, SessionState.CLOSED)
        session.flush()
        told = {name: report(session, row)[name] for name in ("attended", "absent", "late")}
        publish_session(session, "session.closed", row, now=now, **told)
    return report(session, row)


def _refuse_open(session: Session, row: ActivitySession, now: datetime) -> None:
    if now < moment(session, row.on, row.start):
        raise Conflict(f"session {row.id} has not begun; cancel it if it does not take place")
    if row.activity.kind not in FOR_CHILDREN:
        return
    left = [each.id for each in enrolments(session, row.id, {E.ATTENDED}) if not each.signed_out_at]
    if left:
        raise Conflict(
            f"{len(left)} children of session {row.id} are not signed out; sign them out first",
            enrolments=left,
        )


def tell_late(session: Session, row: ActivitySession, *, now: datetime, minutes: int) -> None:
    """Tell, once, of each child that nobody has collected."""
    if row.activity.kind not in FOR_CHILDREN:
        return
    if now < moment(session, row.on, row.end) + timedelta(minutes=minutes):
        return
    for each in enrolments(session, row.id, {E.ATTENDED}):
        if each.signed_out_at is None and not each.late_told:
            each.late_told = True
            each.version += 1
            _publish_late(session, row, each, now=now)


def _publish_late(
    session: Session, row: ActivitySession, enrolment: Enrolment, *, now: datetime
) -> None:
    data = {
        "community": row.community,
        "version": enrolment.version,
        "enrolment": enrolment.id,
        "participant": enrolment.participant_id,
        "session": row.id,
        "activity": row.activity_id,
        "on": row.on,
    }
    version = enrolment.version
    publish(session, "pickup.overdue", subject=enrolment.id, version=version, data=data, now=now)


def roll(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Who is expected, by name, and who may collect whom; the audit keeps who was shown it."""
    row = one(session, ActivitySession, data["session"])
    rows = [each for each in enrolments(session, row.id) if each.live]
    audit.record(
        session,
        community=row.community,
        subject=row.id,
        fields=["name", "guardian", "phone", "health", "pick_ups"],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return {"session": row.id, "items": [_line(each) for each in rows]}


def _line(enrolment: Enrolment) -> dict[str, Any]:
    person = enrolment.participant
    pick_ups = [
        {"id": each.id, "name": each.name, "relation": each.relation, "phone": each.phone}
        for each in person.pick_ups
        if each.revoked_on is None
    ]
    shown = {name: getattr(person, name) for name in ("name", "phone", "guardian", "health")}
    facts = {
        name: getattr(enrolment, name)
        for name in ("id", "party", "state", "participant_id", "signed_in_at", "signed_out_at")
    }
    return facts | shown | {"collected_by": enrolment.collected_by_id, "pick_ups": pick_ups}
