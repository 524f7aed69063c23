"""Hours that cannot be: found by machine, looked into and settled by people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from servicekit.db import insert_ignore
from servicekit.outbox import publish
from volunteers.domain.calendar import minutes_of
from volunteers.domain.codes import HoursState
from volunteers.domain.recognition import Flag, FlagState, Stay, flags_of_day
from volunteers.domain.visits import HELD
from volunteers.models import HourEntry, HourFlag, Pairing, TopUp, Visit
from volunteers.queries.lookup import chunks


def flag_hours(session: Session, data: Mapping[str, Any], *, now: datetime) -> dict[str, int]:
    """Look at all services from ``since`` to ``until``; what is flagged already is not again."""
    days: dict[tuple[str, date], list[Stay]] = defaultdict(list)
    for volunteer, day, stay in (*_visits(session, data), *_top_ups(session, data)):
        days[volunteer, day].append(stay)
    rows = {
        row["id"]: row
        for (volunteer, day), stays in sorted(days.items())
        for row in (_row(data["community"], volunteer, day, flag) for flag in flags_of_day(stays))
    }
    new = [
        key
        for part in chunks(list(rows.values()))
        for key in insert_ignore(session, HourFlag.__table__, part)
    ]
    for key in sorted(new):
        _publish(session, rows[key], now)
    return {"flagged": len(new)}


def _visits(session: Session, data: Mapping[str, Any]) -> Iterator[tuple[str, date, Stay]]:
    wanted = (
        sa.select(Visit)
        .where(Visit.state.in_(HELD), *_span(Visit, data))
        .options(joinedload(Visit.pairing).joinedload(Pairing.need))
    )
    for visit in session.scalars(wanted):
        start, facts = minutes_of(visit.start), visit.pairing.need.facts or {}
        place = (facts["latitude"], facts["longitude"]) if facts else None
        done = visit.minutes_done or 0
        yield (
            visit.visitor_id,
            visit.on,
            Stay(visit.id, start, start + done, planned=visit.minutes, place=place),
        )


def _top_ups(session: Session, data: Mapping[str, Any]) -> Iterator[tuple[str, date, Stay]]:
    for claim in session.scalars(sa.select(TopUp).where(*_span(TopUp, data))):
        start = minutes_of(claim.start)
        yield claim.volunteer_id, claim.on, Stay(claim.id, start, start + claim.minutes)


def _span(model: Any, data: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of the period still counts."""
    reversal = HourEntry.id == model.id.concat(f"-{HoursState.REVERSED}")
    return (
        model.community == data["community"],
        model.on.between(data["since"], data["until"]),
        ~sa.exists().where(reversal),
    )


def _row(community: str, volunteer: str, day: date, flag: Flag) -> dict[str, Any]:
    other = f":{flag.other.removeprefix(community)}" if flag.other else ""
    return {
        "id": f"{flag.work}:{flag.kind}{other}",
        "community": community,
        "volunteer_id": volunteer,
        "kind": flag.kind,
        "state": FlagState.OPEN,
        "work": flag.work,
        "other": flag.other,
        "on": day,
        "minutes": flag.minutes,
        "metres": flag.metres,
    }


def _publish(session: Session, row: Mapping[str, Any], now: datetime) -> None:
    data = {
        "community": row["community"],
        "version": 1,
        "flag": row["id"],
        "volunteer": row["volunteer_id"],
        "kind": row["kind"],
        "on": row["on"],
    }
    publish(session, "hours.flagged", subject=row["id"], version=1, data=data, now=now)
