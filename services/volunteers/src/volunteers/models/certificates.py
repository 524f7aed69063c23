"""What is handed out: certificates, and what a pupil has learned."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicekit.privacy import Sealed
from volunteers.models.people import Volunteer
from volunteers.models.schema import Base, Community, Id


class Certificate(Base):
    """A service certificate as it was issued; the name is the volunteer's, sealed there."""

    __tablename__ = "certificates"

    # the serial: <volunteer>-Z<date><number of the day>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community, index=True)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    check_code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    issuer: Mapped[str] = mapped_column(sa.String(200))
    since: Mapped[date]
    until: Mapped[date]
    minutes: Mapped[int]
    content: Mapped[list[Any]]
    issued_on: Mapped[date]
    issued_by: Mapped[str] = mapped_column(Id)
    revoked_on: Mapped[date | None]

    volunteer: Mapped[Volunteer] = relationship()


class Lesson(Base):
    """What a pupil learned on a day, in words."""

    __tablename__ = "lessons"

    # <volunteer>-L<date>
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    community: Mapped[str] = mapped_column(Community)
    volunteer_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("volunteers.id"), index=True)
    on: Mapped[date]
    words_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    words = Sealed("words_sealed", key_of="volunteer")

    volunteer: Mapped[Volunteer] = relationship()
