"""Who helps: partners, volunteers and their clearances."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from servicekit.privacy import Sealed
from volunteers.domain.codes import (
    AbsenceReason,
    ClearanceKind,
    Gender,
    PartnerKind,
    VolunteerKind,
    VolunteerState,
)
from volunteers.models.schema import Base, Community, Id, versioned


def personal() -> Any:
    """A sealed column: fetched only when somebody asks, never with the row."""
    return mapped_column(sa.LargeBinary, deferred=True, deferred_group="personal")


class Partner(Base):
    """An office, school, association or company that sends volunteers."""

    __tablename__ = "partners"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[PartnerKind] = mapped_column(EnumText(PartnerKind))
    name: Mapped[str] = mapped_column(sa.String(200))
    # further communities that its volunteers may be paired in
    serves: Mapped[list[Any]]


class Volunteer(Base):
    """A volunteer: what matching needs in plain, what identifies the person sealed.

    ``born_by`` is the last day of the birth month. Matching must know ages and must not know
    birthdays; rounding up the month treats nobody as an adult too early. The date itself is sealed.
    """

    __tablename__ = "volunteers"
    __table_args__ = (
        sa.UniqueConstraint("community", "identity_index"),
        sa.Index(None, "community", "state"),
        sa.Index(None, "state", "latitude", "longitude"),
        sa.CheckConstraint("capacity BETWEEN 0 AND 20", name="capacity"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    code: Mapped[str] = mapped_column(sa.String(20))
    partner_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("partners.id"))
    # deferred: a file may name the companion on a later line
    companion_id: Mapped[str | None] = mapped_column(
        Id, sa.ForeignKey("volunteers.id", deferrable=True, initially="DEFERRED")
    )
    kind: Mapped[VolunteerKind] = mapped_column(EnumText(VolunteerKind))
    state: Mapped[VolunteerState] = mapped_column(EnumText(VolunteerState))
    # why the volunteer is away, and until when that is expected to last
    absence: Mapped[AbsenceReason | None] = mapped_column(EnumText(AbsenceReason))
    absent_until: Mapped[date | None]
    active_since: Mapped[date | None]
    gender: Mapped[Gender] = mapped_column(EnumText(Gender))
    born_by: Mapped[date]
    guardian_consented_on: Mapped[date | None]
    aid_kinds: Mapped[list[Any]]
    skills: Mapped[list[Any]]
    languages: Mapped[list[Any]]
    availability: Mapped[list[Any]]
    capacity: Mapped[int]
    max_distance_m: Mapped[int]
    # rounded to three decimals, about 100 m
    latitude: Mapped[float]
    longitude: Mapped[float]
    registered_at: Mapped[datetime]
    erased_on: Mapped[date | None]
    # keyed digest of the registration, so that importing the same row again is recognised
    registration_index: Mapped[str] = mapped_column(sa.String(64))
    identity_index: Mapped[str | None] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column()

    data_key: Mapped[bytes] = personal()
    name_sealed: Mapped[bytes | None] = personal()
    phone_sealed: Mapped[bytes | None] = personal()
    identity_number_sealed: Mapped[bytes | None] = personal()
    birth_date_sealed: Mapped[bytes | None] = personal()
    guardian_name_sealed: Mapped[bytes | None] = personal()
    guardian_phone_sealed: Mapped[bytes | None] = personal()
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    identity_number = Sealed("identity_number_sealed")
    birth_date = Sealed("birth_date_sealed")
    guardian_name = Sealed("guardian_name_sealed")
    guardian_phone = Sealed("guardian_phone_sealed")

    partner: Mapped[Partner | None] = relationship()
    companion: Mapped[Volunteer | None] = relationship(remote_side=[id])
    clearances: Mapped[list[Clearance]] = relationship(
        order_by="Clearance.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = versioned(version)


class Clearance(Base):
    """A proof, valid to the end of ``expires_on``; renewed by a row of its own."""

    __tablename__ = "clearances"

    # <volunteer>-<kind>-<issued_on>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    kind: Mapped[ClearanceKind] = mapped_column(EnumText(ClearanceKind))
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    announced_on: Mapped[date | None]
