"""The inbox: what a member of staff was told, and what they made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import news, queries
from notifications.domain.codes import (
    ChannelCode,
    DeliveryState,
    EscalationState,
    NotificationState,
)
from notifications.models import Delivery, Notification
from notifications.usecases.access import require_own
from notifications.usecases.composing import content
from notifications.usecases.escalating import OPEN, close, hold, settle, told_of
from servicekit.actors import Actor
from servicekit.errors import NotFound
from servicekit.outbox import publish

FIELDS = (
    *("id", "community", "rule", "subject", "recipient", "template", "urgency", "event", "data"),
    *("state", "created_at", "read_at", "acknowledged_at", "resolved_at", "on_behalf", "alerts"),
)


def read(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """One page of a member's inbox, the newest first, with the ``locale`` to write it in."""
    member = queries.member(session, data["staff"])
    require_own(actor, member)
    page = queries.inbox(
        session,
        member.id,
        unread_only=data["unread_only"],
        page=data["page"],
        size=data["size"],
    )
    items = [plain(session, row, member.locale) for row in page["items"]]
    return {**page, "items": items, "locale": member.locale}


def get(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """One notification with its deliveries, and the ``locale`` of its recipient."""
    return _shown(session, queries.notification(session, data["notification"]), actor)


def acknowledge(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """The recipient takes a notification on, and its escalation stops. Twice changes nothing.

    Raises NotFound where the notification is not this member's.
    """
    row = _own(session, data, actor)
    take_on(session, row, now=now)
    return _shown(session, row, actor)


def take_on(session: Session, row: Notification, *, now: datetime) -> None:
    """The recipient takes it on, on whichever channel; nobody else is told from now on."""
    hold(session, row)
    _mark(row, now)
    if row.state not in OPEN:
        return
    row.state, row.acknowledged_at = NotificationState.ACKNOWLEDGED, now
    row.version += 1
    level = close(
        session, row.rule, row.subject, EscalationState.ACKNOWLEDGED, by=row.recipient, now=now
    )
    _publish(session, row, level, now)
    news.tell(session, notifications=[row.id], places=[row.community])


def resolve(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Nothing is left to do: this closes it for everybody who was told. Twice changes nothing."""
    row = _own(session, data, actor)
    hold(session, row)
    _mark(row, now)
    told = told_of(session, row.rule, row.subject)
    for each in told:
        settle(each, now)
    news.tell(session, notifications=[each.id for each in told], places=[row.community])
    close(session, row.rule, row.subject, EscalationState.RESOLVED, by=row.recipient, now=now)
    return _shown(session, row, actor)


def _own(session: Session, data: Mapping[str, Any], actor: Actor) -> Notification:
    row = queries.notification(session, data["notification"])
    if row.recipient != data["staff"]:
        raise NotFound(f"in the inbox of {data['staff']} notification", row.id)
    require_own(actor, queries.member(session, row.recipient))
    return row


def mark_read(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Mark notifications of a member as read; those that are another's are passed over."""
    member = queries.member(session, data["staff"])
    require_own(actor, member)
    rows = queries.unread(session, member.id, data["notifications"])
    for row in rows:
        _mark(row, now)
    return {"marked": len(rows)}


def _mark(row: Notification, now: datetime) -> None:
    if row.read_at is None:
        row.read_at = now
        for delivery in row.deliveries:
            if delivery.channel is ChannelCode.INAPP:
                delivery.state = DeliveryState.READ


def _publish(session: Session, row: Notification, level: int, now: datetime) -> None:
    data = {
        "community": row.community,
        "version": row.version,
        "notification": row.id,
        "rule": row.rule,
        "subject": row.subject,
        "recipient": row.recipient,
        "level": level,
    }
    publish(
        session,
        "notification.acknowledged",
        subject=row.id,
        version=row.version,
        data=data,
        now=now,
    )


def _shown(session: Session, row: Notification, actor: Actor) -> dict[str, Any]:
    member = queries.member(session, row.recipient)
    require_own(actor, member)
    return {
        **plain(session, row, member.locale),
        "deliveries": [_delivery(each) for each in row.deliveries],
        "locale": member.locale,
    }


def plain(session: Session, row: Notification, locale: str) -> dict[str, Any]:
    """What outlives the transaction, so that texts can be written after it."""
    plain = {name: getattr(row, name) for name in FIELDS}
    return {**plain, "content": content(session, row, locale)}


def _delivery(row: Delivery) -> dict[str, Any]:
    names = (
        *("id", "channel", "level", "state", "attempts", "due_at", "deferred_for", "next_at"),
        *("sent_at", "carried_by", "message_id", "last_error"),
    )
    return {name: getattr(row, name) for name in names}
