"""Planning: the times agreed at the start of a pairing, and the visits that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from servicekit.actors import Actor
from servicekit.db import insert_ignore
from servicekit.errors import Invalid
from volunteers.domain.calendar import Slot, clock
from volunteers.domain.codes import Frequency, PairingState, VisitState
from volunteers.domain.states import LIVE, VISITED
from volunteers.domain.visits import Appointment, agreed_slots, appointments
from volunteers.models import Pairing, Visit
from volunteers.queries.lookup import chunks, local_day
from volunteers.usecases.safety import Guard

FARTHEST = timedelta(days=366)
"""How far ahead visits are planned at most."""


@dataclass
class Plan:
    """New visits as rows, and pairings whose further visits are withheld, each with the reasons."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    withheld: list[dict[str, Any]] = field(default_factory=list)


def plan_visits(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Plan the visits of all running pairings up to ``until``; again, it adds nothing."""
    until, today = data["until"], local_day(session, now)
    if until > today + FARTHEST:
        problem = f"{until} is too far ahead; give {today + FARTHEST} at most"
        raise Invalid({"until": [problem]})
    wanted = (
        sa.select(Pairing)
        .where(Pairing.community == data["community"], Pairing.state.in_(VISITED))
        .order_by(Pairing.id)
        .options(selectinload(Pairing.need))
    )
    return plan(session, session.scalars(wanted).all(), until, today)


def plan(session: Session, pairings: Iterable[Pairing], until: date, today: date) -> dict[str, Any]:
    """Plan what is not planned yet, as long as it is safe: papers must be valid on the very day."""
    made, pairings = Plan(), list(pairings)
    guard = Guard(session, pairings, today)
    for pairing in pairings:
        _plan_one(pairing, until, guard, made)
    session.flush()
    planned = sum(len(insert_ignore(session, Visit.__table__, part)) for part in chunks(made.rows))
    return {"planned": planned, "withheld": made.withheld}


def _plan_one(pairing: Pairing, until: date, guard: Guard, made: Plan) -> None:
    facts = pairing.need.facts or {}
    if facts["ends_on"] is not None:
        until = min(until, date.fromisoformat(facts["ends_on"]))
    for visit in _to_plan(pairing, facts, until):
        reasons = guard.unsafe(pairing, visit.on)
        if reasons:
            made.withheld.append({"pairing": pairing.id, "on": visit.on, "reasons": reasons})
            until = visit.on - timedelta(days=1)
            break
        made.rows.append(_row(pairing, visit))
    # what is withheld is looked at again next time; what is behind us is not
    pairing.planned_until = max(filter(None, (pairing.planned_until, until)))


def _to_plan(pairing: Pairing, facts: Mapping[str, Any], until: date) -> list[Appointment]:
    if pairing.starts_on is None:
        return []
    planned = appointments(
        Frequency(facts["frequency"]), _slots(pairing.slots), pairing.starts_on, until
    )
    last = pairing.planned_until
    return [visit for visit in planned if last is None or visit.on > last]


def _row(pairing: Pairing, visit: Appointment) -> dict[str, Any]:
    start = clock(visit.slot.start)
    return {
        "id": f"{pairing.id}-{visit.on:%Y%m%d}T{start.replace(':', '')}",
        "community": pairing.community,
        "pairing_id": pairing.id,
        "stand_in_id": pairing.backup_id if pairing.state == PairingState.HANDOVER else None,
        "on": visit.on,
        "start": start,
        "end": clock(visit.slot.end),
        "minutes": visit.slot.minutes,
        "state": VisitState.PLANNED,
        "version": 1,
    }


def agree_slots(session: Session, pairing: Pairing) -> list[dict[str, Any]]:
    """The times of the week for a starting pairing, beside the volunteer's other ones."""
    facts = pairing.need.facts or {}
    others = session.scalars(
        sa.select(Pairing.slots).where(
            Pairing.volunteer_id == pairing.volunteer_id,
            Pairing.id != pairing.id,
            Pairing.state.in_(LIVE),
        )
    )
    slots = agreed_slots(
        Frequency(facts["frequency"]),
        facts["minutes"],
        _slots(facts["slots"]),
        _slots(pairing.volunteer.availability),
        [slot for taken in others for slot in _slots(taken)],
    )
    return [slot.to_data() for slot in slots]


def _slots(data: Iterable[Mapping[str, Any]]) -> list[Slot]:
    return [Slot.from_data(slot) for slot in data]
