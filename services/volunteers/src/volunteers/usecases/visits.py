"""Visits: logged, and closed at the end of the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from servicekit.actors import Actor
from servicekit.errors import Invalid
from servicekit.outbox import publish
from servicekit.privacy import assign_key
from volunteers.domain.codes import VisitState
from volunteers.domain.states import VISIT, VISITED
from volunteers.domain.visits import (
    FAILED,
    HELD,
    failures_in_a_row,
)
from volunteers.models import Visit
from volunteers.queries.lookup import chunks, local_day, one
from volunteers.usecases.hours import report_hours
from volunteers.usecases.proposing import about
from volunteers.usecases.silence import end_silence


def log_visit(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Visit:
    """Keep what became of a visit, and tell of it. The same again changes nothing."""
    visit = one(session, Visit, data["visit"], lock=True)
    outcome = data["outcome"]
    minutes = _minutes(visit, outcome, data["minutes"])
    if (visit.state, visit.minutes_done) == (outcome, minutes):
        return visit
    _refuse_future(visit, outcome, local_day(session, now))
    _move(visit, outcome, now)
    visit.minutes_done = minutes
    if data["note"]:
        assign_key(session, visit)
        visit.note = data["note"]
    session.flush()
    if outcome in HELD:
        _publish(session, "visit.done", visit, now=now, minutes=minutes)
        report_hours(session, visit, now=now, actor=actor)
        end_silence(session, visit, now=now)
    elif outcome == VisitState.UNSAFE:
        _publish(session, "visit.unsafe", visit, now=now)
    elif outcome in FAILED:
        _publish_failed(session, [visit], now=now)
    return visit


def _minutes(visit: Visit, outcome: VisitState, given: int | None) -> int | None:
    """The minutes of help, or Invalid where they don't go with the outcome."""
    if outcome == VisitState.DONE:
        return visit.minutes if given is None else given
    if outcome == VisitState.PARTIAL and given is None:
        raise Invalid({"minutes": ["are missing for a partial visit; give the minutes of help"]})
    if outcome != VisitState.PARTIAL and given is not None:
        raise Invalid({"minutes": [f"don't go with {outcome}; leave them out"]})
    return given


def _refuse_future(visit: Visit, outcome: VisitState, today: date) -> None:
    """Who is there can be known beforehand only where nobody will be."""
    if visit.on > today and outcome not in (VisitState.CANCELLED, VisitState.REFUSED):
        problem = f"{outcome} cannot be known before {visit.on}; log the visit on that day"
        raise Invalid({"outcome": [problem]})


def close_day(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """What was planned for ``day`` or before and not logged was missed.

    Where the pairing rests or has ended meanwhile, nobody was expected: those are cancelled.
    """
    day, today = data["day"], local_day(session, now)
    if day > today:
        raise Invalid({"day": [f"{day} has not come yet; give {today} at most"]})
    wanted = (
        sa.select(Visit)
        .where(
            Visit.community == data["community"],
            Visit.on <= day,
            Visit.state == VisitState.PLANNED,
        )
        .order_by(Visit.id)
        .options(joinedload(Visit.pairing))
        .with_for_update(of=Visit)
    )
    open_visits = session.scalars(wanted).all()
    missed = [visit for visit in open_visits if visit.pairing.state in VISITED]
    cancelled = [visit for visit in open_visits if visit.pairing.state not in VISITED]
    for visit in missed:
        _move(visit, VisitState.MISSED, now)
    for visit in cancelled:
        _move(visit, VisitState.CANCELLED, now)
    session.flush()
    _publish_failed(session, missed, now=now)
    return {"missed": len(missed), "cancelled": len(cancelled)}


def _move(visit: Visit, state: VisitState, now: datetime) -> None:
    VISIT.check(visit.id, visit.state, state)
    visit.state = state
    visit.logged_at = now
    visit.version += 1


def _publish_failed(session: Session, visits: Sequence[Visit], *, now: datetime) -> None:
    """Tell of failed visits, each with how many failed in a row by then."""
    history = _history(session, {visit.pairing_id for visit in visits})
    for visit in visits:
        before = [
            state
            for on, start, state in history[visit.pairing_id]
            if (on, start) <= (visit.on, visit.start)
        ]
        row = failures_in_a_row(before)
        _publish(session, "visit.missed", visit, now=now, in_a_row=row)


def _history(session: Session, pairings: Iterable[str]) -> Mapping[str, list[Any]]:
    """Date, start and state of the pairings' visits, the newest first."""
    found: dict[str, list[Any]] = defaultdict(list)
    for part in chunks(sorted(pairings)):
        wanted = (
            sa.select(Visit.pairing_id, Visit.on, Visit.start, Visit.state)
            .where(Visit.pairing_id.in_(part))
            .order_by(Visit.on.desc(), Visit.start.desc())
        )
        for pairing, on, start, state in session.execute(wanted):
            found[pairing].append((on, start, state))
    return found


def _publish(session: Session, type_: str, visit: Visit, *, now: datetime, **more: Any) -> None:
    data = about(visit.pairing) | {
        "volunteer": visit.visitor_id,
        "version": visit.version,
        "visit": visit.id,
        "on": visit.on,
        "outcome": visit.state,
    }
    publish(session, type_, subject=visit.id, version=visit.version, data=data | more, now=now)
