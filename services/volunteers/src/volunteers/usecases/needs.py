"""Copies of needs, kept from the households service's events in whatever order they come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.contracts.consumed import NeedSeen
from volunteers.domain.codes import DeclineReason, EndReason, NeedStatus, Party
from volunteers.domain.states import LIVE, UNBEGUN
from volunteers.models import NeedCopy, Pairing
from volunteers.queries.lookup import LOCK, local_day
from volunteers.usecases.answering import propose_for
from volunteers.usecases.pairings import decline, end
from volunteers.usecases.resting import pause, resume_pairings


def copy_need(
    session: Session, data: Mapping[str, Any], *, now: datetime, propose_at_once: bool
) -> None:
    """Keep what is told of a need; if it is open and new to us, ask the best volunteer at once."""
    copy = _newer(session, data)
    if copy is None:
        return
    copy.facts = NeedSeen().dump(data)
    copy.aid_kind = data["aid_kind"]
    session.flush()
    if copy.status == NeedStatus.OPEN:
        resume_pairings(session, need=copy.id, now=now)
        if propose_at_once:
            propose_for(session, copy.community, [copy.id], now=now)


def close_need(session: Session, data: Mapping[str, Any], *, now: datetime) -> None:
    """Keep that a need is closed: proposals for it fall, a running pairing ends, or rests."""
    copy = _newer(session, data)
    if copy is None:
        return
    session.flush()
    wanted = sa.select(Pairing).where(Pairing.need_id == copy.id, Pairing.state.in_(LIVE))
    for pairing in session.scalars(wanted.with_for_update(**LOCK)).all():
        _let_go(session, pairing, copy.status, now)


def _newer(session: Session, data: Mapping[str, Any]) -> NeedCopy | None:
    """The copy, brought to what is told; None where the same or newer is known already."""
    copy = session.get(NeedCopy, data["need"], with_for_update=LOCK)
    if copy is None:
        copy = NeedCopy(id=data["need"], version=0)
        session.add(copy)
    elif copy.version >= data["version"]:
        return None
    copy.community, copy.household = data["community"], data["household"]
    copy.status, copy.version = data["status"], data["version"]
    return copy


def _let_go(session: Session, pairing: Pairing, status: NeedStatus, now: datetime) -> None:
    if pairing.state in UNBEGUN:
        decline(session, pairing, Party.HOUSEHOLD, DeclineReason.NEED_CLOSED, now=now)
    elif status != NeedStatus.SUSPENDED:
        reason = EndReason.NEED_MET if status == NeedStatus.MET else EndReason.OTHER
        end(session, pairing, local_day(session, now), reason, now=now)
    else:
        pause(session, pairing, now=now)
