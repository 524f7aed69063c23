"""Telling people: the notification, and a delivery for each channel it takes at once."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
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


def tell(
    session: Session,
    occasion: Occasion,
    told: Sequence[Told],
    scene: Scene,
    working: Container[ChannelCode],
) -> dict[str, str]:
    """Store what is new: recipient → id of the notification that tells them.

    What was told before is not told again, however often and in whichever order events arrive.
    """
    if occasion.rule.group_minutes:
        return _tell_together(session, occasion, told, scene, working)
    return _tell_each(session, occasion, occasion.subject, told, scene, working)


def _tell_each(
    session: Session,
    occasion: Occasion,
    subject: str,
    told: Sequence[Told],
    scene: Scene,
    working: Container[ChannelCode],
) -> dict[str, str]:
    rows = [_notification(occasion, subject, each, scene.now) for each in told]
    new = set(insert_ignore(session, Notification.__table__, rows))
    deliveries: list[dict[str, Any]] = []
    for each, row in zip(told, rows, strict=True):
        if row["id"] in new:
            channels = first_steps(channels_for(occasion.rule, each.person, working))
            timed = timing(occasion.rule, each, scene)
            deliveries += [delivery(row, code, timed, scene.now) for code in channels]
    insert_ignore(session, Delivery.__table__, deliveries)
    news.tell(session, notifications=new)
    return {row["recipient"]: row["id"] for row in rows if row["id"] in new}


def _tell_together(
    session: Session,
    occasion: Occasion,
    told: Sequence[Told],
    scene: Scene,
    working: Container[ChannelCode],
) -> dict[str, str]:
    """Add an alert to the notification of its window, which is made with the first."""
    rule, subject = occasion.rule, occasion.alike(scene)
    keys = {each.person.id: notice_id(rule.name, occasion.subject, each.person.id) for each in told}
    known = set(session.scalars(select(Alert.id).where(Alert.id.in_(keys.values()))))
    fresh = [each for each in told if keys[each.person.id] not in known]
    _tell_each(session, replace(occasion, alerts=0), subject, fresh, scene, working)
    alerts: list[dict[str, Any]] = [
        {
            "id": keys[each.person.id],
            "notification": notice_id(rule.name, subject, each.person.id),
            "event_id": occasion.event_id,
            "data": dict(occasion.data),
            "at": scene.now,
        }
        for each in fresh
    ]
    added = set(insert_ignore(session, Alert.__table__, alerts))
    homes = [alert["notification"] for alert in alerts if alert["id"] in added]
    session.execute(
        update(Notification)
        .where(Notification.id.in_(homes))
        .values(alerts=Notification.alerts + 1)
        .execution_options(synchronize_session=False)
    )
    return {
        each.person.id: alert["notification"]
        for each, alert in zip(fresh, alerts, strict=True)
        if alert["id"] in added
    }


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
