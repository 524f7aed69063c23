"""Rows as callers see them: without personal data."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from households.domain import identity
from households.domain.caring import UNINVOLVED
from households.domain.codes import Disability, ReviewStatus
from households.domain.needs import involves_minor
from households.domain.people import ELDER, age_on, is_minor
from households.models import Base, Concern, FeedbackCall, Household, Member, Need, Referral, Review

View = dict[str, Any]

TO_DO = (ReviewStatus.PLANNED, ReviewStatus.ANNOUNCED)


def born(member: Member) -> date | None:
    """The birth date that the identity number holds; None once the person has been erased."""
    number = member.identity_number
    return identity.birth_date(number) if number else None


def serves_minor(row: Need, day: date) -> bool:
    """Whether a volunteer for this need meets somebody under 18 alone."""
    member = row.member
    return involves_minor(
        row.aid_kind,
        for_somebody=member is not None,
        born=born(member) if member is not None else None,
        day=day,
    )


def household_view(row: Household, *, day: date) -> View:
    """HouseholdView of a household, ages as of ``day``."""
    births = [born(member) for member in row.members]
    return _columns(row) | {
        "size": len(births),
        "elderly": sum(one is not None and age_on(one, day) >= ELDER for one in births),
        "minors": sum(one is not None and is_minor(one, day) for one in births),
        "disabled": sum(
            member.disability not in (None, Disability.NONE.value) for member in row.members
        ),
        "gender": row.restriction.gender,
        "minors_welcome": row.restriction.minors_welcome,
        "review_due": min((one.due_on for one in row.reviews if one.status in TO_DO), default=None),
    }


def need_view(row: Need, *, day: date) -> View:
    """NeedView of a need."""
    return _columns(row) | {
        "household": row.household_id,
        "member": row.member_id,
        "gender": row.household.restriction.gender,
        "minors_welcome": row.household.restriction.minors_welcome,
        "involves_minor": serves_minor(row, day),
    }


def review_view(row: Review) -> View:
    """ReviewView of a review."""
    return _columns(row) | {"household": row.household_id}


def concern_view(row: Concern, *, role: str) -> View:
    """ConcernView of a concern, as somebody in ``role`` may see it."""
    return _columns(row) | {
        "household": row.household_id,
        "need": row.need_id,
        "kind": None if role in UNINVOLVED else row.kind,
        "referral": next((each.id for each in row.referrals if each.live), None),
    }


def referral_view(row: Referral) -> View:
    """ReferralView of a referral."""
    return _columns(row) | {"household": row.household_id, "concern": row.concern_id}


def feedback_view(row: FeedbackCall) -> View:
    """FeedbackView of a feedback call."""
    return _columns(row) | {"household": row.household_id}


def _columns(row: Base) -> View:
    names = sa.inspect(type(row)).column_attrs.keys()
    return {name: getattr(row, name) for name in names if not name.endswith(("_sealed", "_key"))}
