"""Why somebody was told, when and where, and why not the others: from what was kept then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.models import (
    Alert,
    Attempt,
    Delivery,
    Escalation,
    EscalationStep,
    Heard,
    Notification,
)
from servicekit.actors import Actor
from servicekit.errors import NotFound


def explain(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """Everything that followed from an event, or from the event behind a notification."""
    heard = _heard(session, data)
    actor.require(heard.community)
    rulings = [_ruling(session, heard, each) for each in heard.decision]
    return {
        "event": heard.id,
        "type": heard.type,
        "source": heard.source,
        "community": heard.community,
        "at": heard.at,
        "data": heard.data,
        "rules": rulings,
    }


def _heard(session: Session, data: Mapping[str, Any]) -> Heard:
    key = data.get("event")
    if not key:
        key = queries.notification(session, data["notification"]).event_id
    found = session.scalars(select(Heard).where(Heard.id == key)).first()
    if found is None:
        raise NotFound("event", key or data["notification"])
    return found


def _ruling(session: Session, heard: Heard, kept: Mapping[str, Any]) -> dict[str, Any]:
    if not kept["met"]:
        return {"rule": kept["rule"], "met": False, "unmet": kept["unmet"]}
    told = [_told(session, heard, kept, each) for each in kept["told"]]
    return {
        "rule": kept["rule"],
        "met": True,
        "told": told,
        "not_told": kept["not_told"],
        "escalation": _escalation(session, kept["rule"], told),
    }


def _told(
    session: Session, heard: Heard, kept: Mapping[str, Any], told: Mapping[str, Any]
) -> dict[str, Any]:
    """One recipient: by which notification, and what became of it on each channel."""
    key = told["notification"]
    row = session.get(Notification, key) if key else None
    return {
        **told,
        "again": row is None,
        "state": row.state if row else None,
        "alerts": row.alerts if row else None,
        "subject": row.subject if row else kept["subject"],
        "acknowledged_at": row.acknowledged_at if row else None,
        "deliveries": [
            each for each in (_deliveries(session, row.id) if row else []) if each["level"] == 0
        ],
    }


def _deliveries(session: Session, notification: str) -> list[dict[str, Any]]:
    found = select(Delivery).where(Delivery.notification == notification)
    rows = session.scalars(found.order_by(Delivery.level, Delivery.due_at, Delivery.id)).all()
    tries = _attempts(session, [row.id for row in rows])
    names = (
        *("id", "channel", "level", "state", "due_at", "deferred_for", "next_at", "sent_at"),
        *("carried_by", "message_id", "last_error"),
    )
    return [
        {**{name: getattr(row, name) for name in names}, "attempts": tries.get(row.id, [])}
        for row in rows
    ]


def _attempts(session: Session, deliveries: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The tries of which something came, by delivery."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = (
        select(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery)
        .where(Attempt.delivery.in_(deliveries), Attempt.number <= Delivery.attempts)
        .order_by(Attempt.number)
    )
    for row in session.scalars(rows):
        told = {"number": row.number, "at": row.at, "reason": row.reason, "code": row.code}
        found.setdefault(row.delivery, []).append(told)
    return found


def _escalation(
    session: Session, rule: str, told: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    subjects = {each["subject"] for each in told}
    row = session.scalars(
        select(Escalation).where(Escalation.rule == rule, Escalation.subject.in_(subjects))
    ).first()
    if row is None:
        return None
    steps = session.scalars(
        select(EscalationStep)
        .where(EscalationStep.escalation == row.id)
        .order_by(EscalationStep.level, EscalationStep.recipient)
    )
    return {
        "state": row.state,
        "level": row.level,
        "due_at": row.due_at,
        "closed_at": row.closed_at,
        "closed_by": row.closed_by,
        "steps": [_step(session, step) for step in steps],
    }


def _step(session: Session, step: EscalationStep) -> dict[str, Any]:
    """Somebody who was told at a level, and how that reached them."""
    names = ("level", "recipient", "reason", "notification", "at")
    deliveries = _deliveries(session, step.notification)
    sent = [each for each in deliveries if each["level"] == step.level]
    return {**{name: getattr(step, name) for name in names}, "deliveries": sent}


def traced(session: Session, event: str) -> list[str]:
    """The notifications in which an event is told, by their ids: each alert leads to one."""
    alone = select(Notification.id).where(Notification.event_id == event, Notification.alerts == 1)
    grouped = select(Alert.notification).where(Alert.event_id == event)
    return sorted({*session.scalars(alone), *session.scalars(grouped)})
