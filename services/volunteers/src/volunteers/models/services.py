"""The teachers' desk: what is offered, and what was asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from servicekit.privacy import Sealed
from volunteers.domain.services import ServiceState
from volunteers.models.activities import Participant, Time
from volunteers.models.people import personal
from volunteers.models.schema import Base, Community, Id, versioned


class ServiceItem(Base):
    """A line of the catalogue: papers that are needed, and in how many working days it is done."""

    __tablename__ = "service_items"

    # <community>-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    papers: Mapped[list[Any]]
    working_days: Mapped[int]
    offered: Mapped[bool]


class ServiceRequest(Base):
    """A teacher asks for a service at the door. Where that is, is sealed."""

    __tablename__ = "service_requests"
    __table_args__ = (
        sa.Index(None, "community", "state", "due_on"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    # <item>-<participant's code>-<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    item_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("service_items.id"))
    participant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("participants.id"), index=True)
    state: Mapped[ServiceState] = mapped_column(EnumText(ServiceState))
    # papers of the item that the teacher has still to find
    missing: Mapped[list[Any]]
    requested_on: Mapped[date]
    due_on: Mapped[date]
    # the community worker
    assigned_to: Mapped[str | None] = mapped_column(Id)
    on: Mapped[date | None]
    at: Mapped[str | None] = mapped_column(Time)
    done_on: Mapped[date | None]
    rating: Mapped[int | None]
    overdue: Mapped[bool]
    version: Mapped[int] = mapped_column()

    data_key: Mapped[bytes] = personal()
    place_sealed: Mapped[bytes | None] = personal()
    place = Sealed("place_sealed")

    item: Mapped[ServiceItem] = relationship(lazy="joined", innerjoin=True)
    participant: Mapped[Participant] = relationship()

    __mapper_args__ = versioned(version)
