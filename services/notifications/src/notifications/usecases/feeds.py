"""Calendar feeds: made, read by whoever has the link, and revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries, texts
from notifications.domain.codes import FeedKind
from notifications.models import Duty, Feed, Notification
from notifications.usecases.access import require_lead, require_own
from notifications.usecases.digesting import DATES
from servicekit.actors import Actor
from servicekit.errors import NotFound

BACK, AHEAD = timedelta(days=7), timedelta(days=35)


def make(
    session: Session, data: Mapping[str, Any], *, token: str, now: datetime, actor: Actor
) -> Feed:
    """Make a link for a member's week or a volunteer's visits. The token itself is not kept."""
    community = data["subject"].partition("-")[0]
    if data["kind"] is FeedKind.STAFF_WEEK:
        require_own(actor, queries.member(session, data["subject"]))
    else:
        actor.require(community)
    row = Feed(
        id=digest(token),
        community=community,
        kind=data["kind"],
        subject=data["subject"],
        created_by=actor.id,
        created_at=now,
    )
    session.add(row)
    return row


def revoke(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> int:
    """End the links to what somebody's calendar shows; how many there were."""
    rows = session.scalars(
        select(Feed).where(Feed.subject == data["subject"], Feed.revoked_at.is_(None))
    ).all()
    for row in rows:
        if actor.id not in (row.created_by, row.subject):
            require_lead(actor, [row.community])
        row.revoked_at = now
    return len(rows)


def opened(session: Session, token: str) -> Feed:
    """The feed behind a link; raises NotFound for one that never was, or was revoked."""
    row = session.get(Feed, digest(token))
    if row is None or row.revoked_at is not None:
        raise NotFound("feed", "of this link")
    return row


def digest(token: str) -> str:
    """What is kept of a token: enough to know it again, too little to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def staff_week(session: Session, feed: Feed, *, now: datetime) -> bytes:
    """A member's calendar: when they are on duty, and the days they were told of."""
    member = queries.member(session, feed.subject)
    calendar = _calendar()
    for duty in session.scalars(
        select(Duty).where(Duty.staff == member.id, Duty.ends_at >= now - BACK)
    ):
        title = "On duty" if member.locale.startswith("en") else "当值"
        key = f"duty-{duty.staff}-{duty.starts_at:%Y%m%dT%H%M}"
        calendar.add_component(_entry(key, title, duty.starts_at, duty.ends_at, now))
    for row in session.scalars(
        select(Notification).where(
            Notification.recipient == member.id, Notification.event.in_(DATES)
        )
    ):
        day = date.fromisoformat(row.data[DATES[row.event]])
        text = texts.write_or_fall_back(row.template, member.locale, row.data, fallback=row.id)
        calendar.add_component(_entry(row.id, text.subject, day, day + timedelta(days=1), now))
    return bytes(calendar.to_ical())


def volunteer_visits(
    visits: Iterable[Mapping[str, Any]], *, zone: ZoneInfo, now: datetime
) -> bytes:
    """A volunteer's visits, by codes: a calendar is copied to servers that nobody here knows."""
    calendar = _calendar()
    for visit in visits:
        day = date.fromisoformat(visit["on"])
        start, end = (
            datetime.combine(day, time.fromisoformat(visit[name]), zone).astimezone(UTC)
            for name in ("start", "end")
        )
        title = f"到访 Visit {texts.short(visit['household'])}"
        entry = _entry(visit["id"], title, start, end, now)
        entry.add("status", "CANCELLED" if visit["state"] == "cancelled" else "CONFIRMED")
        entry.add("sequence", visit["version"])
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Sunshine//notifications//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _entry(key: str, title: str, start: Any, end: Any, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", f"{key}@sunshine")
    entry.add("summary", title)
    entry.add("dtstart", start)
    entry.add("dtend", end)
    entry.add("dtstamp", now)
    return entry
