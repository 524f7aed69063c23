"""Personal data, shown to whoever has a right to it; the audit keeps who was shown what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Forbidden
from volunteers.domain.states import LIVE
from volunteers.models import Pairing, Volunteer
from volunteers.queries.lookup import one

PERSONAL = ("name", "phone", "guardian_name", "guardian_phone")


def reveal_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, str | None]:
    """Name and phone of a volunteer, and of a minor's guardian, for the purpose given."""
    volunteer = one(session, Volunteer, data["volunteer"])
    _require_right(session, volunteer, actor)
    shown = {name: getattr(volunteer, name) for name in PERSONAL}
    audit.record(
        session,
        community=volunteer.community,
        subject=volunteer.id,
        fields=[name for name, value in shown.items() if value],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return {"volunteer": volunteer.id} | shown


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
