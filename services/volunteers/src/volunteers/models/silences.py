"""Needs that nobody has visited for longer than their cadence."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from volunteers.domain.codes import SilenceLevel
from volunteers.models.helping import Pairing
from volunteers.models.schema import Base, Community, Id


class Silence(Base):
    """A level that a need's silence reached: told once, by the natural key."""

    __tablename__ = "silences"
    __table_args__ = (sa.Index(None, "community", "ended_on"),)

    # <need>-S<the day of the last help>-<level>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    pairing_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("pairings.id"), index=True)
    level: Mapped[SilenceLevel] = mapped_column(EnumText(SilenceLevel))
    since: Mapped[date]
    noticed_on: Mapped[date]
    ended_on: Mapped[date | None]

    pairing: Mapped[Pairing] = relationship()
