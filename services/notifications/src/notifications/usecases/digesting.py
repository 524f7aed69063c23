"""Digests: what is new, what waits for me, who has been silent, what is coming up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import (
    ChannelCode,
    Deferral,
    DeliveryState,
    DigestPeriod,
    NotificationState,
    Urgency,
    Why,
)
from notifications.domain.deliveries import delivery_id
from notifications.domain.rules import UNRULED, Person, Scene, Told, channels_for, first_steps
from notifications.domain.timing import digest_day
from notifications.models import Delivery, Digest, Notification, PairingSeen, StaffMember
from notifications.usecases.telling import Occasion, Telling, tell
from servicekit.db import insert_ignore

RULE = replace(UNRULED, name="digest", template="digest")
MOST = 50
"""So many lines of each part; the number of all stands in its heading."""
SILENT = timedelta(days=14)
AHEAD = timedelta(days=7)
DATES = {"review.due": "due_on", "clearance.expiring": "expires_on"}
"""Events that speak of a day to come, and the field that says which."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest whose time has come: whose it is, and of which days it tells what is coming."""

    staff: str
    communities: tuple[str, ...]
    first: date
    last: date


def due(session: Session, *, now: datetime) -> list[Due]:
    """The digests that are to be made now."""
    members = select(StaffMember).where(StaffMember.digest != DigestPeriod.NONE)
    scenes: dict[str, Scene] = {}
    found = []
    for member in session.scalars(members.order_by(StaffMember.id)).all():
        if member.community not in scenes:
            scenes[member.community] = queries.scene(session, member.community, now=now)
        day = _day(member, scenes[member.community])
        if day and session.get(Digest, (member.id, member.digest, day)) is None:
            last = day if member.digest is DigestPeriod.DAILY else day + AHEAD
            found.append(Due(member.id, tuple(member.communities), day, last))
    return found


def _day(member: StaffMember, scene: Scene) -> date | None:
    """The day whose digest a member gets at this moment, if any."""
    person = scene.person(member.id)
    local = scene.now.astimezone(scene.zone)
    return digest_day(local, person.preference, scene.workdays) if person else None


def make(
    session: Session,
    staff: str,
    *,
    now: datetime,
    working: Container[ChannelCode],
    planned: Iterable[Mapping[str, Any]] = (),
) -> str | None:
    """Make the digest whose time has come, once; the id of its notification, or None.

    ``planned``: the visits to come in the member's communities.
    """
    member = queries.member(session, staff)
    scene = queries.scene(session, member.community, now=now)
    person, day = scene.person(staff), _day(member, scene)
    if person is None or day is None:
        return None
    key = {"staff": staff, "period": member.digest, "day": day}
    if not insert_ignore(session, Digest.__table__, [{**key, "made_at": now}]):
        return None
    carried = _carried(session, staff, now)
    data = _data(session, member, carried, day)
    data["visits"] = _visits(session, member, planned)
    if not any(data[part] for part in ("news", "waiting", "silent", "ahead", "visits")):
        return None
    notification = _tell(session, member, person, scene, data, working)
    session.get_one(Digest, (staff, member.digest, day)).notification = notification
    _carry(session, person, carried, notification, working, now)
    return notification


def _tell(
    session: Session,
    member: StaffMember,
    person: Person,
    scene: Scene,
    data: dict[str, Any],
    working: Container[ChannelCode],
) -> str:
    # the digest itself goes now: its moment has come
    plain = replace(person.preference, digest=DigestPeriod.NONE)
    told = Told(replace(person, preference=plain), Why.ROLE)
    subject = f"{member.digest}/{data['day']}"
    occasion = Occasion(RULE, member.community, subject, "digest", "", data)
    return tell(session, Telling(occasion, [told], scene), working)[member.id]


def _carried(session: Session, staff: str, now: datetime) -> Sequence[Delivery]:
    """The deliveries that have waited for this digest."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.recipient == staff,
            Delivery.state == DeliveryState.DEFERRED,
            Delivery.deferred_for == Deferral.DIGEST,
            Delivery.next_at <= now,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .with_for_update()
    ).all()


def _carry(
    session: Session,
    person: Person,
    carried: Sequence[Delivery],
    notification: str,
    working: Container[ChannelCode],
    now: datetime,
) -> None:
    """They go with the digest, and share its fate."""
    outside = first_steps(channels_for(RULE, person, working))[-1]
    home = delivery_id(notification, outside)
    for row in carried:
        row.carried_by, row.next_at = home, None
        row.state = DeliveryState.QUEUED
        if outside is ChannelCode.INAPP:
            row.state, row.sent_at = DeliveryState.SENT, now


def _data(
    session: Session, member: StaffMember, carried: Sequence[Delivery], day: date
) -> dict[str, Any]:
    news = [queries.notification(session, row.notification) for row in carried]
    open_ones = _open(session, member.id)
    return {
        "period": member.digest,
        "day": day.isoformat(),
        "news_count": len(news),
        "news": [_item(row) for row in news[:MOST]],
        "waiting_count": len(open_ones),
        "waiting": [_item(row) for row in open_ones[:MOST]],
        "silent": _silent(session, member, day),
        "ahead": _ahead(session, member.id, day),
    }


def _item(row: Notification) -> dict[str, Any]:
    return {"template": row.template, "data": row.data}


def _open(session: Session, staff: str) -> Sequence[Notification]:
    """What somebody still has to take on."""
    return session.scalars(
        select(Notification)
        .where(
            Notification.recipient == staff,
            Notification.state.in_((NotificationState.OPEN, NotificationState.ESCALATED)),
            Notification.urgency != Urgency.ROUTINE,
        )
        .order_by(Notification.created_at, Notification.id)
    ).all()


def _visits(
    session: Session, member: StaffMember, planned: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Day after day, how many visits are planned and to whom: of the member's own pairings, and of
    those that are nobody's."""
    theirs = {row.id for row in _pairings(session, member)}
    days: dict[str, list[str]] = defaultdict(list)
    for visit in planned:
        if visit["pairing"] in theirs:
            days[visit["on"]].append(visit["household"])
    return [
        {"on": day, "count": len(days[day]), "households": sorted(set(days[day]))[:MOST]}
        for day in sorted(days)
    ]


def _pairings(session: Session, member: StaffMember) -> list[PairingSeen]:
    """The running pairings that a member looks after."""
    rows = session.scalars(
        select(PairingSeen).where(
            PairingSeen.community.in_(member.communities), PairingSeen.running.is_(True)
        )
    )
    return [row for row in rows if row.coordinator in (None, member.id)]


def _silent(session: Session, member: StaffMember, day: date) -> list[dict[str, Any]]:
    """Pairings that run and were not visited for long, the longest first."""
    last = ((row.last_visit_on or row.started_on or day, row) for row in _pairings(session, member))
    found = [(seen, row) for seen, row in last if seen < day - SILENT]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return [
        {
            "household": row.household,
            "volunteer": row.volunteer,
            "since": row.last_visit_on.isoformat() if row.last_visit_on else None,
        }
        for _, row in found[:MOST]
    ]


def _ahead(session: Session, staff: str, day: date) -> list[dict[str, Any]]:
    """What the member was told of and whose day is near."""
    until = (day + AHEAD).isoformat()
    rows = session.scalars(
        select(Notification).where(
            Notification.recipient == staff, Notification.event.in_(DATES), Notification.alerts == 1
        )
    )
    dated = [{"on": row.data[DATES[row.event]], **_item(row)} for row in rows]
    near = [each for each in dated if day.isoformat() <= each["on"] <= until]
    return sorted(near, key=lambda each: each["on"])[:MOST]
