"""Which review of a household comes next."""

from __future__ import annotations

from datetime import date

from households.domain import reviews as rules
from households.domain.codes import HouseholdStatus, ReviewStatus
from households.domain.states import check_household_step
from households.models import Household, Review
from households.queries.views import TO_DO


def plan_review(household: Household, due_on: date) -> None:
    """Make the review of ``due_on`` the household's next and only one."""
    drop_reviews(household, but=due_on)
    known = next((review for review in household.reviews if review.due_on == due_on), None)
    if known is None:
        household.reviews.append(_review(household, due_on))
    elif known.status is ReviewStatus.DROPPED:
        known.status = ReviewStatus.PLANNED
        known.version += 1


def drop_reviews(household: Household, *, but: date | None = None) -> None:
    """No review is to be done any more, save that of ``but``."""
    for review in household.reviews:
        if review.status in TO_DO and review.due_on != but:
            review.status = ReviewStatus.DROPPED


def start_grace(household: Household, since: date) -> None:
    """Help fades out; somebody decides again when the time is over."""
    check_household_step(household.id, household.status, HouseholdStatus.GRACE)
    household.status = HouseholdStatus.GRACE
    plan_review(household, rules.grace_review(since))


def _review(household: Household, due_on: date) -> Review:
    return Review(
        id=f"{household.id}-R{due_on:%Y%m%d}",
        community=household.community,
        due_on=due_on,
        status=ReviewStatus.PLANNED,
        version=1,
    )
