"""Tables about staff: who they are, when they may be told, who stands in for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from notifications.domain.codes import DigestPeriod, FeedKind, Locale, StaffRole
from notifications.models.schema import Base
from servicekit.db import EnumText
from servicekit.privacy import Sealed

QUIET_FROM, QUIET_UNTIL, DIGEST_AT = "20:00", "08:00", "08:30"


class StaffMember(Base):
    """Somebody who is told things. Name and addresses are sealed with the member's own key.

    ``channels`` stand in the order in which they are tried; ``cover`` is who stands in. Times of
    day are local; where ``quiet_from`` equals ``quiet_until`` no hour is quiet.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(20))
    role: Mapped[StaffRole] = mapped_column(EnumText(StaffRole))
    locale: Mapped[Locale] = mapped_column(EnumText(Locale))
    channels: Mapped[list[Any]]
    aid_kinds: Mapped[list[Any]]
    cover: Mapped[str | None] = mapped_column(String(120))
    quiet_from: Mapped[str] = mapped_column(String(5), default=QUIET_FROM)
    quiet_until: Mapped[str] = mapped_column(String(5), default=QUIET_UNTIL)
    rests_on_days_off: Mapped[bool] = mapped_column(default=True)
    digest: Mapped[DigestPeriod] = mapped_column(EnumText(DigestPeriod), default=DigestPeriod.NONE)
    digest_at: Mapped[str] = mapped_column(String(5), default=DIGEST_AT)
    digest_weekday: Mapped[int] = mapped_column(default=1)
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    addresses_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    name = Sealed("name_sealed")
    email = Sealed("email_sealed")
    phone = Sealed("phone_sealed")
    _addresses = Sealed("addresses_sealed")

    places: Mapped[list[StaffPlace]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="StaffPlace.community"
    )

    @property
    def communities(self) -> list[str]:
        """The communities whose news the member gets."""
        return [place.community for place in self.places]

    @property
    def has_email(self) -> bool:
        return self.email_sealed is not None and bool(self.data_key)

    @property
    def addresses(self) -> dict[str, str]:
        """Channel → where it reaches the member, for channels other than e-mail and SMS."""
        return dict(json.loads(self._addresses or "{}"))

    @addresses.setter
    def addresses(self, given: Mapping[str, str]) -> None:
        self._addresses = json.dumps(dict(given), sort_keys=True) if given else None


class StaffPlace(Base):
    """A member works for a community, perhaps one of several."""

    __tablename__ = "staff_places"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    community: Mapped[str] = mapped_column(String(12), primary_key=True, index=True)


class Absence(Base):
    """A member is away, both days included; ``cover`` is told instead."""

    __tablename__ = "absences"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    last_on: Mapped[date]
    cover: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Duty(Base):
    """A member is on duty for a community, from a moment until another."""

    __tablename__ = "duties"

    community: Mapped[str] = mapped_column(String(12), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that is otherwise than the published calendar says; community ``""``: everywhere."""

    __tablename__ = "calendar_days"

    community: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    workday: Mapped[bool]


class Feed(Base):
    """A calendar feed that whoever has the link may read. Only the token's digest is kept."""

    __tablename__ = "feeds"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    community: Mapped[str] = mapped_column(String(12))
    kind: Mapped[FeedKind] = mapped_column(EnumText(FeedKind))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
