"""Own copy of pairings, kept up to date from their events, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.domain.rules import Happening
from notifications.models import Notification, PairingSeen
from servicekit.db import insert_ignore

STARTS, ENDS = "pairing.started", ("pairing.ended", "pairing.declined")


def follow(session: Session, happenings: Sequence[Happening]) -> Sequence[PairingSeen]:
    """Note what events say of pairings: that they run, when they were last visited, whose they are.

    Returns the copies that the events speak of, locked one after the other by id.
    """
    coordinators = _coordinators(session, happenings)
    spoken = {each.data["pairing"]: each for each in happenings if each.data.get("pairing")}
    if not spoken and not coordinators:
        return []
    unseen = [_unseen(spoken[key]) for key in sorted(spoken)]
    insert_ignore(session, PairingSeen.__table__, unseen)
    found = PairingSeen.id.in_({*spoken, *coordinators})
    locked = select(PairingSeen).where(found).order_by(PairingSeen.id).with_for_update()
    seen = {row.id: row for row in session.scalars(locked)}
    for happening in happenings:
        if happening.data.get("pairing"):
            _note(seen[happening.data["pairing"]], happening)
    for key, coordinator in coordinators.items():
        if key in seen and seen[key].coordinator is None:
            seen[key].coordinator = coordinator
    return list(seen.values())


def _unseen(happening: Happening) -> dict[str, Any]:
    data = happening.data
    return {
        "id": data["pairing"],
        "community": happening.community,
        "household": data["household"],
        "volunteer": data["volunteer"],
        "running": False,
        "version": 0,
    }


def _note(seen: PairingSeen, happening: Happening) -> None:
    data = happening.data
    if happening.type == "visit.done":
        visited = date.fromisoformat(data["on"])
        seen.last_visit_on = max(seen.last_visit_on or visited, visited)
    elif happening.type.startswith("pairing.") and data["version"] >= seen.version:
        _move(seen, happening.type, data)


def _move(seen: PairingSeen, type_: str, data: Any) -> None:
    seen.version = data["version"]
    if type_ == STARTS:
        seen.running = True
        seen.started_on = date.fromisoformat(data["starts_on"])
    elif type_ in ENDS:
        seen.running = False


def _coordinators(session: Session, happenings: Sequence[Happening]) -> dict[str, str]:
    """Whoever takes on the proposal of a pairing coordinates it from then on."""
    taken = {
        each.data["notification"]: each.data["recipient"]
        for each in happenings
        if each.type == "notification.acknowledged"
    }
    if not taken:
        return {}
    proposals = select(Notification).where(
        Notification.id.in_(taken), Notification.event == "pairing.proposed"
    )
    return {row.data["pairing"]: taken[row.id] for row in session.scalars(proposals)}
