"""The hours ledger: reported with a visit, verified by the coordinator, never rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from servicekit.actors import Actor
from servicekit.errors import Conflict
from servicekit.outbox import publish
from volunteers.domain.codes import HoursDoubt, HoursState
from volunteers.domain.states import HOURS
from volunteers.models import HourEntry, Visit
from volunteers.queries.lookup import one


def report_hours(session: Session, visit: Visit, *, now: datetime, actor: Actor) -> HourEntry:
    """The first line for a visit: the minutes of help as reported."""
    entry = HourEntry(
        id=f"{visit.id}-{HoursState.REPORTED}",
        community=visit.community,
        volunteer_id=visit.visitor_id,
        visit_id=visit.id,
        state=HoursState.REPORTED,
        on=visit.on,
        minutes=visit.minutes_done or 0,
        entered_by=actor.id,
        entered_at=now,
    )
    session.add(entry)
    return entry


def verify_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Verify what was reported up to ``until`` and is not doubted; again, it adds nothing."""
    waiting = _waiting(session, data)
    for reported in waiting:
        entry = _following(session, reported, HoursState.VERIFIED, now=now, actor=actor)
        publish(
            session,
            "hours.verified",
            subject=entry.id,
            version=1,
            data={
                "community": entry.community,
                "version": 1,
                "volunteer": entry.volunteer_id,
                "entry": entry.id,
                "visit": entry.visit_id,
                "minutes": entry.minutes,
            },
            now=now,
        )
    return {"verified": len(waiting), "minutes": sum(each.minutes for each in waiting)}


def _waiting(session: Session, data: Mapping[str, Any]) -> list[HourEntry]:
    later = aliased(HourEntry)
    wanted = (
        sa.select(HourEntry)
        .where(
            HourEntry.community == data["community"],
            HourEntry.on <= data["until"],
            HourEntry.state == HoursState.REPORTED,
            ~sa.exists().where(
                later.visit_id == HourEntry.visit_id, later.state != HoursState.REPORTED
            ),
        )
        .order_by(HourEntry.id)
    )
    return list(session.scalars(wanted))


def dispute_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> HourEntry:
    """Doubt reported hours: they are not verified with the others."""
    return _doubt(session, data, HoursState.DISPUTED, now=now, actor=actor)


def follow_mismatch(session: Session, data: Mapping[str, Any], *, now: datetime) -> None:
    """The household contradicts the report: hours not verified yet wait for a decision.

    Those that are verified stay: people hear of the mismatch, and reverse them or not.
    """
    visit = one(session, Visit, data["visit"], lock=True)
    wanted = sa.select(HourEntry.state).where(HourEntry.visit_id == visit.id)
    if set(session.scalars(wanted)) == {HoursState.REPORTED}:
        doubt = {"visit": visit.id, "reason": HoursDoubt.NOT_CONFIRMED}
        _doubt(session, doubt, HoursState.DISPUTED, now=now, actor=Actor())


def reverse_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> HourEntry:
    """Take hours back: they count no more."""
    return _doubt(session, data, HoursState.REVERSED, now=now, actor=actor)


def _doubt(
    session: Session, data: Mapping[str, Any], state: HoursState, *, now: datetime, actor: Actor
) -> HourEntry:
    visit = one(session, Visit, data["visit"], lock=True)
    wanted = sa.select(HourEntry).where(HourEntry.visit_id == visit.id)
    lines = {entry.state: entry for entry in session.scalars(wanted)}
    if not lines:
        raise Conflict(f"visit {visit.id} has no hours; log it first", visit=visit.id)
    if state in lines:
        return lines[state]
    current = next(each for each in NEWEST_FIRST if each in lines)
    HOURS.check(visit.id, current, state)
    reported = lines[HoursState.REPORTED]
    return _following(session, reported, state, now=now, actor=actor, doubt=data["reason"])


NEWEST_FIRST = (
    HoursState.REVERSED,
    HoursState.VERIFIED,
    HoursState.DISPUTED,
    HoursState.REPORTED,
)


def _following(
    session: Session,
    before: HourEntry,
    state: HoursState,
    *,
    now: datetime,
    actor: Actor,
    doubt: HoursDoubt | None = None,
) -> HourEntry:
    entry = HourEntry(
        id=f"{before.visit_id}-{state}",
        community=before.community,
        volunteer_id=before.volunteer_id,
        visit_id=before.visit_id,
        state=state,
        on=before.on,
        minutes=before.minutes,
        doubt=doubt,
        entered_by=actor.id,
        entered_at=now,
    )
    session.add(entry)
    return entry
