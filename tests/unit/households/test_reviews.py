"""Reviews are announced when due, and completed by people."""

from datetime import UTC, date, datetime

import pytest

from households.domain.codes import HouseholdStatus, NeedStatus, ReviewStatus
from households.models import Household
from servicekit.errors import Conflict, Invalid, NotFound
from unit.households.givens import ELSEWHERE, HERE, HOME, Desk, a_certificate, another_household

DUE = date(2027, 10, 31)
REVIEW = f"{HOME}-R20271031"


@pytest.fixture
def household(desk: Desk) -> Household:
    """A verified household on the morning when its review is due."""
    desk.register()
    household = desk.verify()
    desk.raise_need()
    desk.now = datetime(2027, 10, 31, 1, 0, tzinfo=UTC)
    desk.news()
    return household


def test_a_due_review_is_announced_once_and_the_household_is_under_review(
    desk: Desk, household: Household
) -> None:
    assert desk.announce_reviews() == 1
    assert household.status == HouseholdStatus.UNDER_REVIEW
    assert desk.news() == [
        {
            "type": "review.due",
            "subject": REVIEW,
            "data": {
                "community": HERE,
                "version": 1,
                "review": REVIEW,
                "household": HOME,
                "due_on": "2027-10-31",
            },
        }
    ]
    assert desk.announce_reviews() == 0
    assert desk.announce_reviews(today="2028-01-01") == 0
    assert desk.news() == []


def test_nothing_is_announced_early_or_for_another_community(
    desk: Desk, household: Household
) -> None:
    assert desk.announce_reviews(today="2027-10-30") == 0
    assert desk.announce_reviews(community=ELSEWHERE) == 0
    assert desk.announce_reviews(community=HERE, today="2027-10-31") == 1


def test_needs_are_served_while_the_household_is_under_review(
    desk: Desk, household: Household
) -> None:
    desk.announce_reviews()
    desk.pairing("started", 3)
    desk.news()
    desk.pairing("ended", 4, reason="volunteer_left")
    assert desk.news_types() == ["need.raised"]


def test_a_household_still_eligible_is_verified_until_the_next_review(
    desk: Desk, household: Household
) -> None:
    desk.announce_reviews()
    desk.news()
    review = desk.complete_review(REVIEW, "eligible", DUE)
    assert (review.status, review.completed_on) == (ReviewStatus.DONE, DUE)
    assert (household.status, household.valid_until) == (
        HouseholdStatus.VERIFIED,
        date(2028, 10, 31),
    )
    (event,) = desk.news()
    assert (event["type"], event["data"]["valid_until"]) == ("household.verified", "2028-10-31")
    assert [item["id"] for item in desk.list_reviews(due_until="2030-01-01")["items"]] == [
        f"{HOME}-R20281031"
    ]


def test_the_old_certificate_told_again_does_not_undo_the_review(
    desk: Desk, household: Household
) -> None:
    desk.complete_review(REVIEW, "eligible", DUE)
    desk.news()
    desk.hear("household.certified", **a_certificate())
    assert household.valid_until == date(2028, 10, 31)
    assert desk.news() == []


def test_a_household_in_grace_is_looked_at_when_the_grace_is_over(
    desk: Desk, household: Household
) -> None:
    desk.complete_review(REVIEW, "grace", DUE)
    assert household.status == HouseholdStatus.GRACE
    assert desk.news() == []
    desk.now = datetime(2028, 5, 1, tzinfo=UTC)
    assert desk.announce_reviews() == 1
    assert household.status == HouseholdStatus.GRACE
    desk.complete_review(f"{HOME}-R20280430", "exit", date(2028, 5, 1))
    assert household.status == HouseholdStatus.EXITED


def test_a_household_no_longer_eligible_exits(desk: Desk, household: Household) -> None:
    desk.complete_review(REVIEW, "exit", DUE)
    assert household.status == HouseholdStatus.EXITED
    assert household.needs[0].status == NeedStatus.WITHDRAWN
    assert desk.news_types() == ["need.closed", "household.exited"]


def test_completing_twice_alike_changes_nothing_and_otherwise_is_a_conflict(
    desk: Desk, household: Household
) -> None:
    desk.complete_review(REVIEW, "eligible", DUE)
    desk.news()
    desk.complete_review(REVIEW, "eligible", DUE)
    assert desk.news() == []
    with pytest.raises(Conflict, match="is done and cannot be completed; look for "):
        desk.complete_review(REVIEW, "exit", DUE)


def test_a_dropped_review_cannot_be_completed(desk: Desk, household: Household) -> None:
    desk.leave("income", on=DUE)
    with pytest.raises(Conflict, match="is dropped and cannot be completed; "):
        desk.complete_review(REVIEW, "eligible", DUE)


def test_no_review_is_completed_in_advance_or_out_of_nothing(
    desk: Desk, household: Household
) -> None:
    with pytest.raises(Invalid, match="on: lies in the future; "):
        desk.complete_review(REVIEW, "eligible", date(2027, 11, 1))
    with pytest.raises(NotFound, match="review none does not exist; "):
        desk.complete_review("none", "eligible", DUE)


def test_reviews_are_listed_by_their_day_in_pages(desk: Desk, household: Household) -> None:
    desk.register(another_household(2))
    desk.verify(household=f"{HERE}-H002", certified_on="2027-10-01", valid_until="2027-12-31")
    first = desk.list_reviews(due_until="2027-12-31", size=1)
    second = desk.list_reviews(due_until="2027-12-31", size=1, page=2)
    assert [first["total"], second["total"]] == [2, 2]
    assert [item["household"] for item in first["items"] + second["items"]] == [
        HOME,
        f"{HERE}-H002",
    ]
    assert desk.list_reviews(due_until="2027-10-30")["items"] == []
