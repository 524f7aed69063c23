"""Indicators of projects: each counted anew from the raw rows, whenever somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.activities import EnrolmentState
from volunteers.domain.codes import AidKind
from volunteers.domain.gifts import GiftState
from volunteers.domain.projects import Indicator
from volunteers.domain.visits import HELD
from volunteers.models import (
    ActivitySession,
    Enrolment,
    Gift,
    GiftStep,
    HourEntry,
    NeedCopy,
    Pairing,
    Visit,
)
from volunteers.queries.hours import KIND, believed

CAME = (EnrolmentState.ATTENDED, EnrolmentState.LEFT_EARLY)


@dataclass(frozen=True)
class Scope:
    """What a project counts: its community's rows in its time, perhaps of one aid kind only."""

    community: str
    since: date
    until: date
    aid_kind: AidKind | None = None

    def of(self, model: Any, on: Any) -> list[sa.ColumnElement[bool]]:
        return [model.community == self.community, on.between(self.since, self.until)]

    def kind(self, column: Any) -> list[sa.ColumnElement[bool]]:
        return [] if self.aid_kind is None else [column == self.aid_kind]


def _visits(session: Session, scope: Scope) -> int:
    return _held(session, scope, sa.func.count())


def _households(session: Session, scope: Scope) -> int:
    return _held(session, scope, sa.func.count(Pairing.household.distinct()))


def _volunteers(session: Session, scope: Scope) -> int:
    return _held(session, scope, sa.func.count(Pairing.volunteer_id.distinct()))


def _held(session: Session, scope: Scope, what: Any) -> int:
    wanted = sa.select(what).select_from(Visit).join(Visit.pairing)
    wanted = wanted.where(Visit.state.in_(HELD), *scope.of(Visit, Visit.on))
    return session.scalar(wanted.where(*scope.kind(Pairing.aid_kind))) or 0


def _hours(session: Session, scope: Scope) -> int:
    """Verified and not reversed, whole hours."""
    wanted = believed(sa.func.sum(HourEntry.minutes))
    wanted = wanted.where(*scope.of(HourEntry, HourEntry.on), *scope.kind(KIND))
    return (session.scalar(wanted) or 0) // 60


def _gifts(session: Session, scope: Scope) -> int:
    wanted = (
        sa.select(sa.func.sum(Gift.quantity))
        .join(GiftStep, GiftStep.gift_id == Gift.id)
        .join(NeedCopy, NeedCopy.id == Gift.need_id)
        .where(GiftStep.state == GiftState.RECEIPTED)
        .where(*scope.of(Gift, GiftStep.on), *scope.kind(NeedCopy.aid_kind))
    )
    return session.scalar(wanted) or 0


def _attendance(session: Session, scope: Scope) -> int:
    """Places in sessions that were taken up; they are of no aid kind."""
    if scope.aid_kind is not None:
        return 0
    wanted = (
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .join(ActivitySession, ActivitySession.id == Enrolment.session_id)
        .where(Enrolment.state.in_(CAME), *scope.of(ActivitySession, ActivitySession.on))
    )
    return session.scalar(wanted) or 0


COUNTS: Mapping[Indicator, Callable[[Session, Scope], int]] = {
    Indicator.VISITS: _visits,
    Indicator.HOURS: _hours,
    Indicator.HOUSEHOLDS: _households,
    Indicator.VOLUNTEERS: _volunteers,
    Indicator.GIFTS: _gifts,
    Indicator.ATTENDANCE: _attendance,
}


def counted(session: Session, indicator: Indicator, scope: Scope) -> int:
    """How far an indicator has come."""
    return COUNTS[indicator](session, scope)
