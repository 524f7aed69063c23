"""What comes round: every day in every community, and all the time in every session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.domain.activities import EnrolmentState, SessionState
from volunteers.models import ActivitySession, Enrolment, Volunteer
from volunteers.queries.activities import locked
from volunteers.queries.lookup import local_day
from volunteers.usecases import (
    attending,
    clubs,
    convening,
    flagging,
    gifts,
    lapsing,
    people,
    planning,
    projects,
    promoting,
    services,
    silence,
    staffing,
    training,
    visits,
)

MONTH = timedelta(days=31)
"""How far back hours are looked at every day."""


def communities(session: Session) -> Sequence[str]:
    """All communities that have volunteers."""
    wanted = sa.select(Volunteer.community).distinct().order_by(Volunteer.community)
    return session.scalars(wanted).all()


def daily_round(
    session: Session,
    community: str,
    *,
    now: datetime,
    actor: Actor,
    plan_days: int,
    notice_days: int,
    offer_hours: int,
    lapse: Mapping[str, Any],
) -> None:
    """Plan what is ahead, close yesterday, look at hours and silence, announce what runs out.

    Volunteers with papers that ran out, or who have done nothing for long, lapse.
    """
    today = local_day(session, now)
    until = today + timedelta(days=plan_days)
    ahead = {"community": community, "until": until}
    planning.plan_visits(session, ahead, now=now, actor=actor)
    convening.plan_ahead(
        session, community, now=now, actor=actor, until=until, offer_hours=offer_hours
    )
    services.tell_overdue(session, community, now=now)
    yesterday = {"community": community, "day": today - timedelta(days=1)}
    visits.close_day(session, yesterday, now=now, actor=actor)
    as_of = {"community": community, "today": today}
    lapsing.lapse_volunteers(session, as_of, now=now, actor=actor, **lapse)
    month = {"community": community, "since": today - MONTH, "until": today}
    flagging.flag_hours(session, month, now=now)
    silence.notice_silence(session, {"community": community}, now=now)
    gifts.expire_gifts(session, as_of, now=now, actor=actor)
    projects.announce_projects(session, as_of, now=now, actor=actor)
    people.announce_clearances(session, as_of, now=now, notice_days=notice_days)
    training.announce_trainings(session, as_of, now=now, notice_days=notice_days)


def session_round(
    session: Session,
    key: str,
    *,
    now: datetime,
    offer_hours: int,
    staff_notice_days: int,
    late_pickup_minutes: int,
) -> None:
    """Look after one session: its waiting list, its staff, the children nobody collected."""
    row = locked(session, key)
    if row.state is not SessionState.ANNOUNCED:
        return
    promoting.promote(session, row, now=now, offer_hours=offer_hours)
    clubs.remind(session, row, now=now)
    attending.tell_late(session, row, now=now, minutes=late_pickup_minutes)
    today = local_day(session, now)
    if today <= row.on <= today + timedelta(days=staff_notice_days):
        staffing.tell_gap(session, row, now=now)


def stirring(session: Session, *, now: datetime, staff_notice_days: int) -> Sequence[str]:
    """The sessions that are near, or in which somebody waits or was offered a place."""
    waits = sa.exists().where(
        Enrolment.session_id == ActivitySession.id,
        Enrolment.state.in_((EnrolmentState.WAITLISTED, EnrolmentState.OFFERED)),
    )
    near = ActivitySession.on <= local_day(session, now) + timedelta(days=staff_notice_days)
    wanted = sa.select(ActivitySession.id).where(
        ActivitySession.state == SessionState.ANNOUNCED, near | waits
    )
    return session.scalars(wanted.order_by(ActivitySession.id)).all()
