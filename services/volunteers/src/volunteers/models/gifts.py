"""Donated things, and the chain of hands they went through."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText, append_only
from volunteers.domain.gifts import GiftKind, GiftState
from volunteers.models.schema import Base, Community, Id, versioned


class Gift(Base):
    """A thing on its way from whoever gives it to a household that needs it.

    A giver who is neither a partner nor a volunteer stays unnamed.
    """

    __tablename__ = "gifts"
    __table_args__ = (
        sa.Index(None, "community", "state"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 10000", name="quantity"),
    )

    # <community>-G<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    kind: Mapped[GiftKind] = mapped_column(EnumText(GiftKind))
    title: Mapped[str] = mapped_column(sa.String(100))
    quantity: Mapped[int]
    state: Mapped[GiftState] = mapped_column(EnumText(GiftState))
    partner_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("partners.id"), index=True)
    donor_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    pledged_on: Mapped[date]
    # the last day on which it is of use
    use_by: Mapped[date | None]
    need_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("need_copies.id"))
    household: Mapped[str | None] = mapped_column(Id, index=True)
    version: Mapped[int] = mapped_column()

    steps: Mapped[list[GiftStep]] = relationship(order_by="GiftStep.number")

    __mapper_args__ = versioned(version)


class GiftStep(Base):
    """A link of the chain of custody. Links are only ever added."""

    __tablename__ = "gift_steps"

    # <gift>-<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    gift_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("gifts.id"), index=True)
    number: Mapped[int]
    state: Mapped[GiftState] = mapped_column(EnumText(GiftState))
    on: Mapped[date]
    # who had it in hand: collected, looked over, repaired or delivered it
    volunteer_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    need_id: Mapped[str | None] = mapped_column(Id)
    entered_by: Mapped[str] = mapped_column(Id)
    entered_at: Mapped[datetime]


append_only(GiftStep.__table__)
