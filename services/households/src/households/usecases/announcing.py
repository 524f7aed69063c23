"""Telling the others: the payload of each published event, made in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain.codes import CloseReason, ExitReason
from households.domain.states import LIVE, SERVED
from households.models import Concern, FeedbackCall, Household, Need, Referral, Review
from households.queries import rows, views
from servicekit.outbox import publish


def registered(session: Session, household: Household, *, now: datetime) -> None:
    """household.registered"""
    _household(session, "household.registered", household, _place(household), now)


def verified(session: Session, household: Household, *, now: datetime) -> None:
    """household.verified, in a new version."""
    household.version += 1
    _household(
        session, "household.verified", household, {"valid_until": household.valid_until}, now
    )


def moved(session: Session, household: Household, *, now: datetime) -> None:
    """household.moved, in a new version."""
    household.version += 1
    _household(session, "household.moved", household, _place(household), now)


def exited(session: Session, household: Household, reason: ExitReason, *, now: datetime) -> None:
    """household.exited, in a new version."""
    household.version += 1
    _household(session, "household.exited", household, {"reason": reason}, now)


def erased(session: Session, household: Household, *, now: datetime) -> None:
    """household.erased, with the last version of each need: older news of it is of no use."""
    for need in household.needs:
        need.version += 1
    last = [{"need": n.id, "status": n.status, "version": n.version} for n in household.needs]
    _household(session, "household.erased", household, {"needs": last}, now)


def raised(session: Session, need: Need, *, now: datetime) -> None:
    """need.raised, if the household is served yet; again in a new version."""
    if need.household.status not in SERVED:
        return
    if need.announced:
        need.version += 1
    need.announced = True
    _need_facts(session, "need.raised", need, now)


def changed(session: Session, need: Need, *, now: datetime) -> None:
    """need.changed in a new version, if anybody has heard of the need."""
    if need.announced:
        need.version += 1
        _need_facts(session, "need.changed", need, now)


def all_changed(session: Session, household: Household, *, now: datetime) -> None:
    """need.changed for each live need: the household lives elsewhere or lets in others."""
    for need in household.needs:
        if need.status in LIVE:
            changed(session, need, now=now)


def closed(session: Session, need: Need, reason: CloseReason, *, now: datetime) -> None:
    """need.closed in a new version, if anybody has heard of the need."""
    if need.announced:
        need.version += 1
        facts = {"status": need.status, "reason": reason}
        _need(session, "need.closed", need, facts, now)


def review_due(session: Session, review: Review, *, now: datetime) -> None:
    """review.due"""
    _about(session, "review.due", "review", review, {"due_on": review.due_on}, now)


def concern_raised(session: Session, concern: Concern, *, now: datetime) -> None:
    """concern.raised"""
    facts = {"urgency": concern.urgency, "need": concern.need_id, "visit": concern.visit}
    _about(session, "concern.raised", "concern", concern, facts, now)


def referral_requested(session: Session, referral: Referral, *, now: datetime) -> None:
    """referral.requested"""
    facts = {"urgency": referral.concern.urgency, "due_on": referral.due_on}
    _referral(session, "referral.requested", referral, facts, now)


def referral_returned(session: Session, referral: Referral, *, now: datetime) -> None:
    """referral.returned"""
    _referral(session, "referral.returned", referral, {"reason": referral.return_reason}, now)


def referral_overdue(session: Session, referral: Referral, *, now: datetime) -> None:
    """referral.overdue"""
    facts = {"status": referral.status, "due_on": referral.due_on}
    _referral(session, "referral.overdue", referral, facts, now)


def feedback_mismatched(session: Session, call: FeedbackCall, *, now: datetime) -> None:
    """feedback.mismatched"""
    facts = {"visit": call.visit, "outcome": call.outcome}
    _about(session, "feedback.mismatched", "feedback", call, facts, now)


def _place(household: Household) -> dict[str, Any]:
    return {
        "status": household.status,
        "latitude": household.latitude,
        "longitude": household.longitude,
    }


def _household(
    session: Session, type_: str, household: Household, facts: dict[str, Any], now: datetime
) -> None:
    data = {
        "community": household.community,
        "version": household.version,
        "household": household.id,
        **facts,
    }
    publish(session, type_, subject=household.id, version=household.version, data=data, now=now)


def _need(session: Session, type_: str, need: Need, facts: dict[str, Any], now: datetime) -> None:
    _about(session, type_, "need", need, facts, now)


def _referral(
    session: Session, type_: str, referral: Referral, facts: dict[str, Any], now: datetime
) -> None:
    _about(session, type_, "referral", referral, {"concern": referral.concern_id, **facts}, now)


def _about(
    session: Session,
    type_: str,
    what: str,
    row: Need | Review | Concern | Referral | FeedbackCall,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Publish an event about something of a household, in its present version."""
    data = {
        "community": row.community,
        "version": row.version,
        what: row.id,
        "household": row.household_id,
        **facts,
    }
    publish(session, type_, subject=row.id, version=row.version, data=data, now=now)


def _need_facts(session: Session, type_: str, need: Need, now: datetime) -> None:
    household = need.household
    facts = {
        "aid_kind": need.aid_kind,
        "service": need.service,
        "urgency": need.urgency,
        "raised_on": need.raised_on,
        "frequency": need.frequency,
        "minutes": need.minutes,
        "slots": need.slots,
        "skills": need.skills,
        "languages": need.languages,
        "involves_minor": views.serves_minor(need, rows.today(session, now)),
        "grade": need.grade,
        "gender": household.restriction.gender,
        "minors_welcome": household.restriction.minors_welcome,
        "starts_on": need.starts_on,
        "ends_on": need.ends_on,
        "latitude": household.latitude,
        "longitude": household.longitude,
        "status": need.status,
    }
    _need(session, type_, need, facts, now)
