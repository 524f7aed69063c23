"""Reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, lazyload

from notifications import rulebook
from notifications.domain.codes import (
    ChannelCode,
    NotificationState,
    StaffRole,
)
from notifications.domain.rules import Person, Rule, Scene, notice_id
from notifications.domain.timing import Away, Preference
from notifications.models import (
    Absence,
    Alert,
    CalendarDay,
    Delivery,
    Duty,
    Notification,
    PairingSeen,
    RuleChange,
    StaffMember,
    StaffPlace,
    TemplateText,
)
from servicekit.errors import NotFound
from servicekit.workdays import workdays


def member(session: Session, staff: str) -> StaffMember:
    """One member of staff; raises NotFound."""
    found = session.get(StaffMember, staff)
    if found is None:
        raise NotFound("staff member", staff)
    return found


def notification(session: Session, key: str) -> Notification:
    """One notification; raises NotFound."""
    found = session.get(Notification, key)
    if found is None:
        raise NotFound("notification", key)
    return found


def scene(session: Session, community: str, *, now: datetime) -> Scene:
    """The community's staff and calendar as the rules see them, the staff by id."""
    zone: ZoneInfo = session.info["zone"]
    here = _staff_of(community).options(lazyload(StaffMember.places))  # the rules need no other
    staff = session.scalars(here.order_by(StaffMember.id)).all()
    absences = _absences(session, [row.id for row in staff], now.astimezone(zone).date())
    return Scene(
        staff=[_person(row, absences[row.id]) for row in staff],
        now=now,
        zone=zone,
        workdays=workdays(_overrides(session, community)),
        on_duty=_on_duty(session, community, now),
    )


def person(session: Session, staff: str) -> Person:
    """A member as the rules see them, without their absences."""
    return _person(member(session, staff), [])


def _person(row: StaffMember, absences: Sequence[Away]) -> Person:
    given = {ChannelCode.INAPP: True, ChannelCode.EMAIL: row.has_email}
    given |= {ChannelCode.SMS: row.phone_sealed is not None and bool(row.data_key)}
    others = row.addresses_sealed is not None and bool(row.data_key)
    preference = Preference(
        quiet_from=time.fromisoformat(row.quiet_from),
        quiet_until=time.fromisoformat(row.quiet_until),
        rests_on_days_off=row.rests_on_days_off,
        digest=row.digest,
        digest_at=time.fromisoformat(row.digest_at),
        digest_weekday=row.digest_weekday,
        absences=tuple(absences),
    )
    return Person(
        id=row.id,
        role=row.role,
        aid_kinds=frozenset(row.aid_kinds),
        channels=tuple(ChannelCode(code) for code in row.channels),
        reachable=frozenset(code for code in ChannelCode if given.get(code, others)),
        preference=preference,
        cover=row.cover,
    )


def _absences(session: Session, staff: Sequence[str], today: date) -> dict[str, list[Away]]:
    found: dict[str, list[Away]] = defaultdict(list)
    current = select(Absence).where(Absence.staff.in_(staff), Absence.last_on >= today)
    for row in session.scalars(current.order_by(Absence.first_on)):
        found[row.staff].append(Away(row.first_on, row.last_on, row.cover))
    return found


def _on_duty(session: Session, community: str, now: datetime) -> frozenset[str]:
    duty = (Duty.community == community, Duty.starts_at <= now, Duty.ends_at > now)
    return frozenset(session.scalars(select(Duty.staff).where(*duty)))


def _overrides(session: Session, community: str) -> dict[date, bool]:
    """What is otherwise than the calendar says: everywhere, and in the community before that."""
    days = select(CalendarDay).where(CalendarDay.community.in_(["", community]))
    rows = session.scalars(days.order_by(CalendarDay.community))
    return {row.day: row.workday for row in rows}


class Reader:
    """What the events of a batch ask again and again, read once: rules, staff and calendar.

    ``pairings`` are held, so that the session still knows them when they are asked for.
    """

    def __init__(self, session: Session, pairings: Sequence[PairingSeen] = ()) -> None:
        self._session, self._pairings = session, pairings
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._scenes: dict[str, Scene] = {}

    def rules(self, community: str) -> tuple[Rule, ...]:
        if community not in self._rules:
            self._rules[community] = rules_of(self._session, community)
        return self._rules[community]

    def scene(self, community: str, *, now: datetime, pairing: str | None) -> Scene:
        if community not in self._scenes:
            self._scenes[community] = scene(self._session, community, now=now)
        seen = self._session.get(PairingSeen, pairing) if pairing else None
        coordinator = seen.coordinator if seen else None
        return replace(self._scenes[community], now=now, coordinator=coordinator)


def rules_of(session: Session, community: str) -> tuple[Rule, ...]:
    """The rules that hold in a community: those that ship, with what it changed."""
    rows = session.scalars(select(RuleChange).where(RuleChange.community == community))
    return rulebook.effective({row.name: row.entry for row in rows})


def rule_of(session: Session, community: str, name: str) -> Rule | None:
    """The rule of that name, where it still exists."""
    return next((rule for rule in rules_of(session, community) if rule.name == name), None)


def find_staff(
    session: Session, community: str, role: StaffRole | None, *, page: int, size: int
) -> dict[str, Any]:
    """One page of a community's staff, by id."""
    found = _staff_of(community)
    if role is not None:
        found = found.where(StaffMember.role == role)
    return _page(session, found, [StaffMember.id], page, size)


def absences(session: Session, staff: Iterable[str], today: date) -> list[Absence]:
    """Who of ``staff`` is away today or later, by the first day."""
    found = select(Absence).where(Absence.staff.in_(set(staff)), Absence.last_on >= today)
    return list(session.scalars(found.order_by(Absence.first_on, Absence.staff)))


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


def listed(session: Session, told: Notification, limit: int = 20) -> Sequence[Alert]:
    """The first of the alerts that a notification tells together.

    Who hears of them by an escalation sees those of the colleague who did not answer.
    """
    homes = [told.id]
    if told.on_behalf:
        homes.append(notice_id(told.rule, told.subject, told.on_behalf))
    found = select(Alert).where(Alert.notification.in_(homes))
    return session.scalars(found.order_by(Alert.at, Alert.id).limit(limit)).all()


def template_source(session: Session, name: str, locale: str) -> str | None:
    """The newest text that was written for a template here; None where the shipped one holds."""
    known: dict[tuple[str, str], str | None] = session.info.get("sources", {})
    if (name, locale) not in known:
        found = select(TemplateText.source).where(
            TemplateText.name == name, TemplateText.locale == locale
        )
        newest = found.order_by(TemplateText.version.desc()).limit(1)
        known[name, locale] = session.scalars(newest).first()
    return known[name, locale]


def summary(
    session: Session, community: str, since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """What each member was told by each template: how often, how much of it acknowledged."""
    told = _told_here(session, community, since, until)
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
        .where(*told)
        .group_by(Notification.template, Notification.recipient, StaffMember.role)
        .order_by(Notification.template, Notification.recipient)
    )
    travelled = _deliveries(session, told)
    return [{**row._mapping, "deliveries": travelled[row.template, row.recipient]} for row in rows]


def _told_here(
    session: Session, community: str, since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    """Which notifications are of the community, and of these local days."""
    told = [Notification.community == community]
    zone: ZoneInfo = session.info["zone"]
    if since is not None:
        told.append(Notification.created_at >= datetime.combine(since, time(), zone))
    if until is not None:
        after = datetime.combine(until + timedelta(days=1), time(), zone)
        told.append(Notification.created_at < after)
    return told


def _deliveries(
    session: Session, told: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """(template, recipient) → channel → state → number."""
    columns = (Notification.template, Notification.recipient, Delivery.channel, Delivery.state)
    rows = session.execute(
        select(*columns, func.count())
        .join(Notification, Notification.id == Delivery.notification)
        .where(*told)
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
