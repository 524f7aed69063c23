"""The help given: copies of needs, pairings, visits, the hours ledger, and the runs of matching."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText, append_only
from servicekit.privacy import Sealed
from volunteers.domain.codes import (
    AidKind,
    DeclineReason,
    EndReason,
    HoursDoubt,
    HoursState,
    NeedStatus,
    PairingState,
    Party,
    VisitState,
)
from volunteers.domain.states import LIVE
from volunteers.models.people import Volunteer
from volunteers.models.schema import Base, Community, Id, versioned


class NeedCopy(Base):
    """What the households service last said about a need, and in which version.

    A need that closes before it was ever seen open is kept with no ``facts``, so that the
    older news, when it arrives, is recognised as old.
    """

    __tablename__ = "need_copies"
    __table_args__ = (sa.Index(None, "community", "status"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    household: Mapped[str] = mapped_column(Id, index=True)
    status: Mapped[NeedStatus] = mapped_column(EnumText(NeedStatus))
    aid_kind: Mapped[AidKind | None] = mapped_column(EnumText(AidKind))
    # the data of the last need.raised or need.changed, as JSON
    facts: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column()


class Pairing(Base):
    """A period in which one volunteer helps with one need, from proposal to end.

    ``frozen`` and ``contributions`` are what the proposal was computed from and how: they answer
    "why" for ever, whatever changes later.
    """

    __tablename__ = "pairings"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "attempt"),
        # one primary per need: the database itself forbids a second
        sa.Index(
            "uq_pairings_one_live_per_need",
            "need_id",
            unique=True,
            sqlite_where=sa.column("state").in_([str(state) for state in LIVE]),
            postgresql_where=sa.column("state").in_([str(state) for state in LIVE]),
        ),
        sa.Index(None, "community", "state"),
        sa.Index(None, "volunteer_id", "state"),
    )

    # <need>-A<attempt>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    need_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("need_copies.id"))
    household: Mapped[str] = mapped_column(Id, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    backup_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    aid_kind: Mapped[AidKind] = mapped_column(EnumText(AidKind))
    attempt: Mapped[int]
    state: Mapped[PairingState] = mapped_column(EnumText(PairingState))
    score: Mapped[int]
    rules: Mapped[str] = mapped_column(sa.String(80))
    frozen: Mapped[dict[str, Any]]
    contributions: Mapped[list[Any]]
    manual: Mapped[bool]
    proposed_at: Mapped[datetime]
    # local times of the week agreed at the start; visits follow them
    slots: Mapped[list[Any]]
    starts_on: Mapped[date | None]
    planned_until: Mapped[date | None]
    confirmed: Mapped[bool]
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(EnumText(EndReason))
    declined_by: Mapped[Party | None] = mapped_column(EnumText(Party))
    decline_reason: Mapped[DeclineReason | None] = mapped_column(EnumText(DeclineReason))
    version: Mapped[int] = mapped_column()

    # free text about people: why a coordinator chose against the proposal
    data_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    override_reason_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    override_reason = Sealed("override_reason_sealed")

    need: Mapped[NeedCopy] = relationship()
    volunteer: Mapped[Volunteer] = relationship(foreign_keys=[volunteer_id])

    __mapper_args__ = versioned(version)

    @property
    def carer_id(self) -> str:
        """Who comes now: while it is handed over, the backup."""
        handed_over = self.state == PairingState.HANDOVER
        return self.backup_id if handed_over and self.backup_id else self.volunteer_id


class Decline(Base):
    """A volunteer who is not proposed again for a need."""

    __tablename__ = "declines"

    # the pairing that was declined
    id: Mapped[str] = mapped_column(Id, sa.ForeignKey("pairings.id"), primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    need_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("need_copies.id"), index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    declined_by: Mapped[Party] = mapped_column(EnumText(Party))
    reason: Mapped[DeclineReason] = mapped_column(EnumText(DeclineReason))
    declined_at: Mapped[datetime]


class Visit(Base):
    """One appointment: local date and times of day, and what became of it."""

    __tablename__ = "visits"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "on", "start"),
        sa.Index(None, "community", "on", "state"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.CheckConstraint("minutes_done BETWEEN 0 AND 1440", name="minutes_done"),
    )

    # <pairing>-<date>T<start>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    pairing_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("pairings.id"))
    # who comes instead of the pairing's volunteer: its backup, as long as it is handed over
    stand_in_id: Mapped[str | None] = mapped_column(Id)
    on: Mapped[date]
    start: Mapped[str] = mapped_column(sa.String(5))
    end: Mapped[str] = mapped_column(sa.String(5))
    minutes: Mapped[int]
    state: Mapped[VisitState] = mapped_column(EnumText(VisitState))
    minutes_done: Mapped[int | None]
    logged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    data_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    note_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    note = Sealed("note_sealed")

    pairing: Mapped[Pairing] = relationship()

    __mapper_args__ = versioned(version)

    @property
    def visitor_id(self) -> str:
        """Who comes, and whose hours it gives."""
        return self.stand_in_id or self.pairing.volunteer_id


class HourEntry(Base):
    """A line of the hours ledger. Lines are only ever added; a correction is a line of its own."""

    __tablename__ = "hour_entries"
    __table_args__ = (
        sa.UniqueConstraint("visit_id", "state"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.CheckConstraint("(visit_id IS NULL) <> (top_up_id IS NULL)", name="one_source"),
    )

    # <visit or top-up>-<state>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    visit_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("visits.id"))
    top_up_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("top_ups.id"), index=True)
    state: Mapped[HoursState] = mapped_column(EnumText(HoursState))
    on: Mapped[date]
    minutes: Mapped[int]
    doubt: Mapped[HoursDoubt | None] = mapped_column(EnumText(HoursDoubt))
    entered_by: Mapped[str] = mapped_column(Id)
    entered_at: Mapped[datetime]

    @property
    def work(self) -> str:
        """What the hours are for: a visit or a top-up."""
        return self.visit_id or self.top_up_id or ""


append_only(HourEntry.__table__)


class MatchRun(Base):
    """A global run of matching that proposed something; packed, what it was computed from."""

    __tablename__ = "match_runs"

    # <community>-R<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    rules: Mapped[str] = mapped_column(sa.String(80))
    ran_at: Mapped[datetime]
    needs: Mapped[int]
    volunteers: Mapped[int]
    proposed: Mapped[int]
    unmatched: Mapped[int]
    # null in runs from before they were kept
    inputs: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    result: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)


class MatchProgress(Base):
    """A run that is going on; without its row it ends before its next stage."""

    __tablename__ = "match_progress"

    community: Mapped[str] = mapped_column(Community, primary_key=True)
    began_at: Mapped[datetime]
    stage: Mapped[str] = mapped_column(sa.String(20))
    done: Mapped[int]
    of: Mapped[int]


class MatchingRules(Base):
    """A community's own weights and bounds; where it has none, the default rules apply."""

    __tablename__ = "matching_rules"

    community: Mapped[str] = mapped_column(Community, primary_key=True)
    data: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
