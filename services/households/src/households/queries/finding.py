"""Lists in pages, in an order that stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from households.domain.states import LIVE
from households.models import Concern, FeedbackCall, Household, Member, Need, Referral, Review
from households.queries.rows import identity_digest, today
from households.queries.views import (
    TO_DO,
    View,
    concern_view,
    feedback_view,
    household_view,
    need_view,
    referral_view,
    review_view,
)
from servicekit.actors import Actor


def find_households(
    session: Session, wanted: Mapping[str, Any], *, now: datetime, actor: Actor
) -> View:
    """A page of households; only those who work for the community may look for a person."""
    statement = sa.select(Household).where(Household.community == wanted["community"])
    if wanted["status"]:
        statement = statement.where(Household.status == wanted["status"])
    if wanted["building"]:
        statement = statement.where(Household.building == wanted["building"])
    if wanted["code"]:
        statement = statement.where(Household.code.startswith(wanted["code"], autoescape=True))
    if wanted["aid_kind"]:
        kind = sa.and_(Need.aid_kind == wanted["aid_kind"], Need.status.in_(LIVE))
        statement = statement.where(Household.needs.any(kind))
    if wanted["identity_number"]:
        actor.require(wanted["community"])
        digest = identity_digest(session, wanted["identity_number"])
        statement = statement.where(Household.members.any(Member.identity_index == digest))
    loads = (
        selectinload(Household.members),
        selectinload(Household.reviews),
        selectinload(Household.restriction),
    )
    day = today(session, now)
    order = statement.order_by(Household.id).options(*loads)
    return _page(session, order, wanted, lambda row: household_view(row, day=day))


def find_needs(session: Session, wanted: Mapping[str, Any], *, now: datetime) -> View:
    """A page of needs, the longest known first."""
    statement = sa.select(Need).where(Need.community == wanted["community"])
    if wanted["status"]:
        statement = statement.where(Need.status == wanted["status"])
    if wanted["aid_kind"]:
        statement = statement.where(Need.aid_kind == wanted["aid_kind"])
    loads = (
        selectinload(Need.member),
        selectinload(Need.household).selectinload(Household.restriction),
    )
    day = today(session, now)
    order = statement.order_by(Need.raised_on, Need.id).options(*loads)
    return _page(session, order, wanted, lambda row: need_view(row, day=day))


def list_reviews(session: Session, wanted: Mapping[str, Any]) -> View:
    """A page of reviews still to be done, the earliest due first."""
    statement = sa.select(Review).where(
        Review.community == wanted["community"],
        Review.status.in_(TO_DO),
        Review.due_on <= wanted["due_until"],
    )
    return _page(session, statement.order_by(Review.due_on, Review.id), wanted, review_view)


def find_concerns(session: Session, wanted: Mapping[str, Any], *, actor: Actor) -> View:
    """A page of concerns, the oldest first."""
    statement = sa.select(Concern).where(Concern.community == wanted["community"])
    if wanted["status"]:
        statement = statement.where(Concern.status == wanted["status"])
    order = statement.order_by(Concern.raised_on, Concern.id)
    loaded = order.options(selectinload(Concern.referrals))
    return _page(session, loaded, wanted, lambda row: concern_view(row, role=actor.role))


def find_referrals(session: Session, wanted: Mapping[str, Any]) -> View:
    """A page of referrals, the first due first."""
    statement = sa.select(Referral).where(Referral.community == wanted["community"])
    if wanted["live"] is not None:
        statement = statement.where(Referral.live == wanted["live"])
    return _page(session, statement.order_by(Referral.due_on, Referral.id), wanted, referral_view)


def find_feedback(session: Session, wanted: Mapping[str, Any]) -> View:
    """A page of feedback calls, the first due first."""
    statement = sa.select(FeedbackCall).where(FeedbackCall.community == wanted["community"])
    if wanted["status"]:
        statement = statement.where(FeedbackCall.status == wanted["status"])
    order = statement.order_by(FeedbackCall.due_on, FeedbackCall.id)
    return _page(session, order, wanted, feedback_view)


def _page(
    session: Session,
    statement: sa.Select[Any],
    wanted: Mapping[str, Any],
    view: Callable[[Any], View],
) -> View:
    total = session.scalar(
        sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())
    )
    rows = session.scalars(
        statement.limit(wanted["size"]).offset((wanted["page"] - 1) * wanted["size"])
    )
    return {
        "items": [view(row) for row in rows],
        "total": total,
        "page": wanted["page"],
        "size": wanted["size"],
    }
