"""Hours beside visits, hours in doubt, stars, certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from servicekit.db import EnumText
from servicekit.privacy import Sealed
from volunteers.domain.codes import AidKind
from volunteers.domain.recognition import Evidence, FlagKind, FlagState
from volunteers.models.schema import Base, Community, Id


class TopUp(Base):
    """Hours claimed by hand, with their evidence; the ledger says what became of them."""

    __tablename__ = "top_ups"
    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),)

    # <volunteer>-T<date>T<start>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    aid_kind: Mapped[AidKind] = mapped_column(EnumText(AidKind))
    on: Mapped[date]
    start: Mapped[str] = mapped_column(sa.String(5))
    minutes: Mapped[int]
    evidence: Mapped[Evidence] = mapped_column(EnumText(Evidence))
    requested_by: Mapped[str] = mapped_column(Id)
    requested_at: Mapped[datetime]

    data_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    # what was done, and where the evidence is kept: free text
    note_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    note = Sealed("note_sealed")


class HourFlag(Base):
    """Hours that cannot be, or want an explanation, and what a person found."""

    __tablename__ = "hour_flags"
    __table_args__ = (sa.Index(None, "community", "state"),)

    # <work in doubt>:<kind>:<start of the other work>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    kind: Mapped[FlagKind] = mapped_column(EnumText(FlagKind))
    state: Mapped[FlagState] = mapped_column(EnumText(FlagState))
    # a visit or a top-up
    work: Mapped[str] = mapped_column(Id, index=True)
    other: Mapped[str | None] = mapped_column(Id)
    on: Mapped[date]
    minutes: Mapped[int]
    metres: Mapped[int | None]
    settled_by: Mapped[str | None] = mapped_column(Id)
    settled_at: Mapped[datetime | None]


class StarRule(Base):
    """A community's own table of stars, from a day on."""

    __tablename__ = "star_rules"

    community: Mapped[str] = mapped_column(Community, primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[list[Any]]


class Recognition(Base):
    """A star that somebody reached, and by which table; withdrawn where hours were reversed."""

    __tablename__ = "recognitions"

    # <volunteer>-star<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    star: Mapped[int]
    minutes: Mapped[int]
    reached_on: Mapped[date]
    # the table's first day
    table_since: Mapped[date]
    withdrawn_on: Mapped[date | None]
