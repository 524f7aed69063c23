"""Courses, who has completed them and until when that holds; honours."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from volunteers.domain.codes import ClearanceKind
from volunteers.domain.training import HonourLevel, HonourOf
from volunteers.models.schema import Base, Community, Id


class Course(Base):
    """A course of one or more sessions. ``gates``: papers that hold only while it does."""

    __tablename__ = "courses"
    __table_args__ = (
        sa.CheckConstraint("sessions BETWEEN 1 AND 50", name="sessions"),
        sa.CheckConstraint("valid_months BETWEEN 1 AND 120", name="valid_months"),
    )

    # <community>-TC-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    title: Mapped[str] = mapped_column(sa.String(100))
    sessions: Mapped[int]
    valid_months: Mapped[int]
    gates: Mapped[list[Any]]
    # the paper that completing the course gives
    grants: Mapped[ClearanceKind | None] = mapped_column(EnumText(ClearanceKind))


class Training(Base):
    """A session of a course."""

    __tablename__ = "trainings"
    __table_args__ = (sa.Index(None, "community", "on"),)

    # <course>-<date>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    course_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("courses.id"), index=True)
    on: Mapped[date]
    place: Mapped[str] = mapped_column(sa.String(100))

    course: Mapped[Course] = relationship()


class Attendance(Base):
    """Somebody was there."""

    __tablename__ = "attendances"

    training_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("trainings.id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(
        Id, sa.ForeignKey("volunteers.id"), primary_key=True, index=True
    )


class Completion(Base):
    """Somebody has completed a course, which holds to the end of ``valid_until``."""

    __tablename__ = "completions"

    # <course>-<volunteer's code>-<date>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    course_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("courses.id"), index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    completed_on: Mapped[date]
    valid_until: Mapped[date]
    announced_on: Mapped[date | None]

    course: Mapped[Course] = relationship()


class Honour(Base):
    """An honour of the community, a partner or a volunteer, and where its evidence is kept."""

    __tablename__ = "honours"

    # <community>-HN-<code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    of: Mapped[HonourOf] = mapped_column(EnumText(HonourOf))
    # the community, the partner or the volunteer
    holder: Mapped[str] = mapped_column(Id)
    level: Mapped[HonourLevel] = mapped_column(EnumText(HonourLevel))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(100))
    evidence: Mapped[str] = mapped_column(sa.String(200))
    recorded_by: Mapped[str] = mapped_column(Id)
