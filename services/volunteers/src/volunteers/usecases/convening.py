"""Sessions become known: by hand, or by themselves as they recur; members are counted on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.domain.activities import ActivityKind, SessionState
from volunteers.models import Activity, ActivitySession, Member
from volunteers.queries.lookup import local_day, one
from volunteers.usecases.activities import move, plan_sessions, publish_session
from volunteers.usecases.enrolling import enrol


def announce_activity(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, offer_hours: int
) -> dict[str, int]:
    """Tell of the sessions that are planned and still to come: from now on places are given."""
    activity = one(session, Activity, data["activity"])
    told = _convene(session, activity, now=now, actor=actor, offer_hours=offer_hours)
    return {"announced": told}


def plan_ahead(
    session: Session,
    community: str,
    *,
    now: datetime,
    actor: Actor,
    until: date,
    offer_hours: int,
) -> None:
    """What recurs without an end is planned further; once it is announced, so is what follows."""
    wanted = sa.select(Activity).where(Activity.community == community, Activity.ends_on.is_(None))
    for activity in session.scalars(wanted.where(Activity.rule.is_not(None))):
        plan_sessions(session, activity, until=until)
        if _is_known(session, activity):
            _convene(session, activity, now=now, actor=actor, offer_hours=offer_hours)


def _is_known(session: Session, activity: Activity) -> bool:
    wanted = sa.select(ActivitySession.id).where(
        ActivitySession.activity_id == activity.id, ActivitySession.state != SessionState.PLANNED
    )
    return session.scalar(wanted.limit(1)) is not None


def _convene(
    session: Session, activity: Activity, *, now: datetime, actor: Actor, offer_hours: int
) -> int:
    """Announce what is planned and still to come; how many sessions that were."""
    wanted = sa.select(ActivitySession).where(
        ActivitySession.activity_id == activity.id,
        ActivitySession.state == SessionState.PLANNED,
        ActivitySession.on >= local_day(session, now),
    )
    ordered = wanted.order_by(ActivitySession.id).with_for_update(of=ActivitySession)
    rows = session.scalars(ordered).all()
    for row in rows:
        move(row, SessionState.ANNOUNCED)
        session.flush()
        publish_session(session, "session.announced", row, now=now, capacity=row.capacity)
        _invite(session, row, now=now, actor=actor, offer_hours=offer_hours)
    return len(rows)


def _invite(
    session: Session, row: ActivitySession, *, now: datetime, actor: Actor, offer_hours: int
) -> None:
    """An association's meeting counts on its members: they need not enrol one by one."""
    if row.activity.kind is not ActivityKind.MEETING or row.activity.host_id is None:
        return
    wanted = sa.select(Member.participant_id).where(
        Member.association_id == row.activity.host_id, Member.left_on.is_(None)
    )
    members = session.scalars(wanted).all()
    if members:
        data = {"session": row.id, "participants": members, "together": False}
        enrol(session, data, now=now, actor=actor, offer_hours=offer_hours)
