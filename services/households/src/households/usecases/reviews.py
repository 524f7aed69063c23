"""Reviews: planned when a household is certified, announced when due, completed by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain import reviews as rules
from households.domain.codes import ExitReason, HouseholdStatus, ReviewOutcome, ReviewStatus
from households.domain.states import check_household_step, check_present
from households.models import Household, Review
from households.queries import rows
from households.queries.views import TO_DO
from households.usecases import announcing, leaving, scheduling
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid


def announce_reviews(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Publish review.due for each review due by ``today``, once; verified households are then
    under review."""
    due = sa.select(Review.id).where(
        Review.status == ReviewStatus.PLANNED,
        Review.due_on <= (data["today"] or rows.today(session, now)),
    )
    if data["community"]:
        due = due.where(Review.community == data["community"])
    keys = session.scalars(due.order_by(Review.id)).all()
    return {"announced": sum(_announce(session, key, now) for key in keys)}


def complete_review(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Review:
    """Record what the review found, and let the household go on, fade out, or leave."""
    review = rows.review_for_change(session, data["review"])
    outcome, on = data["outcome"], data["on"]
    if (review.status, review.outcome, review.completed_on) == (ReviewStatus.DONE, outcome, on):
        return review
    _check_open(review)
    if on > rows.today(session, now):
        raise Invalid({"on": ["lies in the future; give the day of the decision"]})
    check_present(review.household_id, review.household.status)
    review.status, review.outcome, review.completed_on = ReviewStatus.DONE, outcome, on
    FOLLOW_UP[outcome](session, review.household, on, now)
    return review


def _announce(session: Session, key: str, now: datetime) -> bool:
    review = rows.review_for_change(session, key)
    if review.status is not ReviewStatus.PLANNED:
        return False  # somebody was faster
    review.status = ReviewStatus.ANNOUNCED
    if review.household.status is HouseholdStatus.VERIFIED:
        review.household.status = HouseholdStatus.UNDER_REVIEW
    announcing.review_due(session, review, now=now)
    return True


def _check_open(review: Review) -> None:
    if review.status not in TO_DO:
        raise Conflict(
            f"review {review.id} is {review.status} and cannot be completed; "
            "look for the household's next one with list_reviews",
            status=review.status.value,
        )


def _still_eligible(session: Session, household: Household, on: date, now: datetime) -> None:
    due = rules.next_review(on, income_stable=household.income_stable)
    check_household_step(household.id, household.status, HouseholdStatus.VERIFIED)
    household.status = HouseholdStatus.VERIFIED
    household.valid_until = max(household.valid_until or due, due)
    scheduling.plan_review(household, due)
    announcing.verified(session, household, now=now)


def _grace(session: Session, household: Household, on: date, now: datetime) -> None:
    scheduling.start_grace(household, on)


def _exit(session: Session, household: Household, on: date, now: datetime) -> None:
    leaving.leave(session, household, ExitReason.INCOME, on, now=now)


FOLLOW_UP = {
    ReviewOutcome.ELIGIBLE: _still_eligible,
    ReviewOutcome.GRACE: _grace,
    ReviewOutcome.EXIT: _exit,
}
