"""Certificates, and the ways a household's standing changes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from households.domain.codes import HouseholdStatus, NeedStatus, ReviewStatus
from servicekit.errors import Conflict, Invalid, NotFound, flatten
from unit.households.givens import HERE, HOME, TODAY, Desk, a_household, a_need

CERTIFIED = {"certified_on": "2026-11-01", "valid_until": "2027-10-31"}
LATER = {"certified_on": "2026-11-20", "valid_until": "2027-11-19"}


def test_a_verified_household_has_its_review_planned_and_its_needs_raised(desk: Desk) -> None:
    desk.register()
    desk.raise_need()
    desk.raise_need(a_need(service="shopping", skills=[]))
    assert desk.news_types() == ["household.registered"]
    household = desk.verify()
    assert household.status == HouseholdStatus.VERIFIED
    assert [review.id for review in household.reviews] == [f"{HOME}-R20271031"]
    verified, *raised = desk.news()
    assert verified["type"] == "household.verified"
    assert verified["data"] == {
        "community": HERE,
        "version": 2,
        "household": HOME,
        "valid_until": "2027-10-31",
    }
    assert [(event["type"], event["subject"]) for event in raised] == [
        ("need.raised", f"{HOME}-N1"),
        ("need.raised", f"{HOME}-N2"),
    ]


def test_an_unstable_income_is_reviewed_after_half_a_year(desk: Desk) -> None:
    desk.register()
    household = desk.verify(income_stable=False)
    assert [review.due_on for review in household.reviews] == [date(2027, 5, 1)]


@pytest.mark.parametrize("reference", ["H001", HOME])
def test_a_foreign_certificate_verifies_the_household_by_code_or_id(
    desk: Desk, reference: str
) -> None:
    desk.register()
    desk.hear("household.certified", household=reference, **CERTIFIED, office="unknown field")
    assert desk.register().status == HouseholdStatus.VERIFIED
    assert desk.news_types() == ["household.registered", "household.verified"]


@pytest.mark.parametrize("who", ["staff", "authority", "both"])
def test_verifying_twice_with_the_same_dates_changes_nothing(desk: Desk, who: str) -> None:
    desk.register()
    if who != "authority":
        desk.verify()
    desk.hear("household.certified", household="H001", **CERTIFIED)
    desk.news()
    if who != "staff":
        desk.hear("household.certified", household="H001", **CERTIFIED)
    household = desk.verify()
    assert household.version == 2
    assert desk.news() == []


def test_a_certificate_for_a_household_that_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match=f"household {HERE}-H999 does not exist"):
        desk.hear("household.certified", household="H999", **CERTIFIED)


def test_a_renewed_certificate_moves_the_review(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.news()
    household = desk.verify(**LATER)
    assert desk.news_types() == ["household.verified"]
    assert {review.id[-8:]: review.status for review in household.reviews} == {
        "20271031": ReviewStatus.DROPPED,
        "20271119": ReviewStatus.PLANNED,
    }


def test_a_review_dropped_by_mistake_is_planned_again(desk: Desk) -> None:
    desk.register()
    desk.verify(valid_until="2027-06-30")
    desk.verify(valid_until="2027-07-31")
    household = desk.verify(valid_until="2027-06-30")
    planned = [review for review in household.reviews if review.status is ReviewStatus.PLANNED]
    assert [(review.due_on, review.version) for review in planned] == [(date(2027, 6, 30), 2)]


def test_an_older_certificate_that_arrives_late_is_passed_over(desk: Desk) -> None:
    desk.register()
    desk.verify(**LATER)
    desk.news()
    desk.hear("household.certified", household="H001", **CERTIFIED)
    assert desk.news() == []
    with pytest.raises(Conflict, match="has newer papers than one of 2026-11-01; "):
        desk.verify()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"certified_on": "2026-11-24"}, "certified_on"),
        ({"valid_until": "2026-10-31"}, "valid_until"),
        ({"valid_until": "2026-11-22"}, "valid_until"),
    ],
)
def test_impossible_certificates_are_refused(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    desk.register()
    with pytest.raises(Invalid) as refusal:
        desk.verify(**changes)
    assert [name for name, _ in flatten(refusal.value.details)] == [field]
    with pytest.raises(Invalid):
        desk.hear("household.certified", household=HOME, **(CERTIFIED | changes))
    assert desk.register().status == HouseholdStatus.APPLICANT


def test_today_is_the_local_day(desk: Desk) -> None:
    desk.register()
    desk.now = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight in Shenyang
    assert desk.verify(certified_on="2026-11-23").certified_on == date(2026, 11, 23)


def test_a_decertified_household_has_grace_with_a_review_at_its_end(desk: Desk) -> None:
    desk.register()
    desk.verify()
    need = desk.raise_need()
    desk.news()
    desk.hear(
        "household.decertified", household="H001", decertified_on="2026-11-22", reason="income"
    )
    household = desk.register()
    assert household.status == HouseholdStatus.GRACE
    assert [one.due_on for one in household.reviews if one.status is ReviewStatus.PLANNED] == [
        date(2027, 5, 22)
    ]
    assert need.status == NeedStatus.OPEN
    assert desk.news() == []


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        ("deceased", HouseholdStatus.DECEASED, "deceased"),
        ("duplicate", HouseholdStatus.DUPLICATE, "duplicate"),
        ("own_wish", HouseholdStatus.EXITED, "own_wish"),
    ],
)
def test_some_reasons_of_decertification_end_the_help(
    desk: Desk, reason: str, status: HouseholdStatus, told: str
) -> None:
    desk.register()
    desk.verify()
    desk.news()
    desk.hear("household.decertified", household="H001", decertified_on="2026-11-22", reason=reason)
    assert desk.register().status == status
    assert [(event["type"], event["data"]["reason"]) for event in desk.news()] == [
        ("household.exited", told)
    ]


def test_a_decertified_applicant_has_no_grace(desk: Desk) -> None:
    desk.register()
    desk.hear(
        "household.decertified", household="H001", decertified_on="2026-11-22", reason="income"
    )
    assert desk.register().status == HouseholdStatus.EXITED


def test_certificate_and_decertification_end_alike_in_any_order_and_number(desk: Desk) -> None:
    desk.register()
    certified = {"household": "H001", **CERTIFIED}
    lost = {"household": "H001", "decertified_on": "2026-11-10", "reason": "deceased"}
    desk.verify(certified_on="2026-10-01")
    for type_, data in [
        ("household.decertified", lost),
        ("household.certified", certified),
        ("household.decertified", lost),
        ("household.certified", certified),
    ]:
        desk.hear(type_, **data)
    assert desk.register().status == HouseholdStatus.DECEASED


def test_on_one_day_the_decertification_is_the_later_word(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.hear(
        "household.decertified", household="H001", decertified_on="2026-11-20", reason="own_wish"
    )
    desk.hear("household.certified", household="H001", **LATER)
    assert desk.register().status == HouseholdStatus.EXITED


def test_a_decertification_older_than_the_certificate_is_passed_over(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.hear(
        "household.decertified", household="H001", decertified_on="2026-10-31", reason="deceased"
    )
    assert desk.register().status == HouseholdStatus.VERIFIED


def test_a_decertification_of_tomorrow_is_refused(desk: Desk) -> None:
    desk.register()
    with pytest.raises(Invalid, match="decertified_on: lies in the future; "):
        desk.hear(
            "household.decertified", household="H001", decertified_on="2026-11-24", reason="x"
        )


def test_a_household_in_grace_or_gone_hears_a_second_decertification_calmly(desk: Desk) -> None:
    desk.register()
    desk.verify()
    for day in ("2026-11-20", "2026-11-21"):
        desk.hear("household.decertified", household="H001", decertified_on=day, reason="income")
    assert desk.register().status == HouseholdStatus.GRACE
    desk.leave()
    desk.hear(
        "household.decertified", household="H001", decertified_on="2026-11-22", reason="income"
    )
    assert desk.register().status == HouseholdStatus.EXITED


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("income", HouseholdStatus.EXITED),
        ("own_wish", HouseholdStatus.EXITED),
        ("deceased", HouseholdStatus.DECEASED),
        ("duplicate", HouseholdStatus.DUPLICATE),
    ],
)
def test_who_exits_takes_the_needs_and_reviews_along(
    desk: Desk, reason: str, status: HouseholdStatus
) -> None:
    desk.register()
    desk.verify()
    need = desk.raise_need()
    desk.news()
    household = desk.leave(reason)
    assert (household.status, household.left_on) == (status, TODAY)
    assert need.status == NeedStatus.WITHDRAWN
    assert {review.status for review in household.reviews} == {ReviewStatus.DROPPED}
    closed, exited = desk.news()
    assert (closed["type"], closed["data"]["status"], closed["data"]["reason"]) == (
        "need.closed",
        "withdrawn",
        reason,
    )
    assert (exited["type"], exited["data"]["reason"]) == ("household.exited", reason)


def test_exiting_twice_alike_changes_nothing_and_otherwise_is_a_conflict(desk: Desk) -> None:
    desk.register()
    desk.leave("deceased")
    desk.news()
    assert desk.leave("deceased").version == 2
    assert desk.news() == []
    with pytest.raises(Conflict, match="is deceased and cannot become exited; deceased is final"):
        desk.leave("income")


def test_nobody_exits_in_advance(desk: Desk) -> None:
    desk.register()
    with pytest.raises(Invalid, match="on: lies in the future; "):
        desk.leave("income", on=date(2026, 11, 24))


def test_who_exited_may_be_certified_anew(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.leave("income")
    household = desk.verify(**LATER)
    assert (household.status, household.left_on) == (HouseholdStatus.VERIFIED, None)
    assert desk.find_households(identity_number=household.members[0].identity_number)["total"] == 1


def test_unless_its_people_live_elsewhere_by_now(desk: Desk) -> None:
    desk.register()
    desk.leave("income")
    desk.register(a_household(code="H002"))
    with pytest.raises(Conflict, match="already belongs to household H002"):
        desk.verify()


@pytest.mark.parametrize("reason", ["deceased", "duplicate"])
def test_other_ways_out_are_final(desk: Desk, reason: str) -> None:
    desk.register()
    desk.leave(reason)
    with pytest.raises(
        Conflict, match=f"is {reason} and cannot become verified; {reason} is final"
    ):
        desk.hear("household.certified", household="H001", **CERTIFIED)
