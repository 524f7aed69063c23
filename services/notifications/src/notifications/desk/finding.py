"""What the desk's inbox shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.domain.codes import NotificationState, Urgency
from notifications.models import Notification, StaffMember, StaffPlace
from notifications.usecases.inbox import plain
from servicekit.actors import OPERATOR, Actor

WAITING = (NotificationState.OPEN, NotificationState.ESCALATED)


@dataclass(frozen=True)
class Filter:
    """``show``: mine, open (everybody's), urgent, done. ``kind``: an aid, or empty for all."""

    show: str
    kind: str
    page: int
    size: int


def inbox(session: Session, actor: Actor, chosen: Filter, locale: str) -> dict[str, Any]:
    """A page of notifications, the newest first, to be written in ``locale``."""
    conditions = [*_whose(actor, chosen), *_which(chosen)]
    total = session.scalar(sa.select(sa.func.count()).select_from(Notification).where(*conditions))
    pages = max(1, -(-(total or 0) // chosen.size))
    page = min(chosen.page, pages)
    wanted = (
        sa.select(Notification, StaffMember)
        .join(StaffMember, StaffMember.id == Notification.recipient)
        .where(*conditions)
        .order_by(Notification.created_at.desc(), Notification.id)
        .limit(chosen.size)
        .offset((page - 1) * chosen.size)
    )
    items = [
        plain(session, row, locale) | {"who": member.name or member.code}
        for row, member in session.execute(wanted).all()
    ]
    return {"items": items, "total": total, "page": page, "pages": pages}


def colleagues(session: Session, member: StaffMember) -> list[StaffMember]:
    """Who can stand in: those who work in every community that the member works in."""
    mine = set(member.communities)
    there = sa.select(StaffPlace.staff).where(StaffPlace.community.in_(mine))
    wanted = sa.select(StaffMember).where(StaffMember.id.in_(there)).order_by(StaffMember.id)
    rows = session.scalars(wanted)
    return [row for row in rows if row.id != member.id and mine <= set(row.communities)]


def names_of(session: Session, staff: Iterable[str]) -> dict[str, str]:
    """The names of members of staff."""
    rows = session.scalars(sa.select(StaffMember).where(StaffMember.id.in_(set(staff))))
    return {row.id: row.name or row.code for row in rows}


def _whose(actor: Actor, chosen: Filter) -> list[sa.ColumnElement[bool]]:
    if chosen.show != "open":
        return [Notification.recipient == actor.id]
    if actor.role == OPERATOR:
        return []
    # as use cases have it: an administrator looks after the inboxes of the own communities' staff
    colleagues = sa.select(StaffMember.id).where(StaffMember.community.in_(actor.communities))
    return [
        Notification.community.in_(actor.communities),
        Notification.recipient.in_(colleagues),
    ]


def _which(chosen: Filter) -> list[sa.ColumnElement[bool]]:
    waits = Notification.state.in_(WAITING)
    found: list[sa.ColumnElement[bool]] = [sa.not_(waits) if chosen.show == "done" else waits]
    if chosen.show == "urgent":
        found.append(Notification.urgency == Urgency.URGENT)
    if chosen.kind:
        found.append(Notification.data["aid_kind"].as_string() == chosen.kind)
    return found
