"""Reads about activities: who looks after a session, who has a place, who waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from volunteers.domain.activities import (
    CLEARED_FOR_CHILDREN,
    FOR_CHILDREN,
    HELD,
    EnrolmentState,
    SessionState,
    adults_needed,
    places,
)
from volunteers.domain.codes import VolunteerState
from volunteers.domain.people import is_minor
from volunteers.models import (
    Activity,
    ActivitySession,
    Clearance,
    Enrolment,
    SchoolBreak,
    SessionStaff,
    Volunteer,
)
from volunteers.queries.lookup import matching, one, page_of
from volunteers.queries.training import gates_of, trained_until

NEVER = date.min


def locked(session: Session, key: str) -> ActivitySession:
    """A session, held until the commit: only who holds it changes who has a place in it."""
    return one(session, ActivitySession, key, lock=True)


def moment(session: Session, on: date, at: str) -> datetime:
    """A local time of a day."""
    hours, minutes = int(at[:2]), int(at[3:])
    midnight = datetime.combine(on, time(), session.info["zone"])
    return midnight + timedelta(hours=hours, minutes=minutes)


def is_open(session: Session, row: ActivitySession, now: datetime) -> bool:
    """Whether places are given out: it is announced, has not begun, and wishes are collected."""
    collecting = row.activity.collects_until
    today = now.astimezone(session.info["zone"]).date()
    begun = now >= moment(session, row.on, row.start)
    return (
        row.state is SessionState.ANNOUNCED
        and not begun
        and not (collecting and today <= collecting)
    )


def enrolments(
    session: Session, key: str, states: Collection[EnrolmentState] = ()
) -> Sequence[Enrolment]:
    """A session's enrolments, in order of their ids; those in ``states`` if given."""
    wanted = sa.select(Enrolment).where(Enrolment.session_id == key).order_by(Enrolment.id)
    if states:
        wanted = wanted.where(Enrolment.state.in_(states))
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def party_of(session: Session, enrolment: Enrolment) -> list[Enrolment]:
    """Those who keep together with somebody, and still wish to come."""
    wanted = sa.select(Enrolment).where(Enrolment.party == enrolment.party, Enrolment.live)
    return list(session.scalars(wanted.order_by(Enrolment.id)))


def staff_of(session: Session, key: str) -> Sequence[Volunteer]:
    """The volunteers who look after a session."""
    wanted = sa.select(Volunteer).join(SessionStaff, SessionStaff.volunteer_id == Volunteer.id)
    wanted = wanted.where(SessionStaff.session_id == key).order_by(Volunteer.id)
    wanted = wanted.options(selectinload(Volunteer.clearances))
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def adults(session: Session, row: ActivitySession, *, without: str = "") -> int:
    """How many of a session's staff count for its ratio: active, grown up, cleared on the day."""
    staff = staff_of(session, row.id)
    objections = unfit(session, staff, row)
    return sum(1 for each in staff if each.id != without and not objections[each.id])


def unfit(
    session: Session, staff: Collection[Volunteer], row: ActivitySession
) -> dict[str, str | None]:
    """Why each may not look after this session, as ``problem; remedy``."""
    courses = gates_of(session, {each.community for each in staff})
    trained = trained_until(session, [each.id for each in staff]) if courses else {}
    return {
        each.id: _unfit(each, row, courses.get(each.community, {}), trained.get(each.id, {}))
        for each in staff
    }


def _unfit(
    volunteer: Volunteer,
    row: ActivitySession,
    courses: Mapping[str, Sequence[str]],
    trained: Mapping[str, date],
) -> str | None:
    if volunteer.state is not VolunteerState.ACTIVE:
        return f"is {volunteer.state}; activate the volunteer or ask another"
    if row.activity.kind not in FOR_CHILDREN:
        return None
    if is_minor(volunteer.born_by, row.on):
        return "is under age; children are looked after by adults"
    lacking = CLEARED_FOR_CHILDREN - valid(volunteer.clearances, row.on)
    if lacking:
        return f"has no {', '.join(sorted(lacking))} valid on {row.on}; record it first"
    asked = {course for kind in CLEARED_FOR_CHILDREN for course in courses.get(kind, ())}
    untrained = sorted(course for course in asked if trained.get(course, NEVER) < row.on)
    if untrained:
        return f"has not completed {', '.join(untrained)} for {row.on}; hold the course first"
    return None


def elsewhere(row: ActivitySession) -> sa.Select[str, str]:
    """Who looks after which other session at the time of this one: nobody is in two places."""
    wanted = sa.select(SessionStaff.volunteer_id, ActivitySession.id).join(
        ActivitySession, SessionStaff.session_id == ActivitySession.id
    )
    return wanted.where(
        ActivitySession.id != row.id,
        ActivitySession.on == row.on,
        ActivitySession.state.in_((SessionState.PLANNED, SessionState.ANNOUNCED)),
        ActivitySession.start < row.end,
        ActivitySession.end > row.start,
    )


def find_fit(session: Session, key: str) -> list[Volunteer]:
    """Who may look after a session and does not yet: fit on that day, and free at that time."""
    row = one(session, ActivitySession, key)
    taken = set(session.scalars(elsewhere(row)))
    taken |= {each.id for each in staff_of(session, key)}
    wanted = sa.select(Volunteer).where(
        Volunteer.community == row.community, Volunteer.state == VolunteerState.ACTIVE
    )
    found = session.scalars(
        wanted.order_by(Volunteer.id).options(selectinload(Volunteer.clearances))
    ).all()
    objections = unfit(session, found, row)
    return [each for each in found if each.id not in taken and not objections[each.id]]


def find_breaks(session: Session, community: str) -> Sequence[SchoolBreak]:
    """The school's breaks, the latest first."""
    wanted = sa.select(SchoolBreak).where(SchoolBreak.community == community)
    return session.scalars(wanted.order_by(SchoolBreak.starts_on.desc())).all()


def valid(clearances: Collection[Clearance], on: date) -> set[str]:
    """What somebody holds on a day."""
    return {each.kind for each in clearances if each.issued_on <= on <= each.expires_on}


def counts(session: Session, row: ActivitySession) -> dict[str, Any]:
    """A session in figures: places held, free and wished for; adults there and needed."""
    rows = enrolments(session, row.id)
    states = Counter(each.state for each in rows)
    held, waiting = sum(states[each] for each in HELD), states[EnrolmentState.WAITLISTED]
    there = adults(session, row)
    return {
        "states": {str(state): number for state, number in states.items()},
        "held": held,
        "waiting": waiting,
        "free": max(0, places(row.capacity, row.ratio, there) - held),
        "adults": there,
        "adults_needed": adults_needed(row.ratio, row.capacity, held + waiting),
    }


def find_activities(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's activities, the latest first."""
    conditions = matching(Activity, kind=data["kind"], host_id=data["host"])
    wanted = sa.select(Activity).where(Activity.community == data["community"], *conditions)
    return page_of(session, wanted.order_by(Activity.starts_on.desc(), Activity.id), data)


def find_sessions(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of sessions in a period, by date, each with its figures."""
    wanted = sa.select(ActivitySession).where(
        ActivitySession.community == data["community"],
        ActivitySession.on.between(data["since"], data["until"]),
        *matching(ActivitySession, activity_id=data["activity"], state=data["state"]),
    )
    ordered = wanted.order_by(ActivitySession.on, ActivitySession.start, ActivitySession.id)
    page = page_of(session, ordered, data)
    return page | {"items": [described(session, row) for row in page["items"]]}


SHOWN = ("id", "community", "activity_id", "on", "start", "end", "place", "capacity", "ratio")


def described(session: Session, row: ActivitySession) -> dict[str, Any]:
    """A session as the contract shows it."""
    shown = {name: getattr(row, name) for name in (*SHOWN, "state", "version")}
    about = {"kind": row.activity.kind, "title": row.activity.title}
    staff = [each.id for each in staff_of(session, row.id)]
    return shown | about | counts(session, row) | {"staff": staff}


def get_session(session: Session, key: str) -> dict[str, Any]:
    """One session as the contract shows it."""
    return described(session, one(session, ActivitySession, key))


def find_enrolments(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a session's enrolments."""
    conditions = matching(Enrolment, state=data["state"])
    wanted = sa.select(Enrolment).where(Enrolment.session_id == data["session"], *conditions)
    return page_of(session, wanted.order_by(Enrolment.enrolled_at, Enrolment.id), data)


def day_report(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """What became of a day's sessions."""
    wanted = sa.select(ActivitySession).where(
        ActivitySession.community == data["community"],
        ActivitySession.on == data["day"],
        ActivitySession.state.in_((SessionState.ANNOUNCED, SessionState.CLOSED)),
    )
    rows = session.scalars(wanted.order_by(ActivitySession.start, ActivitySession.id)).all()
    found = [report(session, row) for row in rows]
    sums = {name: sum(each[name] for each in found) for name in ("attended", "absent", "late")}
    return {"day": data["day"], "sessions": found} | sums


def report(session: Session, row: ActivitySession) -> dict[str, Any]:
    """What became of a session."""
    rows = enrolments(session, row.id)
    number = Counter(each.state for each in rows)
    return {
        "session": row.id,
        "on": row.on,
        "state": row.state,
        "attended": number[EnrolmentState.ATTENDED] + number[EnrolmentState.LEFT_EARLY],
        "left_early": number[EnrolmentState.LEFT_EARLY],
        "absent": number[EnrolmentState.ABSENT],
        "cancelled": number[EnrolmentState.CANCELLED],
        "waiting": number[EnrolmentState.WAITLISTED],
        "late": sum(1 for each in rows if each.late_told),
        "adults": adults(session, row),
    }
