"""Flagged hours are settled by somebody who did not enter them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden
from volunteers.domain.codes import HoursDoubt
from volunteers.domain.recognition import FlagState
from volunteers.models import HourEntry, HourFlag, TopUp
from volunteers.queries.lookup import one
from volunteers.usecases.hours import reverse_hours


def settle_flag(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> HourFlag:
    """Explain a flag away, or uphold it: then the hours in doubt are reversed."""
    flag = one(session, HourFlag, data["flag"], lock=True)
    state = FlagState.UPHELD if data["upheld"] else FlagState.CLEARED
    if flag.state == state:
        return flag
    if flag.state != FlagState.OPEN:
        raise Conflict(f"flag {flag.id} is {flag.state}; it is settled for good", flag=flag.id)
    entered = sa.select(HourEntry.entered_by).where(HourEntry.id == f"{flag.work}-reported")
    if session.scalar(entered) == actor.id:
        raise Forbidden(
            f"{actor.id} entered the hours of flag {flag.id}; a colleague has to settle it",
            flag=flag.id,
        )
    flag.state, flag.settled_by, flag.settled_at = state, actor.id, now
    if data["upheld"]:
        source = "top_up" if session.get(TopUp, flag.work) else "visit"
        doubt = {source: flag.work, "reason": HoursDoubt.IMPOSSIBLE}
        reverse_hours(session, doubt, now=now, actor=actor)
    return flag
