"""Activities, their sessions and staff, and who takes part in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from servicekit.privacy import Sealed
from volunteers.domain.activities import (
    ActivityKind,
    CancelReason,
    EnrolmentState,
    Relation,
    SessionState,
)
from volunteers.models.people import personal
from volunteers.models.schema import Base, Community, Id, versioned

Time = sa.String(5)


class SchoolBreak(Base):
    """Days on which school is closed, as the school said, or somebody by hand."""

    __tablename__ = "school_breaks"

    # <community>-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Activity(Base):
    """What sessions of one kind have in common, and on which days they are: ``rule`` (RFC 5545)."""

    __tablename__ = "activities"
    __table_args__ = (sa.Index(None, "community", "kind"),)

    # <community>-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    kind: Mapped[ActivityKind] = mapped_column(EnumText(ActivityKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    host_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("partners.id"))
    break_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("school_breaks.id"))
    rule: Mapped[str | None] = mapped_column(sa.String(200))
    starts_on: Mapped[date]
    # none: it goes on
    ends_on: Mapped[date | None]
    start: Mapped[str] = mapped_column(Time)
    end: Mapped[str] = mapped_column(Time)
    place: Mapped[str] = mapped_column(sa.String(200))
    capacity: Mapped[int]
    # children per adult
    ratio: Mapped[int | None]
    age_from: Mapped[int | None]
    age_until: Mapped[int | None]
    # until the end of this day wishes are collected; then places go to those in greatest need
    collects_until: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = versioned(version)


class ActivitySession(Base):
    """One date of an activity: local date and times of day. Locked by whoever changes places."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.Index(None, "community", "on"),
        sa.Index(None, "state", "on"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
    )

    # <activity>-<date>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    activity_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("activities.id"), index=True)
    on: Mapped[date]
    start: Mapped[str] = mapped_column(Time)
    end: Mapped[str] = mapped_column(Time)
    place: Mapped[str] = mapped_column(sa.String(200))
    capacity: Mapped[int]
    ratio: Mapped[int | None]
    state: Mapped[SessionState] = mapped_column(EnumText(SessionState))
    # with how many adults it was last told to be short of them
    told_adults: Mapped[int | None]
    reminded: Mapped[bool]
    version: Mapped[int] = mapped_column()

    activity: Mapped[Activity] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = versioned(version)


class SessionStaff(Base):
    """A volunteer who looks after a session."""

    __tablename__ = "session_staff"

    session_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("sessions.id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(
        Id, sa.ForeignKey("volunteers.id"), primary_key=True, index=True
    )


class Participant(Base):
    """A pupil, or a grown-up, who takes part. What identifies the person is sealed."""

    __tablename__ = "participants"

    # <community>-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    # the last day of the birth month; none where a grown-up did not say
    born_by: Mapped[date | None]
    grounds: Mapped[list[Any]]
    consented_on: Mapped[date | None]
    erased_on: Mapped[date | None]
    # keyed digest, so that registering the same person again is recognised
    registration_index: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column()

    data_key: Mapped[bytes] = personal()
    name_sealed: Mapped[bytes | None] = personal()
    phone_sealed: Mapped[bytes | None] = personal()
    birth_date_sealed: Mapped[bytes | None] = personal()
    guardian_sealed: Mapped[bytes | None] = personal()
    health_sealed: Mapped[bytes | None] = personal()
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    birth_date = Sealed("birth_date_sealed")
    guardian = Sealed("guardian_sealed")
    health = Sealed("health_sealed")

    pick_ups: Mapped[list[PickUp]] = relationship(
        order_by="PickUp.id", back_populates="participant"
    )

    __mapper_args__ = versioned(version)


class PickUp(Base):
    """Somebody to whom a child may be given; sealed with the child's key."""

    __tablename__ = "pick_ups"

    # <participant>-U<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    participant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("participants.id"), index=True)
    relation: Mapped[Relation] = mapped_column(EnumText(Relation))
    revoked_on: Mapped[date | None]

    name_sealed: Mapped[bytes | None] = personal()
    phone_sealed: Mapped[bytes | None] = personal()
    name = Sealed("name_sealed", key_of="participant")
    phone = Sealed("phone_sealed", key_of="participant")

    participant: Mapped[Participant] = relationship(back_populates="pick_ups")


class Enrolment(Base):
    """Somebody's place in a session, or the wish for one. A party keeps together."""

    __tablename__ = "enrolments"
    __table_args__ = (
        # nobody has two places in one session
        sa.Index(
            "uq_enrolments_one_live_each",
            "session_id",
            "participant_id",
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        ),
        sa.Index(None, "session_id", "state"),
        sa.Index(None, "participant_id"),
    )

    # <session>-<participant's code>-<attempt>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    session_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("sessions.id"))
    participant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("participants.id"))
    # the id of the party's first enrolment
    party: Mapped[str] = mapped_column(Id)
    state: Mapped[EnrolmentState] = mapped_column(EnumText(EnrolmentState))
    live: Mapped[bool]
    need: Mapped[int]
    passed: Mapped[int]
    enrolled_at: Mapped[datetime]
    offer_until: Mapped[datetime | None]
    reason: Mapped[CancelReason | None] = mapped_column(EnumText(CancelReason))
    signed_in_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    collected_by_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("pick_ups.id"))
    late_told: Mapped[bool]
    version: Mapped[int] = mapped_column()

    session: Mapped[ActivitySession] = relationship()
    participant: Mapped[Participant] = relationship()

    __mapper_args__ = versioned(version)
