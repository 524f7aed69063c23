"""Tables about what is too much for a volunteer, and about what a household says of its visits."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from households.domain.caring import (
    Basis,
    ConcernKind,
    ConcernOutcome,
    ConcernStatus,
    Profession,
    ReferralOutcome,
    ReferralStatus,
    ReturnReason,
)
from households.domain.codes import Urgency
from households.domain.feedback import FeedbackOutcome, FeedbackStatus
from households.models.schema import Base, Community, Key, Secret
from households.models.serving import Household
from servicekit.db import EnumText
from servicekit.privacy import Sealed


class Concern(Base):
    """Somebody worries about a household: more than a volunteer can or may deal with.

    ``visit`` is where it was seen. The note is sealed with the household's key.
    """

    __tablename__ = "concerns"
    __table_args__ = (sa.Index(None, "community", "status"),)

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), index=True)
    need_id: Mapped[str | None] = mapped_column(sa.ForeignKey("needs.id"))
    visit: Mapped[str | None] = mapped_column(Key)
    kind: Mapped[ConcernKind] = mapped_column(EnumText(ConcernKind))
    urgency: Mapped[Urgency] = mapped_column(EnumText(Urgency))
    status: Mapped[ConcernStatus] = mapped_column(EnumText(ConcernStatus))
    raised_on: Mapped[date]
    raised_by: Mapped[str] = mapped_column(Key)
    outcome: Mapped[ConcernOutcome | None] = mapped_column(EnumText(ConcernOutcome))
    note_sealed: Mapped[bytes | None] = mapped_column(Secret)
    version: Mapped[int]

    note = Sealed("note_sealed", key_of="household")

    household: Mapped[Household] = relationship()
    referrals: Mapped[list[Referral]] = relationship(
        back_populates="concern", order_by="Referral.number"
    )


class Referral(Base):
    """A concern is handed to a professional, once the household agrees or the law demands it."""

    __tablename__ = "referrals"
    __table_args__ = (
        # a concern is in one pair of hands at a time
        sa.Index(
            "uq_referrals_concern_id",
            "concern_id",
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        ),
        sa.Index(None, "community", "status"),
        sa.Index(None, "live", "due_on"),
    )

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    concern_id: Mapped[str] = mapped_column(sa.ForeignKey("concerns.id"), index=True)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"))
    number: Mapped[int]
    profession: Mapped[Profession] = mapped_column(EnumText(Profession))
    status: Mapped[ReferralStatus] = mapped_column(EnumText(ReferralStatus))
    live: Mapped[bool] = mapped_column(default=True)
    requested_on: Mapped[date]
    requested_by: Mapped[str] = mapped_column(Key)
    due_on: Mapped[date]
    overdue: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[Basis | None] = mapped_column(EnumText(Basis))
    consented_on: Mapped[date | None]
    accepted_by: Mapped[str | None] = mapped_column(Key)
    return_reason: Mapped[ReturnReason | None] = mapped_column(EnumText(ReturnReason))
    outcome: Mapped[ReferralOutcome | None] = mapped_column(EnumText(ReferralOutcome))
    version: Mapped[int]

    concern: Mapped[Concern] = relationship(back_populates="referrals")


class FeedbackCall(Base):
    """The household is called about one of its visits. The note is sealed with its key."""

    __tablename__ = "feedback_calls"
    __table_args__ = (sa.Index(None, "community", "status", "due_on"),)

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), index=True)
    visit: Mapped[str] = mapped_column(Key)
    visited_on: Mapped[date]
    due_on: Mapped[date]
    status: Mapped[FeedbackStatus] = mapped_column(EnumText(FeedbackStatus))
    outcome: Mapped[FeedbackOutcome | None] = mapped_column(EnumText(FeedbackOutcome))
    satisfaction: Mapped[int | None]
    note_sealed: Mapped[bytes | None] = mapped_column(Secret)
    called_on: Mapped[date | None]
    called_by: Mapped[str | None] = mapped_column(Key)
    version: Mapped[int]

    note = Sealed("note_sealed", key_of="household")

    household: Mapped[Household] = relationship()
