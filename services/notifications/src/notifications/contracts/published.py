"""The events that this service publishes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from notifications.domain.codes import (
    ChannelCode,
    EscalationReason,
    FailureReason,
)
from servicekit.schemas import Code, EventData, Id


class NotificationAcknowledged(EventData):
    """A member of staff has taken a notification on."""

    notification = Id(required=True)
    rule = Id(required=True)
    subject = Id(required=True)
    recipient = Id(required=True)
    level = fields.Integer(strict=True, load_default=0)


class NotificationEscalated(EventData):
    """Nobody took a notification on in time: ``recipients`` are told at ``level`` (from 1 on)."""

    notification = Id(required=True)
    rule = Id(required=True)
    subject = Id(required=True)
    level = fields.Integer(required=True, strict=True)
    reason = Code(EscalationReason, required=True)
    recipients = fields.List(Id(), required=True)


class DeliveryFailed(EventData):
    """A notification could not be delivered on one channel; the inbox still shows it."""

    delivery = Id(required=True)
    notification = Id(required=True)
    channel = Code(ChannelCode, required=True)
    reason = Code(FailureReason, required=True)


PUBLISHED: dict[str, type[EventData]] = {
    "notification.acknowledged": NotificationAcknowledged,
    "notification.escalated": NotificationEscalated,
    "delivery.failed": DeliveryFailed,
}

_NOTIFICATION = "pairing-proposed:210103008001-H001-N1-A1:210103008001-S01"

SAMPLES: dict[str, dict[str, Any]] = {
    "notification.acknowledged": {
        "community": "210103008001",
        "version": 2,
        "notification": _NOTIFICATION,
        "rule": "pairing-proposed",
        "subject": "210103008001-H001-N1-A1",
        "recipient": "210103008001-S01",
        "level": 0,
    },
    "notification.escalated": {
        "community": "210103008001",
        "version": 2,
        "notification": _NOTIFICATION,
        "rule": "pairing-proposed",
        "subject": "210103008001-H001-N1-A1",
        "level": 1,
        "reason": "role",
        "recipients": ["210103008001-S09"],
    },
    "alert.raised": {
        "community": "210103008001",
        "alert": "boiler-7-20261123T0712",
        "kind": "boiler_pressure",
        "severity": "critical",
        "about": "boiler-7",
    },
    "notification.requested": {
        "community": "210103008001",
        "request": "school-2026-0417",
        "kind": "parents_evening",
        "urgency": "today",
        "roles": ["school_liaison"],
        "staff": ["S01"],
        "about": "hall-3",
        "due_on": "2026-11-27",
    },
    "delivery.failed": {
        "community": "210103008001",
        "version": 1,
        "delivery": f"{_NOTIFICATION}:email",
        "notification": _NOTIFICATION,
        "channel": "email",
        "reason": "refused",
    },
}
