"""Partners: who sends volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict
from volunteers.models import Partner


def register_partner(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Partner:
    """Register a partner; the same again changes nothing."""
    key = partner_id(data["community"], data["code"])
    known = session.get(Partner, key)
    if known is None:
        return add_partner(session, data)
    if not same_partner(known, data):
        raise Conflict(
            f"partner {key} is registered with other data; choose another code",
            partner=key,
        )
    return known


def partner_id(community: str, code: str) -> str:
    """``210103008001-P01``."""
    return f"{community}-{code}"


def add_partner(session: Session, data: Mapping[str, Any]) -> Partner:
    """Store a partner that is not there yet."""
    partner = Partner(
        id=partner_id(data["community"], data["code"]),
        community=data["community"],
        code=data["code"],
        kind=data["kind"],
        name=data["name"],
        serves=sorted(data["serves"]),
    )
    session.add(partner)
    return partner


def same_partner(known: Partner, data: Mapping[str, Any]) -> bool:
    """Whether ``data`` says what is known."""
    said = (data["kind"], data["name"], sorted(data["serves"]))
    return (known.kind, known.name, known.serves) == said
