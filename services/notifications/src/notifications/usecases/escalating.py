"""Nobody takes a notification on: their cover is told, then role after role, and nobody twice.

A level is one transaction: its steps, notifications, deliveries and events commit together with
the escalation's new level, or not at all. So whenever the process dies, the next one goes on where
the last level was committed.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import (
    ChannelCode,
    EscalationReason,
    EscalationState,
    NotificationState,
    Why,
)
from notifications.domain.escalation import Stage, deadline, ladder
from notifications.domain.rules import Rule, Scene, Told, fitting
from notifications.models import Escalation, EscalationStep, Notification
from notifications.usecases.telling import Occasion, Telling, tell_again, timing
from servicekit.db import insert_ignore
from servicekit.outbox import publish

OPEN = frozenset((NotificationState.OPEN, NotificationState.ESCALATED))
"""Somebody is still to take it on."""


def escalation_id(rule: str, subject: str) -> str:
    """The natural key: ``<rule>:<subject>``."""
    return fitting(f"{rule}:{subject}")


def begin(session: Session, tellings: Sequence[Telling]) -> dict[str, int]:
    """From now on somebody has to take each on within the rule's time, or the next level follows.

    Returns the escalations that are new, and the place of the telling that began each.
    """
    rows: dict[str, dict[str, Any]] = {}
    places: dict[str, int] = {}
    for place, each in enumerate(tellings):
        row = _escalation(each)
        rows.setdefault(row["id"], row)
        places.setdefault(row["id"], place)
    made = insert_ignore(session, Escalation.__table__, [rows[key] for key in sorted(rows)])
    return {key: places[key] for key in made}


def _escalation(telling: Telling) -> dict[str, Any]:
    occasion, scene = telling.occasion, telling.scene
    rule = occasion.rule
    subject = occasion.alike(scene) if rule.group_minutes else occasion.subject
    return {
        "id": escalation_id(rule.name, subject),
        "community": occasion.community,
        "rule": rule.name,
        "subject": subject,
        "state": EscalationState.OPEN,
        "level": 0,
        "started_at": scene.now,
        "due_at": deadline(rule, min(timing(rule, each, scene).at for each in telling.told)),
    }


def due(session: Session, *, now: datetime, besides: Collection[str] = ()) -> str | None:
    """The escalation whose deadline passed first; others that look now pass it by."""
    return session.scalars(
        select(Escalation.id)
        .where(
            Escalation.state == EscalationState.OPEN,
            Escalation.due_at <= now,
            Escalation.id.not_in(besides),
        )
        .order_by(Escalation.due_at, Escalation.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def climb(session: Session, key: str, *, now: datetime, working: Container[ChannelCode]) -> int:
    """Tell the next level that has anybody in it; the level reached, or 0 where nothing is due."""
    row = session.get_one(Escalation, key, with_for_update=True)
    if row.state is not EscalationState.OPEN or row.due_at is None or row.due_at > now:
        return 0
    rule = queries.rule_of(session, row.community, row.rule)
    stages = ladder(rule) if rule else []
    scene = queries.scene(session, row.community, now=now)
    first = _first(session, row)
    while rule and row.level < len(stages):
        row.level += 1
        told = _stage(stages[row.level - 1], first, scene)
        if told:
            _tell_level(session, row, rule, told, scene, working)
            return row.level
    row.state, row.closed_at, row.due_at = EscalationState.EXHAUSTED, now, None
    row.version += 1
    return 0


def _first(session: Session, row: Escalation) -> list[Notification]:
    """What the rule's own audience was told, by recipient."""
    later = select(EscalationStep.notification).where(
        EscalationStep.escalation == row.id, EscalationStep.reason != EscalationReason.AGAIN
    )
    found = set(session.scalars(later))
    return [each for each in told_of(session, row.rule, row.subject) if each.id not in found]


def told_of(session: Session, rule: str, subject: str) -> Sequence[Notification]:
    """Everybody's notification of the same thing, by recipient."""
    found = select(Notification).where(Notification.rule == rule, Notification.subject == subject)
    return session.scalars(found.order_by(Notification.recipient)).all()


def _stage(stage: Stage, first: Sequence[Notification], scene: Scene) -> list[Told]:
    """Who is told at a stage; nobody where a role is not filled or no cover is named."""
    if stage.reason is EscalationReason.ROLE:
        return [Told(each, Why.ROLE) for each in scene.staff if each.role is stage.role]
    audience = [each for each in map(scene.person, (row.recipient for row in first)) if each]
    if stage.reason is EscalationReason.AGAIN:
        return [Told(each, Why.ROLE) for each in audience]
    found = {cover.id: cover for cover in map(scene.stand_in, audience) if cover}
    return [Told(cover, Why.COVER) for cover in found.values() if cover not in audience]


def _tell_level(
    session: Session,
    row: Escalation,
    rule: Rule,
    told: Sequence[Told],
    scene: Scene,
    working: Container[ChannelCode],
) -> None:
    stage, source = ladder(rule)[row.level - 1], _first(session, row)[0]
    about = (row.community, row.subject, source.event, source.event_id, source.data)
    told = [Told(each.person, each.why, on_behalf=source.recipient) for each in told]
    occasion = Occasion(rule, *about, alerts=source.alerts)
    new = tell_again(session, occasion, told, scene, working, level=row.level)
    steps = [
        {
            "escalation": row.id,
            "level": row.level,
            "recipient": recipient,
            "reason": stage.reason,
            "notification": key,
            "at": scene.now,
        }
        for recipient, key in new.items()
    ]
    session.execute(sa.insert(EscalationStep), steps)
    _mark_escalated(session, row, told)
    first = min(scene.when(each.person, rule.urgency).at for each in told)
    row.due_at = deadline(rule, first)
    row.version += 1
    _announce(session, row, stage, source, sorted(new), scene.now)


def _mark_escalated(session: Session, row: Escalation, told: Sequence[Told]) -> None:
    """Those who were told before see that it has gone further up."""
    now_told = {each.person.id for each in told}
    for each in told_of(session, row.rule, row.subject):
        if each.state is NotificationState.OPEN and each.recipient not in now_told:
            each.state = NotificationState.ESCALATED
            each.version += 1


def _announce(
    session: Session,
    row: Escalation,
    stage: Stage,
    source: Notification,
    recipients: list[str],
    now: datetime,
) -> None:
    data = {
        "community": row.community,
        "version": row.version,
        "notification": source.id,
        "rule": row.rule,
        "subject": row.subject,
        "level": row.level,
        "reason": stage.reason,
        "recipients": recipients,
    }
    publish(
        session,
        "notification.escalated",
        subject=row.id,
        version=row.version,
        data=data,
        now=now,
    )


def hold(session: Session, told: Notification) -> None:
    """Lock what is about to change: an escalation before what it told, as everybody does here."""
    _locked(session, Escalation, [(told.rule, told.subject)])
    session.refresh(told, with_for_update=True)


def close(
    session: Session, rule: str, subject: str, state: EscalationState, *, by: str, now: datetime
) -> int:
    """Stop an escalation at once; the level it had reached, 0 where there was none."""
    found = _locked(session, Escalation, [(rule, subject)])
    for row in found:
        _close(row, state, by, now)
    return max((row.level for row in found), default=0)


def _close(row: Escalation, state: EscalationState, by: str, now: datetime) -> None:
    if row.state in (EscalationState.OPEN, EscalationState.EXHAUSTED) or (
        state is EscalationState.RESOLVED
    ):
        row.state, row.due_at, row.closed_at, row.closed_by = state, None, now, by
        row.version += 1


def resolve(
    session: Session,
    settled: Mapping[tuple[str, str], tuple[int, str]],
    born: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Settle what events settle: a proposal that was accepted asks for nothing any more.

    ``settled``: rule and subject → place and type of the event in its batch. What the batch made
    afterwards (``born``: by the event in which place) is not settled by it.
    """
    if not settled:
        return
    for row in _locked(session, Escalation, settled):
        place, by = settled[row.rule, row.subject]
        if born.get(row.id, -1) < place:
            _close(row, EscalationState.RESOLVED, by, now)
    for told in _locked(session, Notification, settled):
        if born.get(told.id, -1) < settled[told.rule, told.subject][0]:
            settle(told, now)


Row = TypeVar("Row", Escalation, Notification)


def _locked(session: Session, kind: type[Row], about: Iterable[tuple[str, str]]) -> Sequence[Row]:
    """What there is about these rules and subjects, locked in the order of its ids."""
    these = sa.tuple_(kind.rule, kind.subject).in_(list(about))
    return session.scalars(select(kind).where(these).order_by(kind.id).with_for_update()).all()


def settle(row: Notification, now: datetime) -> None:
    """Nothing is left to do; said twice it changes nothing."""
    if row.state is not NotificationState.RESOLVED:
        row.state, row.resolved_at = NotificationState.RESOLVED, now
        row.version += 1
