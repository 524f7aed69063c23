"""Personal data, shown to whoever has a right to it, and every showing kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.db import insert_ignore
from servicekit.errors import Forbidden
from volunteers.domain.chain import BEGINNING, link
from volunteers.domain.states import LIVE
from volunteers.models import Disclosure, DisclosureHead, Pairing, Volunteer
from volunteers.queries.lookup import one

CHAINED = ("id", "community", "number", "volunteer", "actor", "purpose", "disclosed_at")


def reveal_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, str | None]:
    """Name and phone of a volunteer, and of a minor's guardian, for the purpose given."""
    volunteer = one(session, Volunteer, data["volunteer"])
    _require_right(session, volunteer, actor)
    _keep(session, volunteer, data["purpose"], now=now, actor=actor)
    return {
        "volunteer": volunteer.id,
        "name": volunteer.name,
        "phone": volunteer.phone,
        "guardian_name": volunteer.guardian_name,
        "guardian_phone": volunteer.guardian_phone,
    }


def _require_right(session: Session, volunteer: Volunteer, actor: Actor) -> None:
    """Staff of the volunteer's community, and of one in which the volunteer is paired now."""
    if actor.may_see(volunteer.community):
        return
    wanted = sa.select(Pairing.community).where(
        Pairing.volunteer_id == volunteer.id, Pairing.state.in_(LIVE)
    )
    if not any(actor.may_see(community) for community in session.scalars(wanted)):
        raise Forbidden(
            f"{actor.id} does not work where {volunteer.id} helps; ask a colleague who does",
            volunteer=volunteer.id,
        )


def _keep(
    session: Session, volunteer: Volunteer, purpose: str, *, now: datetime, actor: Actor
) -> None:
    head = _locked_head(session, volunteer.community)
    head.number += 1
    row = Disclosure(
        id=f"{head.community}-D{head.number}",
        community=head.community,
        number=head.number,
        volunteer=volunteer.id,
        actor=actor.id,
        purpose=purpose,
        disclosed_at=now,
        previous_hash=head.hash,
    )
    row.hash = head.hash = link(row.previous_hash, chained(row))
    session.add(row)


def _locked_head(session: Session, community: str) -> DisclosureHead:
    """The end of the community's chain, held until the commit: showings follow one another."""
    beginning = {"community": community, "number": 0, "hash": BEGINNING}
    insert_ignore(session, DisclosureHead.__table__, [beginning])
    return one(session, DisclosureHead, community, lock=True)


def chained(row: Disclosure) -> dict[str, Any]:
    """What a row's hash covers."""
    return {name: getattr(row, name) for name in CHAINED}
