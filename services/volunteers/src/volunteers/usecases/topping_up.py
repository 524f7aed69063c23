"""Hours beside a visit: one claims them with evidence, another approves them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.outbox import publish
from servicekit.privacy import assign_key
from volunteers.domain.codes import HoursDoubt, HoursState
from volunteers.models import TopUp, Volunteer
from volunteers.queries.hours import doubted
from volunteers.queries.lookup import local_day, one
from volunteers.usecases import hours

CLAIMED = ("aid_kind", "on", "start", "minutes", "evidence")


def top_up_hours(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> TopUp:
    """Claim hours; they count once somebody else approves. The same again changes nothing."""
    volunteer = one(session, Volunteer, data["volunteer"])
    if data["on"] > local_day(session, now):
        raise Invalid({"on": [f"{data['on']} has not come yet; claim hours that were served"]})
    claim = {name: data[name] for name in CLAIMED}
    key = f"{volunteer.id}-T{data['on']:%Y%m%d}T{data['start'].replace(':', '')}"
    known = session.get(TopUp, key)
    if known is not None:
        if {name: getattr(known, name) for name in CLAIMED} != claim:
            raise Conflict(f"top-up {key} claims something else; reverse that one", top_up=key)
        return known
    top_up = TopUp(
        id=key,
        community=volunteer.community,
        volunteer_id=volunteer.id,
        requested_by=actor.id,
        requested_at=now,
        **claim,
    )
    assign_key(session, top_up)
    top_up.note = data["note"]
    session.flush()
    entry = hours.first_line(session, top_up, top_up.minutes, now=now, actor=actor)
    publish(
        session,
        "hours.claimed",
        subject=entry.id,
        version=1,
        data=hours.about(entry) | {"evidence": top_up.evidence},
        now=now,
    )
    return top_up


def decide_top_up(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Approve or refuse what a colleague claimed. Deciding the same again changes nothing."""
    top_up = one(session, TopUp, data["top_up"], lock=True)
    if actor.id == top_up.requested_by:
        raise Forbidden(
            f"{actor.id} claimed top-up {top_up.id}; a colleague has to decide on it",
            top_up=top_up.id,
        )
    if not data["approved"]:
        refusal = {"top_up": top_up.id, "visit": None, "reason": HoursDoubt.NOT_APPROVED}
        hours.reverse_hours(session, refusal, now=now, actor=actor)
    elif doubted(session, top_up.id):
        raise Conflict(f"top-up {top_up.id} is flagged; settle the flag first", top_up=top_up.id)
    else:
        hours.verify_one(session, top_up, now=now, actor=actor)
    state = HoursState.VERIFIED if data["approved"] else HoursState.REVERSED
    return {"top_up": top_up.id, "state": state}
