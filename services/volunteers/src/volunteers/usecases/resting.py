"""Pairings while somebody is away: handed over to the backup, or resting; and back again."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import NeedStatus, PairingState, VisitState
from volunteers.models import Pairing, Visit
from volunteers.queries.lookup import LOCK, local_day
from volunteers.usecases import safety
from volunteers.usecases.pairings import move
from volunteers.usecases.proposing import publish_pairing

RESTING = (PairingState.PAUSED, PairingState.HANDOVER)


def hand_over(session: Session, pairing: Pairing, *, now: datetime) -> bool:
    """Let the named backup come instead; False where there is none who may."""
    today = local_day(session, now)
    backup = pairing.backup_id
    if backup is None or safety.objections(session, pairing, backup, today):
        return False
    move(pairing, PairingState.HANDOVER)
    _send(session, pairing, today, backup)
    until = pairing.volunteer.absent_until
    publish_pairing(session, "pairing.delegated", pairing, now=now, backup=backup, until=until)
    return True


def pause(session: Session, pairing: Pairing, *, now: datetime) -> None:
    """Let a begun pairing rest; its planned visits fall away day by day (see ``close_day``)."""
    if pairing.state == PairingState.HANDOVER:
        _send(session, pairing, local_day(session, now), None)
    if pairing.state != PairingState.PAUSED:
        move(pairing, PairingState.PAUSED)


def resume_pairings(
    session: Session, *, now: datetime, volunteer: str | None = None, need: str | None = None
) -> None:
    """Let resting pairings go on where the volunteer is there, the need open, and all is safe.

    Where only the volunteer is missing, the backup comes.
    """
    whose = Pairing.volunteer_id == volunteer if volunteer else Pairing.need_id == need
    wanted = (
        sa.select(Pairing)
        .where(whose, Pairing.state.in_(RESTING))
        .order_by(Pairing.id)
        .with_for_update(**LOCK)
    )
    today = local_day(session, now)
    for pairing in session.scalars(wanted).all():
        if pairing.need.status not in (NeedStatus.OPEN, NeedStatus.MATCHED):
            continue
        if not safety.objections(session, pairing, pairing.volunteer_id, today):
            _take_back(session, pairing, today, now)
        elif pairing.state == PairingState.PAUSED:
            hand_over(session, pairing, now=now)


def _take_back(session: Session, pairing: Pairing, today: date, now: datetime) -> None:
    rested = pairing.state == PairingState.PAUSED
    move(pairing, PairingState.ACTIVE if pairing.confirmed else PairingState.TRIAL)
    _send(session, pairing, today, None)
    if rested:  # what would have been planned meanwhile is behind us
        pairing.planned_until = max(filter(None, (pairing.planned_until, today)))
    publish_pairing(session, "pairing.started", pairing, now=now, starts_on=pairing.starts_on)


def _send(session: Session, pairing: Pairing, today: date, stand_in: str | None) -> None:
    """Say who comes to the visits ahead; those behind us keep who came."""
    ahead = (
        sa.update(Visit)
        .where(
            Visit.pairing_id == pairing.id,
            Visit.on >= today,
            Visit.state == VisitState.PLANNED,
            Visit.stand_in_id.is_distinct_from(stand_in),
        )
        .values(stand_in_id=stand_in, version=Visit.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(ahead)
