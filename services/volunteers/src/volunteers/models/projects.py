"""Projects: the dossier, its reviews, and the gates it has passed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText, append_only
from volunteers.domain.projects import ProjectState, RejectReason, Route
from volunteers.models.schema import Base, Community, Id, versioned


class Project(Base):
    """A dossier. Goals, budget and papers are lists in it: people write them as one document."""

    __tablename__ = "projects"
    __table_args__ = (
        sa.Index(None, "community", "state"),
        sa.CheckConstraint("ends_on >= starts_on", name="period"),
    )

    # <community>-J<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    title: Mapped[str] = mapped_column(sa.String(100))
    summary: Mapped[str] = mapped_column(sa.Text)
    route: Mapped[Route] = mapped_column(EnumText(Route))
    state: Mapped[ProjectState] = mapped_column(EnumText(ProjectState))
    entered_on: Mapped[date]
    partner_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("partners.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # each with title, indicator, aid_kind and target
    goals: Mapped[list[Any]]
    # each with title, nature, side, planned and actual, in whole yuan
    lines: Mapped[list[Any]]
    # each with paper, reference, filed_on and filed_by
    papers: Mapped[list[Any]]
    # where a copy came from, the first place first: community, project, title and exported_on
    origins: Mapped[list[Any]]
    notice_until: Mapped[date | None]
    reject_reason: Mapped[RejectReason | None] = mapped_column(EnumText(RejectReason))
    # the state whose deadline was announced as passed
    overdue_in: Mapped[ProjectState | None] = mapped_column(EnumText(ProjectState))
    version: Mapped[int] = mapped_column()

    reviews: Mapped[list[ProjectReview]] = relationship(order_by="ProjectReview.id")
    steps: Mapped[list[ProjectStep]] = relationship(order_by="ProjectStep.number")

    __mapper_args__ = versioned(version)


class ProjectReview(Base):
    """What one reviewer gives each of the five tests."""

    __tablename__ = "project_reviews"

    # <project>-<reviewer>
    id: Mapped[str] = mapped_column(sa.String(250), primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("projects.id"), index=True)
    reviewer: Mapped[str] = mapped_column(Id)
    reviewed_on: Mapped[date]
    scores: Mapped[dict[str, Any]]


class ProjectStep(Base):
    """A gate that was passed: when, and who said so. Only ever added."""

    __tablename__ = "project_steps"

    # <project>-<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("projects.id"), index=True)
    number: Mapped[int]
    state: Mapped[ProjectState] = mapped_column(EnumText(ProjectState))
    on: Mapped[date]
    entered_by: Mapped[str] = mapped_column(Id)
    entered_at: Mapped[datetime]


append_only(ProjectStep.__table__)
