"""What goes with a club: questions, materials, topics; and the members of an association."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.db import EnumText
from servicekit.privacy import Sealed
from volunteers.domain.activities import MemberRole
from volunteers.models.activities import Participant
from volunteers.models.people import Partner, personal
from volunteers.models.schema import Base, Community, Id, versioned


class Question(Base):
    """What somebody wants to know at a session, sent ahead; sealed, for it may speak of people."""

    __tablename__ = "questions"

    # <session>-Q<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    session_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("sessions.id"), index=True)
    participant_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("participants.id"))
    asked_at: Mapped[datetime]

    data_key: Mapped[bytes] = personal()
    text_sealed: Mapped[bytes | None] = personal()
    text = Sealed("text_sealed")


class Material(Base):
    """What is handed out after a session: a title and where to find it."""

    __tablename__ = "materials"

    # <session>-M<number>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    session_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("sessions.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    address: Mapped[str] = mapped_column(sa.String(500))


class Topic(Base):
    """What people would like to hear about, until an activity takes it up."""

    __tablename__ = "topics"

    # <community>-T<digest of the title>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    activity_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("activities.id"))


class TopicWish(Base):
    """Somebody wishes for a topic; each counts once."""

    __tablename__ = "topic_wishes"

    topic_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("topics.id"), primary_key=True)
    participant_id: Mapped[str] = mapped_column(
        Id, sa.ForeignKey("participants.id"), primary_key=True
    )


class Member(Base):
    """Somebody belongs to an association, from a day until they leave."""

    __tablename__ = "members"
    __table_args__ = (sa.Index(None, "association_id", "left_on"),)

    # <association>-<participant's code>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    association_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("partners.id"))
    participant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("participants.id"))
    role: Mapped[MemberRole] = mapped_column(EnumText(MemberRole))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    # once they help with the four aids
    volunteer_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("volunteers.id"))
    version: Mapped[int] = mapped_column()

    association: Mapped[Partner] = relationship()
    participant: Mapped[Participant] = relationship()

    __mapper_args__ = versioned(version)
