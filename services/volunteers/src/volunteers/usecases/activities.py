"""Activities and their sessions: planned from a break or a rule, announced, changed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from servicekit.workdays import published as is_workday
from volunteers.domain.activities import (
    FOR_CHILDREN,
    HELD,
    SESSION,
    CancelReason,
    EnrolmentState,
    SessionState,
)
from volunteers.domain.recurrence import WORKING_WEEK, days_of, rule_problem
from volunteers.models import Activity, ActivitySession, Partner, SchoolBreak
from volunteers.queries.activities import counts, enrolments, locked
from volunteers.queries.lookup import local_day, one
from volunteers.usecases.promoting import cancel, promote

COPIED = ("start", "end", "place", "capacity", "ratio")
PLANNED = (
    *("kind", "title", "host_id", "break_id", "rule", "starts_on", "ends_on"),
    *(*COPIED, "age_from", "age_until", "collects_until"),
)


def announce_break(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> SchoolBreak:
    """School is closed for some days; said again with other days, it has been moved."""
    key = f"{data['community']}-{data['code']}"
    if data["ends_on"] < data["starts_on"]:
        raise Invalid({"ends_on": ["lies before starts_on; swap the two"]})
    row = session.get(SchoolBreak, key) or SchoolBreak(id=key, community=data["community"])
    row.starts_on, row.ends_on = data["starts_on"], data["ends_on"]
    session.add(row)
    return row


def plan_activity(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, plan_days: int
) -> Activity:
    """Plan an activity and its sessions; the same again changes nothing."""
    key = f"{data['community']}-{data['code']}"
    facts = _facts(session, data, local_day(session, now))
    known = session.get(Activity, key)
    if known is not None:
        if any(getattr(known, name) != facts[name] for name in PLANNED):
            raise Conflict(f"activity {key} is planned with other facts; choose another code")
        return known
    activity = Activity(id=key, community=data["community"], version=1, **facts)
    session.add(activity)
    session.flush()
    plan_sessions(session, activity, until=local_day(session, now) + timedelta(days=plan_days))
    return activity


def _facts(session: Session, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the activity will be, or Invalid: a camp takes its days from its break."""
    facts = {name: data[name] for name in PLANNED if name in data}
    facts |= {"host_id": _key(data, "host"), "break_id": _key(data, "break_code")}
    if facts["host_id"]:
        one(session, Partner, facts["host_id"])
    if facts["break_id"]:
        school_break = one(session, SchoolBreak, facts["break_id"])
        facts["starts_on"] = facts["starts_on"] or school_break.starts_on
        facts["ends_on"] = facts["ends_on"] or school_break.ends_on
        facts["rule"] = facts["rule"] or WORKING_WEEK
    if problems := _problems(facts):
        raise Invalid({field: [text] for field, text in problems.items()})
    return facts


def _key(data: Mapping[str, Any], field: str) -> str | None:
    return f"{data['community']}-{data[field]}" if data[field] else None


def _problems(facts: Mapping[str, Any]) -> dict[str, str]:
    first, last = facts["starts_on"], facts["ends_on"]
    ages = facts["age_from"], facts["age_until"]
    wrong = {
        "starts_on": first is None and "is missing; give the first day, or the code of a break",
        "ends_on": first and last and last < first and "lies before starts_on; swap the two",
        "end": facts["end"] <= facts["start"] and "is not after the start; swap the two",
        "rule": facts["rule"] and rule_problem(facts["rule"]),
        "ratio": facts["kind"] in FOR_CHILDREN
        and facts["ratio"] is None
        and "is missing; say how many children one adult looks after",
        "age_until": None not in ages and ages[1] < ages[0] and "lies below age_from; swap the two",
    }
    return {field: text for field, text in wrong.items() if text}


def plan_sessions(session: Session, activity: Activity, *, until: date) -> list[ActivitySession]:
    """Plan what is missing: up to its end if that is known, else as far as ``until``."""
    last = activity.ends_on or max(until, activity.starts_on)
    wanted = sa.select(ActivitySession.on).where(ActivitySession.activity_id == activity.id)
    known = set(session.scalars(wanted))
    days = days_of(activity.rule, activity.starts_on, last)
    if activity.rule == WORKING_WEEK:
        days = [day for day in days if is_workday(day)]
    facts = {name: getattr(activity, name) for name in COPIED}
    made = [
        ActivitySession(
            id=f"{activity.id}-{day:%Y%m%d}",
            community=activity.community,
            activity=activity,
            on=day,
            state=SessionState.PLANNED,
            reminded=False,
            version=1,
            **facts,
        )
        for day in days
        if day not in known
    ]
    session.add_all(made)
    session.flush()
    return made


def change_session(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, offer_hours: int
) -> ActivitySession:
    """Another room, more or fewer places; nobody who was promised one loses it."""
    row = locked(session, data["session"])
    held = len(enrolments(session, row.id, HELD))
    if data.get("capacity") is not None and data["capacity"] < held:
        raise Conflict(
            f"{held} places in session {row.id} are promised; give at least so many, or cancel some"
        )
    for name in ("place", "capacity"):
        if data.get(name) is not None:
            setattr(row, name, data[name])
    row.version += 1
    promote(session, row, now=now, offer_hours=offer_hours)
    return row


def cancel_session(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ActivitySession:
    """It does not take place; whoever had a place or waited for one hears of it."""
    row = locked(session, data["session"])
    if row.state is SessionState.CANCELLED:
        return row
    held = counts(session, row)["held"]
    move(row, SessionState.CANCELLED)
    open_states = (EnrolmentState.WAITLISTED, EnrolmentState.OFFERED, EnrolmentState.CONFIRMED)
    for each in enrolments(session, row.id, open_states):
        cancel(each, CancelReason.SESSION_CANCELLED)
    publish_session(session, "session.cancelled", row, now=now, promised=held)
    return row


def move(row: ActivitySession, state: SessionState) -> None:
    """Take a legal step."""
    SESSION.check(row.id, row.state, state)
    row.state = state
    row.version += 1


def publish_session(
    session: Session, type_: str, row: ActivitySession, *, now: datetime, **more: Any
) -> None:
    """Tell something about a session."""
    data = {
        "community": row.community,
        "version": row.version,
        "session": row.id,
        "activity": row.activity_id,
        "kind": row.activity.kind,
        "on": row.on,
    }
    publish(session, type_, subject=row.id, version=row.version, data=data | more, now=now)
