"""Who looks after a session; and what is told where too few do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from volunteers.domain.activities import HELD, SessionState, places
from volunteers.models import ActivitySession, SessionStaff, Volunteer
from volunteers.queries.activities import adults, counts, elsewhere, enrolments, locked, unfit
from volunteers.queries.lookup import one
from volunteers.usecases.activities import publish_session
from volunteers.usecases.promoting import promote

OPEN = (SessionState.PLANNED, SessionState.ANNOUNCED)


def staff_session(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, offer_hours: int
) -> ActivitySession:
    """A volunteer looks after a session; with another adult there may be more children."""
    row = locked(session, data["session"])
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    _require_open(row)
    if problem := unfit(session, [volunteer], row)[volunteer.id] or _busy(session, volunteer, row):
        raise Invalid({"volunteer": [problem]})
    if session.get(SessionStaff, (row.id, volunteer.id)) is None:
        session.add(SessionStaff(session_id=row.id, volunteer_id=volunteer.id))
        row.version += 1
        promote(session, row, now=now, offer_hours=offer_hours)
    return row


def unstaff_session(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ActivitySession:
    """Somebody does not look after it after all; refused where children rely on them."""
    row = locked(session, data["session"])
    _require_open(row)
    staff = session.get(SessionStaff, (row.id, data["volunteer"]))
    if staff is None:
        return row
    held = len(enrolments(session, row.id, HELD))
    if held > places(row.capacity, row.ratio, adults(session, row, without=data["volunteer"])):
        raise Conflict(
            f"{held} children in session {row.id} were promised a place and {data['volunteer']} is "
            "needed for them; add another adult first",
            held=held,
        )
    session.delete(staff)
    row.version += 1
    return row


def _require_open(row: ActivitySession) -> None:
    if row.state not in OPEN:
        raise Conflict(f"session {row.id} is {row.state}; choose one that is still to come")


def _busy(session: Session, volunteer: Volunteer, row: ActivitySession) -> str | None:
    """Nobody is in two places at once."""
    wanted = elsewhere(row).where(SessionStaff.volunteer_id == volunteer.id)
    other = session.scalar(wanted.with_only_columns(ActivitySession.id).limit(1))
    return f"looks after {other} at that time; choose another volunteer" if other else None


def tell_gap(session: Session, row: ActivitySession, *, now: datetime) -> None:
    """Tell, once for each number of adults, that there are too few.

    ``endangered``: some who were promised a place cannot be looked after.
    """
    figures = counts(session, row)
    there, needed = figures["adults"], figures["adults_needed"]
    if there >= needed:
        row.told_adults = None
    elif row.told_adults != there:
        row.told_adults = there
        row.version += 1
        endangered = figures["held"] > places(row.capacity, row.ratio, there)
        more = {"adults": there, "needed": needed, "endangered": endangered}
        publish_session(session, "session.understaffed", row, now=now, **more)
