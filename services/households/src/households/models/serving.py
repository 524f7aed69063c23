"""Tables about who is helped: households, their people, needs, reviews, wishes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from households.domain.codes import (
    AidKind,
    CloseReason,
    ConsentGiver,
    ConsentPurpose,
    ExitReason,
    Frequency,
    GenderWish,
    HouseholdStatus,
    Language,
    NeedStatus,
    ReviewOutcome,
    ReviewStatus,
    Role,
    Service,
    Skill,
    Urgency,
)
from households.models.schema import Base, Codes, Community, Key, Secret
from servicekit.db import EnumText
from servicekit.privacy import Sealed


class Household(Base):
    """People who live and are helped together. The place is rounded to about 100 m.

    ``certified_until`` is what the certificate says; a review may extend ``valid_until`` beyond it.
    """

    __tablename__ = "households"
    __table_args__ = (
        sa.UniqueConstraint("community", "code"),
        sa.Index(None, "community", "status"),
    )

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    code: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[HouseholdStatus] = mapped_column(EnumText(HouseholdStatus))
    building: Mapped[str] = mapped_column(sa.String(40))
    latitude: Mapped[float]
    longitude: Mapped[float]
    data_key: Mapped[bytes] = mapped_column(Secret)
    address_sealed: Mapped[bytes | None] = mapped_column(Secret)
    phone_sealed: Mapped[bytes | None] = mapped_column(Secret)
    registered_at: Mapped[datetime]
    certified_on: Mapped[date | None]
    certified_until: Mapped[date | None]
    valid_until: Mapped[date | None]
    income_stable: Mapped[bool] = mapped_column(default=True)
    decertified_on: Mapped[date | None]
    left_on: Mapped[date | None]
    exit_reason: Mapped[ExitReason | None] = mapped_column(EnumText(ExitReason))
    moved_to: Mapped[str | None] = mapped_column(Community)
    erased_on: Mapped[date | None]
    version: Mapped[int]

    address = Sealed("address_sealed")
    phone = Sealed("phone_sealed")

    members: Mapped[list[Member]] = relationship(
        back_populates="household", order_by="Member.number"
    )
    needs: Mapped[list[Need]] = relationship(back_populates="household", order_by="Need.id")
    reviews: Mapped[list[Review]] = relationship(
        back_populates="household", order_by="Review.due_on"
    )
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.purpose")
    restriction: Mapped[Restriction] = relationship()


class Member(Base):
    """A person of a household. ``present`` ends when the household leaves."""

    __tablename__ = "members"
    __table_args__ = (
        # a person lives in one household at a time
        sa.Index(
            "uq_members_community_identity_index",
            "community",
            "identity_index",
            unique=True,
            sqlite_where=sa.text("present"),
            postgresql_where=sa.text("present"),
        ),
    )

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), index=True)
    number: Mapped[int]
    role: Mapped[Role] = mapped_column(EnumText(Role))
    grade: Mapped[int | None]
    present: Mapped[bool] = mapped_column(default=True)
    data_key: Mapped[bytes] = mapped_column(Secret)
    name_sealed: Mapped[bytes | None] = mapped_column(Secret)
    identity_number_sealed: Mapped[bytes | None] = mapped_column(Secret)
    identity_index: Mapped[str] = mapped_column(sa.String(64))
    phone_sealed: Mapped[bytes | None] = mapped_column(Secret)
    disability_sealed: Mapped[bytes | None] = mapped_column(Secret)

    name = Sealed("name_sealed")
    identity_number = Sealed("identity_number_sealed")
    phone = Sealed("phone_sealed")
    disability = Sealed("disability_sealed")

    household: Mapped[Household] = relationship(back_populates="members")


class Need(Base):
    """What a household needs. ``announced``: need.raised has gone out.

    The note is sealed with the household's key. ``pairing`` is the one that serves it now.
    """

    __tablename__ = "needs"
    __table_args__ = (
        sa.Index(None, "community", "status"),
        sa.UniqueConstraint("household_id", "code"),
    )

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"))
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[NeedStatus] = mapped_column(EnumText(NeedStatus))
    aid_kind: Mapped[AidKind] = mapped_column(EnumText(AidKind))
    service: Mapped[Service] = mapped_column(EnumText(Service))
    urgency: Mapped[Urgency] = mapped_column(EnumText(Urgency))
    frequency: Mapped[Frequency] = mapped_column(EnumText(Frequency))
    minutes: Mapped[int]
    slots: Mapped[list[Any]]
    skills: Mapped[list[Skill]] = mapped_column(Codes(Skill))
    languages: Mapped[list[Language]] = mapped_column(Codes(Language))
    grade: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note_sealed: Mapped[bytes | None] = mapped_column(Secret)
    raised_on: Mapped[date]
    announced: Mapped[bool] = mapped_column(default=False)
    pairing: Mapped[str | None] = mapped_column(Key)
    close_reason: Mapped[CloseReason | None] = mapped_column(EnumText(CloseReason))
    version: Mapped[int]

    note = Sealed("note_sealed", key_of="household")

    household: Mapped[Household] = relationship(back_populates="needs")
    member: Mapped[Member | None] = relationship()


class Review(Base):
    """A look at whether the household is still eligible, on a day."""

    __tablename__ = "reviews"
    __table_args__ = (sa.Index(None, "status", "due_on"),)

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), index=True)
    due_on: Mapped[date]
    status: Mapped[ReviewStatus] = mapped_column(EnumText(ReviewStatus))
    completed_on: Mapped[date | None]
    outcome: Mapped[ReviewOutcome | None] = mapped_column(EnumText(ReviewOutcome))
    version: Mapped[int]

    household: Mapped[Household] = relationship(back_populates="reviews")


class Consent(Base):
    """What the household agreed to, when, and who spoke for it."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household_id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(EnumText(ConsentPurpose))
    given_on: Mapped[date]
    by: Mapped[ConsentGiver] = mapped_column(EnumText(ConsentGiver))


class Restriction(Base):
    """Whom the household lets in. One row per household, with its id."""

    __tablename__ = "restrictions"

    id: Mapped[str] = mapped_column(sa.ForeignKey("households.id"), primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    gender: Mapped[GenderWish] = mapped_column(EnumText(GenderWish))
    minors_welcome: Mapped[bool]


class PairingCopy(Base):
    """The newest that volunteers said of a pairing, so that older news of it is recognised."""

    __tablename__ = "pairing_copies"

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    need_id: Mapped[str] = mapped_column(Key)
    ended: Mapped[bool]
    version: Mapped[int]
