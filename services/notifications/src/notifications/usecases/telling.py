"""Telling people: the notification, and a delivery for each channel it takes at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from notifications import news
from notifications.domain.codes import (
    ChannelCode,
    Deferral,
    DeliveryState,
    NotificationState,
    Urgency,
)
from notifications.domain.deliveries import delivery_id
from notifications.domain.rules import (
    Rule,
    Scene,
    Told,
    channels_for,
    first_steps,
    fitting,
    notice_id,
)
from notifications.domain.timing import When, bucket
from notifications.models import Alert, Delivery, Notification
from servicekit.db import insert_ignore

URGENT_WAIT = timedelta(seconds=30)
"""For so long alike urgent alerts are collected; others until their window ends."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is to be told: a rule's text about a subject, because of an event."""

    rule: Rule
    community: str
    subject: str
    event: str
    event_id: str
    data: Mapping[str, Any]
    alerts: int = 1

    def alike(self, scene: Scene) -> str:
        """What alike occasions of the same stretch of time have in common."""
        start, _ = bucket(scene.now, self.rule.group_minutes, scene.zone)
        values = [str(self.data.get(name) or "-") for name in self.rule.group_by]
        return fitting("/".join((*values, f"{start:%Y%m%dT%H%M}")))


@dataclass(frozen=True, slots=True)
class Telling:
    """An occasion and whom it is told to, at one moment."""

    occasion: Occasion
    told: Sequence[Told]
    scene: Scene


@dataclass(frozen=True, slots=True)
class Draft:
    """What one person would be told. ``key``: what is told once; ``home``: the notification."""

    place: int
    telling: Telling
    told: Told
    key: str
    home: dict[str, Any]

    @property
    def grouped(self) -> bool:
        return bool(self.telling.occasion.rule.group_minutes)


def tell_all(
    session: Session, tellings: Sequence[Telling], working: Container[ChannelCode]
) -> list[dict[str, str]]:
    """Store what is new: for each telling, recipient → id of the notification that tells them.

    What was told before is not told again, however often and in whichever order events arrive.
    Each table is written once and in the order of its keys: so no two that do this at the same
    time wait for each other.
    """
    drafts = _fresh(
        session, [draft for n, each in enumerate(tellings) for draft in _drafts(n, each)]
    )
    homes: dict[str, Draft] = {}
    for draft in drafts:
        homes.setdefault(draft.home["id"], draft)
    rows = [homes[key].home for key in sorted(homes)]
    new = set(insert_ignore(session, Notification.__table__, rows))
    deliveries = [each for key in sorted(new) for each in _deliveries(homes[key], working)]
    insert_ignore(session, Delivery.__table__, deliveries)
    news.tell(session, notifications=new)
    fresh = new | _add_alerts(session, [draft for draft in drafts if draft.grouped])
    told: list[dict[str, str]] = [{} for _ in tellings]
    for draft in drafts:
        if draft.key in fresh:
            told[draft.place][draft.told.person.id] = draft.home["id"]
    return told


def tell(session: Session, telling: Telling, working: Container[ChannelCode]) -> dict[str, str]:
    """As ``tell_all``, of one occasion."""
    return tell_all(session, [telling], working)[0]


def _drafts(place: int, telling: Telling) -> Iterator[Draft]:
    """Alike alerts of a window have one notification, which counts them; else each has its own."""
    occasion, scene = telling.occasion, telling.scene
    subject = occasion.subject
    if occasion.rule.group_minutes:
        subject = occasion.alike(scene)
        occasion = replace(occasion, alerts=0)
    for told in telling.told:
        key = notice_id(occasion.rule.name, telling.occasion.subject, told.person.id)
        home = _notification(occasion, subject, told, scene.now)
        yield Draft(place, telling, told, key, home)


def _fresh(session: Session, drafts: Iterable[Draft]) -> list[Draft]:
    """The first of each, but for the alerts that were told together with others before."""
    by_key: dict[str, Draft] = {}
    for draft in drafts:
        by_key.setdefault(draft.key, draft)
    alerts = [key for key, draft in by_key.items() if draft.grouped]
    known = set(session.scalars(select(Alert.id).where(Alert.id.in_(alerts)))) if alerts else ()
    return [draft for key, draft in by_key.items() if key not in known]


def _deliveries(draft: Draft, working: Container[ChannelCode]) -> Iterator[dict[str, Any]]:
    rule, scene = draft.telling.occasion.rule, draft.telling.scene
    timed = timing(rule, draft.told, scene)
    for code in first_steps(channels_for(rule, draft.told.person, working)):
        yield delivery(draft.home, code, timed, scene.now)


def _add_alerts(session: Session, drafts: Sequence[Draft]) -> set[str]:
    """Add alerts to the notifications of their windows; the keys of those that are new."""
    rows = {
        draft.key: {
            "id": draft.key,
            "notification": draft.home["id"],
            "event_id": draft.home["event_id"],
            "data": draft.home["data"],
            "at": draft.home["created_at"],
        }
        for draft in drafts
    }
    added = set(insert_ignore(session, Alert.__table__, [rows[key] for key in sorted(rows)]))
    counts = Counter(rows[key]["notification"] for key in added)
    for home in sorted(counts):
        more = update(Notification).where(Notification.id == home)
        more = more.values(alerts=Notification.alerts + counts[home])
        session.execute(more.execution_options(synchronize_session=False))
    return added


def tell_again(
    session: Session,
    occasion: Occasion,
    told: Sequence[Told],
    scene: Scene,
    working: Container[ChannelCode],
    *,
    level: int,
) -> dict[str, str]:
    """Tell people at a level of an escalation, those too who had been told before."""
    rows = [_notification(occasion, occasion.subject, each, scene.now) for each in told]
    insert_ignore(session, Notification.__table__, rows)
    deliveries = [
        delivery(row, code, scene.when(each.person, occasion.rule.urgency), scene.now, level)
        for each, row in zip(told, rows, strict=True)
        for code in first_steps(channels_for(occasion.rule, each.person, working))
    ]
    insert_ignore(session, Delivery.__table__, deliveries)
    news.tell(session, notifications=[row["id"] for row in rows])
    return {row["recipient"]: row["id"] for row in rows}


def timing(rule: Rule, told: Told, scene: Scene) -> When:
    """When a person's deliveries may go: by the clock of their life, and of the rule's window."""
    timed = scene.when(told.person, rule.urgency)
    if not rule.group_minutes:
        return timed
    _, end = bucket(scene.now, rule.group_minutes, scene.zone)
    if rule.urgency is Urgency.URGENT:
        end = min(end, scene.now + URGENT_WAIT)
    end = end.astimezone(scene.now.tzinfo)
    return timed if timed.at >= end else When(end, Deferral.GROUPING)


def _notification(occasion: Occasion, subject: str, told: Told, now: datetime) -> dict[str, Any]:
    rule = occasion.rule
    return {
        "id": notice_id(rule.name, subject, told.person.id),
        "community": occasion.community,
        "rule": rule.name,
        "subject": subject,
        "recipient": told.person.id,
        "on_behalf": told.on_behalf,
        "template": rule.template,
        "urgency": rule.urgency,
        "event": occasion.event,
        "event_id": occasion.event_id,
        "data": dict(occasion.data),
        "alerts": occasion.alerts,
        "state": NotificationState.OPEN,
        "created_at": now,
    }


def delivery(
    notification: Mapping[str, Any],
    channel: ChannelCode,
    timed: When,
    now: datetime,
    level: int = 0,
) -> dict[str, Any]:
    """A delivery that waits for its moment; in the inbox it has arrived at once."""
    inbox = channel is ChannelCode.INAPP
    state = DeliveryState.QUEUED if timed.why is None else DeliveryState.DEFERRED
    return {
        "id": delivery_id(notification["id"], channel, level),
        "community": notification["community"],
        "notification": notification["id"],
        "recipient": notification["recipient"],
        "channel": channel,
        "level": level,
        "state": DeliveryState.SENT if inbox else state,
        "due_at": now if inbox else timed.at,
        "deferred_for": None if inbox else timed.why,
        "next_at": None if inbox else timed.at,
        "sent_at": now if inbox else None,
    }
