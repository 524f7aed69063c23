"""Needs that nobody visits: noticed every day, told level after level, over with a visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from servicekit.db import insert_ignore
from servicekit.outbox import publish
from volunteers.domain.codes import Frequency, NeedStatus
from volunteers.domain.silence import silence_levels
from volunteers.domain.states import BEGUN
from volunteers.domain.visits import HELD
from volunteers.models import NeedCopy, Pairing, Silence, Visit
from volunteers.queries.lookup import LOCK, chunks, local_day
from volunteers.usecases.proposing import about


def notice_silence(session: Session, data: Mapping[str, Any], *, now: datetime) -> dict[str, int]:
    """Tell of each level that a silence has reached since; end those that are over."""
    today = local_day(session, now)
    rows = {
        row["id"]: row
        for pairing, since in _watched(session, data["community"])
        for row in _rows(pairing, since, today)
    }
    _end(session, data["community"], today, besides=rows, now=now)
    new = [
        key
        for part in chunks([rows[key] for key in sorted(rows)])
        for key in insert_ignore(session, Silence.__table__, part)
    ]
    for silence in _by_id(session, new):
        _publish(session, "silence.noticed", silence, now=now, since=silence.since)
    return {"noticed": len(new)}


def end_silence(session: Session, visit: Visit, *, now: datetime) -> None:
    """Help was given: whoever was told of the need's silence may rest."""
    wanted = sa.select(Silence).where(
        Silence.pairing_id == visit.pairing_id,
        Silence.ended_on.is_(None),
        Silence.since < visit.on,
    )
    for silence in session.scalars(wanted.order_by(Silence.id)).all():
        _over(session, silence, local_day(session, now), now)


def _watched(session: Session, community: str) -> Iterator[tuple[Pairing, date]]:
    """Begun pairings of needs that want help, and the last day on which it was given."""
    wanted = (
        sa.select(Pairing, sa.func.max(Visit.on))
        .join(Pairing.need)
        .outerjoin(Visit, sa.and_(Visit.pairing_id == Pairing.id, Visit.state.in_(HELD)))
        .where(
            Pairing.community == community,
            Pairing.state.in_(BEGUN),
            NeedCopy.status.in_((NeedStatus.OPEN, NeedStatus.MATCHED)),
        )
        .group_by(Pairing.id)
        .order_by(Pairing.id)
        .options(selectinload(Pairing.need))
    )
    for pairing, last in session.execute(wanted):
        if pairing.starts_on is not None and pairing.need.facts:
            yield pairing, max(filter(None, (pairing.starts_on, last)))


def _rows(pairing: Pairing, since: date, today: date) -> Iterator[dict[str, Any]]:
    facts = pairing.need.facts or {}
    if facts["ends_on"] is not None and date.fromisoformat(facts["ends_on"]) < today:
        return
    for level in silence_levels(Frequency(facts["frequency"]), since, today):
        yield {
            "id": f"{pairing.need_id}-S{since:%Y%m%d}-{level}",
            "community": pairing.community,
            "pairing_id": pairing.id,
            "level": level,
            "since": since,
            "noticed_on": today,
        }


def _by_id(session: Session, keys: list[str]) -> Iterator[Silence]:
    for part in chunks(keys):
        wanted = sa.select(Silence).where(Silence.id.in_(part)).order_by(Silence.id)
        yield from session.scalars(wanted)


def _end(
    session: Session, community: str, today: date, *, besides: Mapping[str, Any], now: datetime
) -> None:
    wanted = sa.select(Silence).where(Silence.community == community, Silence.ended_on.is_(None))
    wanted = wanted.order_by(Silence.id).with_for_update(**LOCK)
    for silence in session.scalars(wanted).all():
        if silence.id not in besides:
            _over(session, silence, today, now)


def _over(session: Session, silence: Silence, today: date, now: datetime) -> None:
    silence.ended_on = today
    _publish(session, "silence.ended", silence, now=now, version=2)


def _publish(
    session: Session, type_: str, silence: Silence, *, now: datetime, version: int = 1, **more: Any
) -> None:
    pairing = silence.pairing
    data = about(pairing) | {
        "version": version,
        "volunteer": pairing.carer_id,
        "silence": silence.id,
        "level": silence.level,
    }
    publish(session, type_, subject=silence.id, version=version, data=data | more, now=now)
