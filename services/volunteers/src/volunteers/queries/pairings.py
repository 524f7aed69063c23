"""Reads about pairings and visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from volunteers.domain.codes import HoursState
from volunteers.models import HourEntry, Pairing, Visit, Volunteer
from volunteers.queries.lookup import matching, one, page_of


def find_pairings(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's pairings, by id."""
    conditions = matching(
        Pairing, state=data["state"], need_id=data["need"], volunteer_id=data["volunteer"]
    )
    wanted = (
        sa.select(Pairing)
        .where(Pairing.community == data["community"], *conditions)
        .order_by(Pairing.id)
    )
    return page_of(session, wanted, data)


def find_visits(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's visits in a period, by date and id."""
    wanted = (
        sa.select(Visit)
        .where(*_in_period(data), *matching(Visit, state=data["state"]))
        .order_by(Visit.on, Visit.id)
        .options(joinedload(Visit.pairing))
    )
    return page_of(session, wanted, data)


def _in_period(data: Mapping[str, Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Visit.community == data["community"],
        Visit.on.between(data["since"], data["until"]),
    )


def visits_summary(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Visits and minutes of help in a period, by state and by aid kind."""
    given = sa.func.coalesce(sa.func.sum(Visit.minutes_done), 0)
    wanted = (
        sa.select(Pairing.aid_kind, Visit.state, sa.func.count(), given)
        .join(Visit.pairing)
        .where(*_in_period(data))
        .group_by(Pairing.aid_kind, Visit.state)
        .order_by(Pairing.aid_kind, Visit.state)
    )
    states: dict[Any, Counter[str]] = defaultdict(Counter)
    minutes: Counter[Any] = Counter()
    for kind, state, count, spent in session.execute(wanted):
        states[kind][str(state)] += count
        minutes[kind] += spent or 0
    kinds = [
        {"aid_kind": kind, "visits": of.total(), "minutes": minutes[kind], "states": dict(of)}
        for kind, of in states.items()
    ]
    total: Counter[str] = sum(states.values(), Counter())
    return {
        "visits": total.total(),
        "minutes": minutes.total(),
        "states": dict(total),
        "kinds": kinds,
    }


def hours_by_kind(session: Session, community: str) -> dict[str, Any]:
    """A community's visits with hours and their minutes, by aid kind; reversed ones left out."""
    reversal, verified = aliased(HourEntry), aliased(HourEntry)
    wanted = (
        sa.select(
            Pairing.aid_kind,
            sa.func.count(),
            sa.func.sum(HourEntry.minutes),
            sa.func.coalesce(sa.func.sum(verified.minutes), 0),
        )
        .join(Visit, Visit.id == HourEntry.visit_id)
        .join(Pairing, Pairing.id == Visit.pairing_id)
        .outerjoin(verified, _same_visit(verified, HoursState.VERIFIED))
        .outerjoin(reversal, _same_visit(reversal, HoursState.REVERSED))
        .where(
            HourEntry.community == community,
            HourEntry.state == HoursState.REPORTED,
            reversal.id.is_(None),
        )
        .group_by(Pairing.aid_kind)
        .order_by(Pairing.aid_kind)
    )
    names = ("aid_kind", "visits", "reported", "verified")
    return {"items": [dict(zip(names, row, strict=True)) for row in session.execute(wanted)]}


def _same_visit(other: Any, state: HoursState) -> sa.ColumnElement[bool]:
    return sa.and_(other.visit_id == HourEntry.visit_id, other.state == state)


def hours(session: Session, volunteer: str) -> dict[str, Any]:
    """A volunteer's minutes, reported and not yet settled, verified; and the ledger's lines."""
    one(session, Volunteer, volunteer)
    wanted = (
        sa.select(HourEntry)
        .where(HourEntry.volunteer_id == volunteer)
        .order_by(HourEntry.on, HourEntry.id)
    )
    entries = session.scalars(wanted).all()
    minutes = {(entry.visit_id, entry.state): entry.minutes for entry in entries}
    settled = (HoursState.VERIFIED, HoursState.REVERSED)
    return {
        "volunteer": volunteer,
        "reported": sum(
            spent
            for (visit, state), spent in minutes.items()
            if state == HoursState.REPORTED and not any((visit, end) in minutes for end in settled)
        ),
        "verified": sum(
            spent
            for (visit, state), spent in minutes.items()
            if state == HoursState.VERIFIED and (visit, HoursState.REVERSED) not in minutes
        ),
        "entries": entries,
    }
