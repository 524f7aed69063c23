"""Nobody takes a notification on: their cover is told, then role after role, and nobody twice.

A level is one transaction: its steps, notifications, deliveries and events commit together with
the escalation's new level, or not at all. So whenever the process dies, the next one goes on where
the last level was committed.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from datetime import datetime

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
from notifications.domain.rules import Happening, Rule, Scene, Told, fitting, subject_of
from notifications.models import Escalation, EscalationStep, Notification
from notifications.usecases.telling import Occasion, tell_again, timing
from servicekit.db import insert_ignore
from servicekit.outbox import publish

OPEN = frozenset((NotificationState.OPEN, NotificationState.ESCALATED))
"""Somebody is still to take it on."""


def escalation_id(rule: str, subject: str) -> str:
    """The natural key: ``<rule>:<subject>``."""
    return fitting(f"{rule}:{subject}")


def begin(session: Session, occasion: Occasion, told: Sequence[Told], scene: Scene) -> None:
    """From now on somebody has to take it on within the rule's time, or the next level follows."""
    rule = occasion.rule
    subject = occasion.alike(scene) if rule.group_minutes else occasion.subject
    first = min(timing(rule, each, scene).at for each in told)
    row = {
        "id": escalation_id(rule.name, subject),
        "community": occasion.community,
        "rule": rule.name,
        "subject": subject,
        "state": EscalationState.OPEN,
        "level": 0,
        "started_at": scene.now,
        "due_at": deadline(rule, first),
    }
    insert_ignore(session, Escalation.__table__, [row])


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


def close(
    session: Session, rule: str, subject: str, state: EscalationState, *, by: str, now: datetime
) -> int:
    """Stop an escalation at once; the level it had reached, 0 where there was none."""
    found = select(Escalation).where(Escalation.rule == rule, Escalation.subject == subject)
    row = session.scalars(found.with_for_update()).first()
    if row is None:
        return 0
    if row.state in (EscalationState.OPEN, EscalationState.EXHAUSTED) or (
        state is EscalationState.RESOLVED
    ):
        row.state, row.due_at, row.closed_at, row.closed_by = state, None, now, by
        row.version += 1
    return row.level


def resolve_by(
    session: Session, rules: Iterable[Rule], happening: Happening, *, now: datetime
) -> None:
    """Settle what an event settles: a proposal that was accepted asks for nothing any more."""
    for rule in rules:
        if happening.type in rule.resolved_by:
            subject = subject_of(rule, happening)
            for row in told_of(session, rule.name, subject):
                settle(row, now)
            close(
                session,
                rule.name,
                subject,
                EscalationState.RESOLVED,
                by=happening.type,
                now=now,
            )


def settle(row: Notification, now: datetime) -> None:
    """Nothing is left to do; said twice it changes nothing."""
    if row.state is not NotificationState.RESOLVED:
        row.state, row.resolved_at = NotificationState.RESOLVED, now
        row.version += 1
