"""Staff: who they are, and on which channels they read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import queries
from notifications.models import StaffMember, StaffPlace
from notifications.usecases.access import require_lead
from servicekit.actors import Actor
from servicekit.errors import Conflict
from servicekit.privacy import assign_key

PLAIN = ("role", "locale", "channels", "aid_kinds")
SEALED = ("name", "email", "phone")


def register(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> StaffMember:
    """Register a member of staff; the same registration again changes nothing.

    Raises Conflict where the code belongs to somebody described otherwise.
    """
    require_lead(actor, places_of(data))
    found = session.get(StaffMember, staff_id(data))
    if found is None:
        return add(session, data, now=now)
    if differs(found, data):
        raise Conflict(
            f"{found.id} is registered with other facts; choose another code, or import the record",
            staff=found.id,
        )
    return found


def find(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """One page of a community's staff."""
    actor.require(data["community"])
    return queries.find_staff(
        session, data["community"], data["role"], page=data["page"], size=data["size"]
    )


def staff_id(data: Mapping[str, Any]) -> str:
    """The natural key: ``210103008001-S01``."""
    return f"{data['community']}-{data['code']}"


def places_of(data: Mapping[str, Any]) -> list[str]:
    """The member's own community and the further ones."""
    return sorted({data["community"], *data["communities"]})


def add(session: Session, data: Mapping[str, Any], *, now: datetime) -> StaffMember:
    """Store a new member of staff, with a key of their own."""
    row = StaffMember(
        id=staff_id(data), community=data["community"], code=data["code"], registered_at=now
    )
    with session.no_autoflush:
        assign_key(session, row)
        _write(row, data)
    return row


def change(row: StaffMember, data: Mapping[str, Any]) -> None:
    """Replace what is known of a member."""
    _write(row, data)
    row.version += 1


def differs(row: StaffMember, data: Mapping[str, Any]) -> bool:
    """Whether ``data`` says anything else than what is stored."""
    same = all(getattr(row, name) == data[name] for name in (*PLAIN, *SEALED))
    return not same or row.communities != places_of(data)


def _write(row: StaffMember, data: Mapping[str, Any]) -> None:
    for name in (*PLAIN, *SEALED):
        setattr(row, name, data[name])
    kept = {place.community: place for place in row.places}
    row.places = [
        kept.get(community) or StaffPlace(community=community) for community in places_of(data)
    ]
