"""Volunteers whose papers have run out, or who have not helped for long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from volunteers.domain.codes import VolunteerState
from volunteers.domain.matching import Rules
from volunteers.domain.people import papers_asked
from volunteers.domain.states import LIVE
from volunteers.models import (
    ActivitySession,
    Attendance,
    Clearance,
    HourEntry,
    Pairing,
    SessionStaff,
    Training,
    Volunteer,
)
from volunteers.queries.world import rules_of

ACTIVE = Volunteer.state == VolunteerState.ACTIVE


def run_out(session: Session, community: str, before: date) -> list[str]:
    """Active volunteers who held a paper that their kinds of aid ask for, over ``before`` then."""
    wanted = sa.select(Volunteer).where(
        Volunteer.community == community,
        ACTIVE,
        sa.exists().where(Clearance.volunteer_id == Volunteer.id, Clearance.expires_on < before),
    )
    rows = session.scalars(wanted.options(selectinload(Volunteer.clearances)))
    rules = rules_of(session, community)
    return [row.id for row in rows if missing_papers(row, rules, before)]


def missing_papers(volunteer: Volunteer, rules: Rules, day: date) -> list[str]:
    """Kinds of papers that somebody held and needs, the last of which ended before ``day``."""
    asked = papers_asked(volunteer.aid_kinds, rules.needed_clearances)
    ends: dict[str, date] = {}
    for each in volunteer.clearances:
        ends[each.kind] = max(each.expires_on, ends.get(each.kind, each.expires_on))
    return sorted(kind for kind, last in ends.items() if kind in asked and last < day)


def idle(session: Session, community: str, since: date) -> list[str]:
    """Active volunteers with no pairing now, and no help, session or course since that day.

    Who comes along with an active pupil is not idle.
    """
    pupil = aliased(Volunteer)
    began = sa.func.coalesce(Volunteer.active_since, sa.func.date(Volunteer.registered_at))
    wanted = sa.select(Volunteer.id).where(
        Volunteer.community == community,
        ACTIVE,
        began < since,
        *_without(
            _pairings(since),
            sa.select(HourEntry.id).where(
                HourEntry.volunteer_id == Volunteer.id, HourEntry.on >= since
            ),
            sa.select(SessionStaff.session_id)
            .join(ActivitySession, ActivitySession.id == SessionStaff.session_id)
            .where(SessionStaff.volunteer_id == Volunteer.id, ActivitySession.on >= since),
            sa.select(Attendance.training_id)
            .join(Training, Training.id == Attendance.training_id)
            .where(Attendance.volunteer_id == Volunteer.id, Training.on >= since),
            sa.select(pupil.id).where(
                pupil.companion_id == Volunteer.id, pupil.state == VolunteerState.ACTIVE
            ),
        ),
    )
    return list(session.scalars(wanted))


def _pairings(since: date) -> sa.Select[str]:
    """Pairings of the volunteer's, or which they back up, that live or ended only then."""
    mine = sa.or_(Pairing.volunteer_id == Volunteer.id, Pairing.backup_id == Volunteer.id)
    return sa.select(Pairing.id).where(mine, Pairing.state.in_(LIVE) | (Pairing.ended_on >= since))


def _without(*rows: sa.Select[str]) -> Iterable[sa.ColumnElement[bool]]:
    return [~each.exists() for each in rows]
