"""Tables about what was heard, who is told, and how it reaches them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from notifications.domain.codes import (
    ChannelCode,
    Deferral,
    DeliveryState,
    DigestPeriod,
    EscalationReason,
    EscalationState,
    FailureReason,
    NotificationState,
    Urgency,
)
from notifications.domain.rules import MAX_ID
from notifications.models.schema import Base
from servicekit.db import EnumText


class Heard(Base):
    """An event that arrived, in codes, and the decision: which rules met, who is told, who not."""

    __tablename__ = "heard"
    __table_args__ = (Index("ix_heard_community_at", "community", "at"),)

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    source: Mapped[str] = mapped_column(String(120), primary_key=True)
    type: Mapped[str] = mapped_column(String(80))
    community: Mapped[str] = mapped_column(String(12))
    data: Mapped[dict[str, Any]]
    decision: Mapped[list[Any]]
    at: Mapped[datetime]


class Notification(Base):
    """One person is told one thing because of one rule, once. Texts are made when it is read.

    ``alerts`` counts those that are told together; they are listed in ``Alert`` where the rule
    groups. ``on_behalf`` is the absent colleague or, after an escalation, who did not answer.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("rule", "subject", "recipient"),
        Index("ix_notifications_inbox", "recipient", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    community: Mapped[str] = mapped_column(String(12), index=True)
    rule: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(MAX_ID))
    recipient: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    on_behalf: Mapped[str | None] = mapped_column(String(120))
    template: Mapped[str] = mapped_column(String(80))
    urgency: Mapped[Urgency] = mapped_column(EnumText(Urgency))
    event: Mapped[str] = mapped_column(String(80))
    event_id: Mapped[str] = mapped_column(String(300), default="", index=True)
    data: Mapped[dict[str, Any]]
    alerts: Mapped[int] = mapped_column(default=1)
    state: Mapped[NotificationState] = mapped_column(EnumText(NotificationState))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id")


class Alert(Base):
    """One of several alike alerts: an event that a grouping rule met, and where it is told."""

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id"), index=True)
    event_id: Mapped[str] = mapped_column(String(300), index=True)
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Delivery(Base):
    """A notification on its way over one channel.

    ``due_at``: when it may go, at the earliest; ``deferred_for`` says why not at once.
    ``next_at``: when it is to be sent, or when another sender may take it over (sending).
    ``level``: 0, or the level of the escalation that reminds. ``carried_by``: the delivery of the
    digest that it is told with.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notification", "channel", "level"),
        Index("ix_deliveries_due", "channel", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id"))
    recipient: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[ChannelCode] = mapped_column(EnumText(ChannelCode))
    level: Mapped[int] = mapped_column(default=0)
    state: Mapped[DeliveryState] = mapped_column(EnumText(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    deferred_for: Mapped[Deferral | None] = mapped_column(EnumText(Deferral))
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    carried_by: Mapped[str | None] = mapped_column(String(MAX_ID), index=True)
    message_id: Mapped[str | None] = mapped_column(String(300))
    last_error: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)


class Attempt(Base):
    """One try of a delivery; without a reason it was handed over.

    Begun with the claim: a number beyond the delivery's own ``attempts`` is under way, or in doubt.
    """

    __tablename__ = "attempts"

    delivery: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    reason: Mapped[FailureReason | None] = mapped_column(EnumText(FailureReason))
    code: Mapped[str | None] = mapped_column(String(40))


class Escalation(Base):
    """The search for somebody who takes on what one rule says of one subject.

    ``level`` is the last one told, 0 the rule's own audience; at ``due_at`` the next one follows.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("rule", "subject"),
        Index("ix_escalations_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(MAX_ID))
    state: Mapped[EscalationState] = mapped_column(EnumText(EscalationState))
    level: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)


class EscalationStep(Base):
    """Somebody was told at a level of an escalation."""

    __tablename__ = "escalation_steps"

    escalation: Mapped[str] = mapped_column(ForeignKey("escalations.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    reason: Mapped[EscalationReason] = mapped_column(EnumText(EscalationReason))
    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id"))
    at: Mapped[datetime]


class Digest(Base):
    """What a member was told together, once per day or week; no notification: nothing new."""

    __tablename__ = "digests"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    period: Mapped[DigestPeriod] = mapped_column(EnumText(DigestPeriod), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    notification: Mapped[str | None] = mapped_column(ForeignKey("notifications.id"))
    made_at: Mapped[datetime]


class PairingSeen(Base):
    """Own copy of a pairing, for digests (who has been silent) and audiences (its coordinator)."""

    __tablename__ = "pairings_seen"

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    community: Mapped[str] = mapped_column(String(12), index=True)
    household: Mapped[str] = mapped_column(String(120))
    volunteer: Mapped[str] = mapped_column(String(120))
    coordinator: Mapped[str | None] = mapped_column(String(120))
    running: Mapped[bool] = mapped_column(default=False)
    started_on: Mapped[date | None]
    last_visit_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0)
