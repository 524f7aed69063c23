"""Reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from notifications.domain.codes import ChannelCode, DeliveryState, NotificationState, StaffRole
from notifications.domain.rules import Person
from notifications.models import Delivery, Notification, StaffMember, StaffPlace
from servicekit.errors import NotFound


def member(session: Session, staff: str) -> StaffMember:
    """One member of staff; raises NotFound."""
    found = session.get(StaffMember, staff)
    if found is None:
        raise NotFound("staff member", staff)
    return found


def notification(session: Session, key: str, *, lock: bool = False) -> Notification:
    """One notification; raises NotFound."""
    found = session.get(Notification, key, with_for_update=lock or None)
    if found is None:
        raise NotFound("notification", key)
    return found


def working_for(session: Session, community: str, roles: Iterable[StaffRole]) -> list[Person]:
    """Those who work for a community in one of ``roles``, as the rules see them, by id."""
    rows = session.scalars(
        _staff_of(community).where(StaffMember.role.in_(set(roles))).order_by(StaffMember.id)
    )
    return [
        Person(
            id=row.id,
            role=row.role,
            aid_kinds=frozenset(row.aid_kinds),
            channels=tuple(code for code in ChannelCode if code in row.channels),
            has_email=row.has_email,
        )
        for row in rows
    ]


def find_staff(
    session: Session, community: str, role: StaffRole | None, *, page: int, size: int
) -> dict[str, Any]:
    """One page of a community's staff, by id."""
    found = _staff_of(community)
    if role is not None:
        found = found.where(StaffMember.role == role)
    return _page(session, found, [StaffMember.id], page, size)


def inbox(
    session: Session, staff: str, *, unread_only: bool, page: int, size: int
) -> dict[str, Any]:
    """One page of what a member was told, the newest first."""
    found = select(Notification).where(Notification.recipient == staff)
    if unread_only:
        found = found.where(Notification.read_at.is_(None))
    return _page(session, found, [Notification.created_at.desc(), Notification.id], page, size)


def unread(session: Session, staff: str, keys: Iterable[str]) -> list[Notification]:
    """Those of the named notifications that are the member's and not read yet."""
    return list(
        session.scalars(
            select(Notification).where(
                Notification.recipient == staff,
                Notification.id.in_(set(keys)),
                Notification.read_at.is_(None),
            )
        )
    )


def next_due(session: Session, channels: Iterable[ChannelCode], now: datetime) -> Delivery | None:
    """The delivery that has waited longest for its time, locked; other senders pass it by."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.channel.in_(set(channels)),
            Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)),
            Delivery.next_at <= now,
        )
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def summary(session: Session, community: str) -> list[dict[str, Any]]:
    """What each member was told by each template: how often, how much of it acknowledged."""
    acknowledged = case((Notification.state == NotificationState.ACKNOWLEDGED, 1), else_=0)
    rows = session.execute(
        select(
            Notification.template,
            Notification.recipient,
            StaffMember.role,
            func.count().label("total"),
            func.sum(acknowledged).label("acknowledged"),
        )
        .join(StaffMember, StaffMember.id == Notification.recipient)
        .where(Notification.community == community)
        .group_by(Notification.template, Notification.recipient, StaffMember.role)
        .order_by(Notification.template, Notification.recipient)
    )
    travelled = _deliveries(session, community)
    return [{**row._mapping, "deliveries": travelled[row.template, row.recipient]} for row in rows]


def _deliveries(session: Session, community: str) -> dict[tuple[str, str], dict[str, Any]]:
    """(template, recipient) → channel → state → number."""
    columns = (Notification.template, Notification.recipient, Delivery.channel, Delivery.state)
    rows = session.execute(
        select(*columns, func.count())
        .join(Notification, Notification.id == Delivery.notification)
        .where(Notification.community == community)
        .group_by(*columns)
        .order_by(*columns)
    )
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for template, recipient, channel, state, number in rows:
        found[template, recipient].setdefault(channel.value, {})[state.value] = number
    return found


def _staff_of(community: str) -> Select[StaffMember]:
    places = select(StaffPlace.staff).where(StaffPlace.community == community)
    return select(StaffMember).where(StaffMember.id.in_(places))


def _page(
    session: Session, found: Select[Any], order: Sequence[Any], page: int, size: int
) -> dict[str, Any]:
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery()))
    rows = session.scalars(found.order_by(*order).limit(size).offset((page - 1) * size))
    return {"items": list(rows), "total": total, "page": page, "size": size}
