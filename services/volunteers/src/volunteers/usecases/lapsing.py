"""Volunteers lapse: their papers have run out, or they have not helped for long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.domain.codes import AbsenceReason, VolunteerState
from volunteers.queries import lapsing
from volunteers.queries.lookup import local_day
from volunteers.usecases.absence import set_aside


def lapse_volunteers(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor,
    grace_days: int,
    idle_days: int,
    propose_at_once: bool,
) -> dict[str, int]:
    """Let lapse whose needed paper ran out ``grace_days`` ago, or who did nothing ``idle_days``.

    Their pairings go to the backups or rest. Zero days: nobody lapses for that.
    """
    community, today = data["community"], data["today"] or local_day(session, now)
    found: dict[str, AbsenceReason] = {}
    if idle_days:
        since = _before(today, idle_days)
        found |= dict.fromkeys(lapsing.idle(session, community, since), AbsenceReason.INACTIVE)
    if grace_days:
        ended = _before(today, grace_days)
        found |= dict.fromkeys(lapsing.run_out(session, community, ended), AbsenceReason.CLEARANCE)
    for volunteer, reason in sorted(found.items()):
        why = {"volunteer": volunteer, "reason": reason, "until": None}
        again: dict[str, Any] = {"actor": actor, "propose_at_once": propose_at_once}
        set_aside(session, why, VolunteerState.LAPSED, now=now, **again)
    return {"lapsed": len(found)}


def _before(today: date, days: int) -> date:
    return today - timedelta(days=days)
