"""Concerns: raised by whoever has seen something, read by few, closed by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain.caring import UNINVOLVED, ConcernStatus
from households.domain.states import check_concern_step, check_not_erased
from households.models import Concern, Household
from households.queries import rows
from households.usecases import announcing
from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Forbidden, Invalid


def raise_concern(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Concern:
    """Note a concern, and tell those who deal with it; the same again on that day is the same.

    Somebody may be in need though the household is no longer served, so that is not asked.
    """
    household = rows.household_for_change(session, data["household"])
    check_not_erased(household.id, household.erased_on)
    need = data["need"]
    if need is not None and rows.need(session, need).household_id != household.id:
        raise Invalid({"need": ["is of another household; name one of this household, or none"]})
    today = rows.today(session, now)
    known = _of(session, household)
    seen = (data["kind"], data["visit"], need, today)
    for concern in known:
        if (concern.kind, concern.visit, concern.need_id, concern.raised_on) == seen:
            return concern
    concern = Concern(
        id=f"{household.id}-C{len(known) + 1}",
        community=household.community,
        need_id=need,
        visit=data["visit"],
        kind=data["kind"],
        urgency=data["urgency"],
        status=ConcernStatus.OPEN,
        raised_on=today,
        raised_by=actor.id,
        version=1,
    )
    concern.household = household
    session.add(concern)
    concern.note = data["note"]
    session.flush()
    announcing.concern_raised(session, concern, now=now)
    return concern


def close_concern(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Concern:
    """The concern is settled without a professional; the same outcome again changes nothing."""
    concern = rows.concern_for_change(session, data["concern"])
    if (concern.status, concern.outcome) == (ConcernStatus.CLOSED, data["outcome"]):
        return concern
    if concern.status is ConcernStatus.REFERRED:
        raise Invalid({"concern": ["is with a professional; return or close its referral first"]})
    check_concern_step(concern.id, concern.status, ConcernStatus.CLOSED)
    concern.status, concern.outcome = ConcernStatus.CLOSED, data["outcome"]
    concern.version += 1
    return concern


def reveal_concern(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """What the concern says, for those who deal with it; RevealedConcern. The reading is noted."""
    concern = rows.concern(session, data["concern"])
    actor.require(concern.community)
    if actor.role in UNINVOLVED:
        raise Forbidden(
            f"{actor.id} does not deal with concerns; ask a coordinator or a social worker"
        )
    audit.record(
        session,
        community=concern.community,
        subject=concern.id,
        fields=["kind", "note"],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return {"concern": concern.id, "kind": concern.kind, "note": concern.note}


def _of(session: Session, household: Household) -> list[Concern]:
    mine = sa.select(Concern).where(Concern.household_id == household.id)
    return list(session.scalars(mine))
