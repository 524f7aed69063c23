"""Own copy of pairings, kept up to date from their events, in any order."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from notifications.domain.rules import Happening
from notifications.models import Notification, PairingSeen
from servicekit.db import insert_ignore

STARTS, ENDS = "pairing.started", ("pairing.ended", "pairing.declined")


def follow(session: Session, happening: Happening) -> None:
    """Note what an event says of a pairing: that it runs, when it was last visited, whose it is."""
    if happening.type == "notification.acknowledged":
        _note_coordinator(session, happening.data)
    elif happening.data.get("pairing"):
        _note_pairing(session, happening)


def _note_pairing(session: Session, happening: Happening) -> None:
    data = happening.data
    row = {
        "id": data["pairing"],
        "community": happening.community,
        "household": data["household"],
        "volunteer": data["volunteer"],
        "running": False,
        "version": 0,
    }
    insert_ignore(session, PairingSeen.__table__, [row])
    seen = session.get_one(PairingSeen, data["pairing"], with_for_update=True)
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


def _note_coordinator(session: Session, data: Any) -> None:
    """Whoever takes on the proposal of a pairing coordinates it from then on."""
    told = session.get(Notification, data["notification"])
    pairing = told.data.get("pairing") if told and told.event == "pairing.proposed" else None
    seen = session.get(PairingSeen, pairing) if pairing else None
    if seen is not None and seen.coordinator is None:
        seen.coordinator = data["recipient"]
