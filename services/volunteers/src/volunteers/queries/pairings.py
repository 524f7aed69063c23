"""Reads about pairings and visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from volunteers.models import Pairing, Visit
from volunteers.queries.lookup import matching, page_of


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
