"""The inbox: what a member of staff was told, and what they made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import ChannelCode, DeliveryState, NotificationState
from notifications.models import Delivery, Notification
from notifications.usecases.access import require_own
from servicekit.actors import Actor
from servicekit.errors import NotFound
from servicekit.outbox import publish

FIELDS = (
    *("id", "community", "rule", "subject", "recipient", "template", "urgency", "event", "data"),
    *("state", "created_at", "read_at", "acknowledged_at"),
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
    return {**page, "items": [_plain(row) for row in page["items"]], "locale": member.locale}


def get(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """One notification with its deliveries, and the ``locale`` of its recipient."""
    return _shown(session, queries.notification(session, data["notification"]), actor)


def acknowledge(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """The recipient takes a notification on. A second time changes nothing.

    Raises NotFound where the notification is not this member's.
    """
    row = queries.notification(session, data["notification"], lock=True)
    if row.recipient != data["staff"]:
        raise NotFound(f"in the inbox of {data['staff']} notification", row.id)
    shown = _shown(session, row, actor)
    if row.state is NotificationState.ACKNOWLEDGED:
        return shown
    row.state, row.acknowledged_at = NotificationState.ACKNOWLEDGED, now
    row.version += 1
    _mark(row, now)
    _publish(session, row, now)
    return _shown(session, row, actor)


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


def _publish(session: Session, row: Notification, now: datetime) -> None:
    data = {
        "community": row.community,
        "version": row.version,
        "notification": row.id,
        "rule": row.rule,
        "subject": row.subject,
        "recipient": row.recipient,
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
        **_plain(row),
        "deliveries": [_delivery(each) for each in row.deliveries],
        "locale": member.locale,
    }


def _plain(row: Notification) -> dict[str, Any]:
    """What outlives the transaction, so that texts can be written after it."""
    return {name: getattr(row, name) for name in FIELDS}


def _delivery(row: Delivery) -> dict[str, Any]:
    names = ("id", "channel", "state", "attempts", "next_at", "sent_at", "message_id", "last_error")
    return {name: getattr(row, name) for name in names}
