"""What comes round every day, in every community."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.models import Volunteer
from volunteers.queries.lookup import local_day
from volunteers.usecases import people, planning, visits


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
) -> None:
    """Plan what is ahead, close yesterday, announce what runs out. As often as one likes."""
    today = local_day(session, now)
    ahead = {"community": community, "until": today + timedelta(days=plan_days)}
    planning.plan_visits(session, ahead, now=now, actor=actor)
    yesterday = {"community": community, "day": today - timedelta(days=1)}
    visits.close_day(session, yesterday, now=now, actor=actor)
    people.announce_clearances(
        session, {"community": community, "today": today}, now=now, notice_days=notice_days
    )
