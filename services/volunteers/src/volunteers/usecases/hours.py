"""The hours ledger: reported, verified by the coordinator, never rewritten.

Hours come from a visit, or from a top-up (see ``topping_up``). Only help counts, travel does not.
"""

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
from volunteers.models import HourEntry, TopUp, Visit
from volunteers.queries.hours import open_flags
from volunteers.queries.lookup import one
from volunteers.usecases.flagging import flag_hours
from volunteers.usecases.stars import recount

NEWEST_FIRST = (
    HoursState.REVERSED,
    HoursState.VERIFIED,
    HoursState.DISPUTED,
    HoursState.REPORTED,
)


def report_hours(session: Session, visit: Visit, *, now: datetime, actor: Actor) -> HourEntry:
    """The first line for a visit: the minutes of help as reported."""
    return first_line(session, visit, visit.minutes_done or 0, now=now, actor=actor)


def first_line(
    session: Session, work: Visit | TopUp, minutes: int, *, now: datetime, actor: Actor
) -> HourEntry:
    """What somebody says was served."""
    visit = isinstance(work, Visit)
    entry = HourEntry(
        id=f"{work.id}-{HoursState.REPORTED}",
        community=work.community,
        volunteer_id=work.visitor_id if isinstance(work, Visit) else work.volunteer_id,
        visit_id=work.id if visit else None,
        top_up_id=None if visit else work.id,
        state=HoursState.REPORTED,
        on=work.on,
        minutes=minutes,
        entered_by=actor.id,
        entered_at=now,
    )
    session.add(entry)
    return entry


def verify_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Verify visits' hours up to ``until`` that nothing speaks against; again, it adds nothing."""
    since = min((entry.on for entry in _waiting(session, data)), default=None)
    if since is not None:
        flag_hours(session, {**data, "since": since}, now=now)
    waiting = _waiting(session, data)
    for reported in waiting:
        _verify(session, reported, now=now, actor=actor)
    recount(session, {entry.volunteer_id for entry in waiting}, now=now)
    return {"verified": len(waiting), "minutes": sum(each.minutes for each in waiting)}


def verify_one(session: Session, work: Visit | TopUp, *, now: datetime, actor: Actor) -> None:
    """Verify the hours of one thing; verified already, nothing changes."""
    lines = _lines(session, work.id)
    if HoursState.VERIFIED in lines and HoursState.REVERSED not in lines:
        return
    HOURS.check(work.id, _current(lines), HoursState.VERIFIED)
    _verify(session, lines[HoursState.REPORTED], now=now, actor=actor)
    recount(session, {lines[HoursState.REPORTED].volunteer_id}, now=now)


def _verify(session: Session, reported: HourEntry, *, now: datetime, actor: Actor) -> None:
    entry = _following(session, reported, HoursState.VERIFIED, now=now, actor=actor)
    _publish(session, "hours.verified", entry, now=now)


def _waiting(session: Session, data: Mapping[str, Any]) -> list[HourEntry]:
    later = aliased(HourEntry)
    wanted = (
        sa.select(HourEntry)
        .where(
            HourEntry.community == data["community"],
            HourEntry.on <= data["until"],
            HourEntry.state == HoursState.REPORTED,
            HourEntry.visit_id.is_not(None),
            ~sa.exists().where(
                later.visit_id == HourEntry.visit_id, later.state != HoursState.REPORTED
            ),
            ~open_flags(HourEntry.visit_id),
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
    if set(_lines(session, visit.id)) == {HoursState.REPORTED}:
        doubt = {"visit": visit.id, "reason": HoursDoubt.NOT_CONFIRMED}
        _doubt(session, doubt, HoursState.DISPUTED, now=now, actor=Actor())


def reverse_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> HourEntry:
    """Take hours back: they count no more, and stars that rested on them are withdrawn."""
    return _doubt(session, data, HoursState.REVERSED, now=now, actor=actor)


def _doubt(
    session: Session, data: Mapping[str, Any], state: HoursState, *, now: datetime, actor: Actor
) -> HourEntry:
    top_up = data.get("top_up")
    work = one(session, TopUp, top_up) if top_up else one(session, Visit, data["visit"], lock=True)
    lines = _lines(session, work.id)
    if not lines:
        raise Conflict(f"visit {work.id} has no hours; log it first", visit=work.id)
    if state in lines:
        return lines[state]
    HOURS.check(work.id, _current(lines), state)
    reported = lines[HoursState.REPORTED]
    entry = _following(session, reported, state, now=now, actor=actor, doubt=data["reason"])
    if state == HoursState.REVERSED:
        _publish(session, "hours.reversed", entry, now=now, reason=data["reason"])
        recount(session, {entry.volunteer_id}, now=now)
    return entry


def _lines(session: Session, work: str) -> dict[HoursState, HourEntry]:
    wanted = sa.select(HourEntry).where(HourEntry.id.in_([f"{work}-{each}" for each in HoursState]))
    return {entry.state: entry for entry in session.scalars(wanted)}


def _current(lines: Mapping[HoursState, HourEntry]) -> HoursState:
    return next(each for each in NEWEST_FIRST if each in lines)


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
        id=f"{before.work}-{state}",
        community=before.community,
        volunteer_id=before.volunteer_id,
        visit_id=before.visit_id,
        top_up_id=before.top_up_id,
        state=state,
        on=before.on,
        minutes=before.minutes,
        doubt=doubt,
        entered_by=actor.id,
        entered_at=now,
    )
    session.add(entry)
    return entry


def about(entry: HourEntry) -> dict[str, Any]:
    """What every event about hours says."""
    return {
        "community": entry.community,
        "version": 1,
        "volunteer": entry.volunteer_id,
        "entry": entry.id,
        "work": entry.work,
        "visit": entry.visit_id,
        "minutes": entry.minutes,
    }


def _publish(session: Session, type_: str, entry: HourEntry, *, now: datetime, **more: Any) -> None:
    publish(session, type_, subject=entry.id, version=1, data=about(entry) | more, now=now)
