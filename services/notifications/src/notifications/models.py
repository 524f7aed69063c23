"""The tables of this service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from notifications.domain.codes import (
    ChannelCode,
    DeliveryState,
    Locale,
    NotificationState,
    StaffRole,
    Urgency,
)
from notifications.domain.rules import MAX_ID
from servicekit.db import TYPES, EnumText, new_metadata
from servicekit.privacy import Sealed


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class StaffMember(Base):
    """Somebody who is told things. Name, e-mail and phone are sealed with the member's own key."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(20))
    role: Mapped[StaffRole] = mapped_column(EnumText(StaffRole))
    locale: Mapped[Locale] = mapped_column(EnumText(Locale))
    channels: Mapped[list[Any]]
    aid_kinds: Mapped[list[Any]]
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    name = Sealed("name_sealed")
    email = Sealed("email_sealed")
    phone = Sealed("phone_sealed")

    places: Mapped[list[StaffPlace]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="StaffPlace.community"
    )

    @property
    def communities(self) -> list[str]:
        """The communities whose news the member gets."""
        return [place.community for place in self.places]

    @property
    def has_email(self) -> bool:
        return self.email_sealed is not None and bool(self.data_key)


class StaffPlace(Base):
    """A member works for a community, perhaps one of several."""

    __tablename__ = "staff_places"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    community: Mapped[str] = mapped_column(String(12), primary_key=True, index=True)


class Notification(Base):
    """One person is told one thing because of one rule, once. Texts are made when it is read."""

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
    template: Mapped[str] = mapped_column(String(80))
    urgency: Mapped[Urgency] = mapped_column(EnumText(Urgency))
    event: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]
    state: Mapped[NotificationState] = mapped_column(EnumText(NotificationState))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id")


class Delivery(Base):
    """A notification on its way over one channel.

    ``next_at``: when it is to be sent (queued), or when another sender may take it over (sending).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notification", "channel"),
        Index("ix_deliveries_due", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    notification: Mapped[str] = mapped_column(ForeignKey("notifications.id"))
    recipient: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[ChannelCode] = mapped_column(EnumText(ChannelCode))
    state: Mapped[DeliveryState] = mapped_column(EnumText(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(300))
    last_error: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)
