"""The pure rules: identity numbers, ages, review dates, states, differences."""

from datetime import date

import pytest

from households.domain import differences, identity, needs, people, places, reviews
from households.domain.codes import AidKind, ConsentGiver, HouseholdStatus, NeedStatus, Service
from households.domain.states import (
    HOUSEHOLD,
    LEAVING,
    NEED,
    check_household_step,
    check_need_step,
    exit_after_decertification,
)
from servicekit import phones
from servicekit.errors import Conflict
from unit.households.givens import TODAY, identity_number


@pytest.mark.parametrize("born", ["19000101", "19500102", "19831231", "20000229", "20261122"])
def test_real_identity_numbers_pass_whenever_their_bearer_was_born(born: str) -> None:
    assert identity.problem(identity_number(born), TODAY) is None


def test_the_place_code_may_be_younger_than_its_bearer() -> None:
    # 210103 began in 1983; the elders of the district carry it
    assert identity.problem(identity_number("19350601"), TODAY) is None


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("", "is not an identity number"),
        ("21010319500102002", "is not an identity number"),
        ("２１０１０３１９５００１０２００２９", "is not an identity number"),
        ("٢١٠١٠٣١٩٥٠٠١٠٢٠٠٢٩", "is not an identity number"),
        (identity_number("19500102")[:-1] + "?", "is not an identity number"),
        (identity_number("19500102", place="990103"), "names no known province"),
        (identity_number("19500230"), "holds no real birth date"),
        (identity_number("19501301"), "holds no real birth date"),
        (identity_number("18991231"), "holds a birth date before 1900"),
        (identity_number("20261123"), "holds a birth date that is not in the past"),
        (identity_number("20990101"), "holds a birth date that is not in the past"),
    ],
)
def test_impossible_identity_numbers_are_refused_with_a_remedy(number: str, told: str) -> None:
    problem = identity.problem(number, TODAY)
    assert problem is not None
    assert problem.startswith(told)
    assert "; " in problem


def test_every_wrong_check_digit_is_noticed() -> None:
    right = identity_number("19500102")
    wrong = [right[:-1] + digit for digit in "0123456789X" if digit != right[-1]]
    problems = {identity.problem(number, TODAY) for number in wrong}
    assert problems == {"has a wrong check digit; compare it with the identity card"}


def test_a_small_x_and_blanks_around_are_forgiven() -> None:
    assert identity.normal(" 11010519491231002x ") == "11010519491231002X"


def test_phones_are_kept_in_e164_however_they_are_written() -> None:
    written = ["18000001234", "+86 180 0000 1234", "0086-18000001234"]
    assert {phones.e164(text) for text in written} == {"+8618000001234"}
    assert phones.e164("024-22334455") == "+862422334455"


@pytest.mark.parametrize("text", ["", "123", "phone", "+86", "12345678901234567890"])
def test_what_is_no_phone_is_told_apart(text: str) -> None:
    assert phones.e164(text) is None


def test_the_place_is_kept_no_finer_than_a_hundred_metres() -> None:
    assert (places.coarse(41.796123), places.coarse(123.4556)) == (41.796, 123.456)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2026, 3, 14), 9), (date(2026, 3, 15), 10), (date(2027, 3, 14), 10)],
)
def test_a_year_of_life_is_full_on_the_birthday(day: date, age: int) -> None:
    assert people.age_on(date(2016, 3, 15), day) == age


def test_who_was_born_on_leap_day_has_a_birthday_each_year() -> None:
    born = date(2008, 2, 29)
    assert people.age_on(born, date(2026, 2, 28)) == 17
    assert people.age_on(born, date(2026, 3, 1)) == 18


def test_an_erased_birth_date_counts_as_a_childs() -> None:
    assert people.is_minor(None, TODAY)


def test_under_fourteens_need_a_guardian_or_an_adult_head() -> None:
    adult, youth, child = date(1980, 1, 1), date(2010, 1, 1), date(2020, 1, 1)
    head, guardian, other = ConsentGiver
    assert not people.guardian_missing(adult, [adult, child], [head], TODAY)
    assert not people.guardian_missing(youth, [youth, child], [guardian], TODAY)
    assert not people.guardian_missing(youth, [youth], [other], TODAY)
    assert people.guardian_missing(adult, [adult, child], [other], TODAY)
    assert people.guardian_missing(youth, [youth, child], [head], TODAY)


def test_reviews_are_yearly_and_half_yearly_where_the_income_is_unstable() -> None:
    day = date(2026, 8, 31)
    assert reviews.next_review(day, income_stable=True) == date(2027, 8, 31)
    assert reviews.next_review(day, income_stable=False) == date(2027, 2, 28)


def test_no_review_is_later_than_the_certificate_lasts() -> None:
    due = reviews.next_review(TODAY, income_stable=True, valid_until=date(2027, 1, 1))
    assert due == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
    ],
)
def test_months_end_where_the_shorter_month_ends(day: date, months: int, later: date) -> None:
    assert reviews.after_months(day, months) == later


@pytest.mark.parametrize("now", HouseholdStatus)
@pytest.mark.parametrize("to", HouseholdStatus)
def test_a_household_takes_only_the_steps_in_the_table(
    now: HouseholdStatus, to: HouseholdStatus
) -> None:
    if to in HOUSEHOLD[now]:
        check_household_step("H", now, to)
        return
    with pytest.raises(Conflict, match=f"is {now} and cannot become {to}; ") as refusal:
        check_household_step("H", now, to)
    assert refusal.value.details == {
        "now": now.value,
        "to": to.value,
        "allowed": sorted(state.value for state in HOUSEHOLD[now]),
    }


@pytest.mark.parametrize("now", NeedStatus)
@pytest.mark.parametrize("to", NeedStatus)
def test_a_need_takes_only_the_steps_in_the_table(now: NeedStatus, to: NeedStatus) -> None:
    if to in NEED[now]:
        check_need_step("N", now, to)
        return
    with pytest.raises(Conflict) as refusal:
        check_need_step("N", now, to)
    told = str(refusal.value)
    assert all(state in told for state in NEED[now])
    assert NEED[now] or f"{now} is final" in told


def test_every_state_has_its_row_and_whoever_left_stays_out() -> None:
    assert set(HOUSEHOLD) == set(HouseholdStatus)
    assert set(NEED) == set(NeedStatus)
    assert all(HOUSEHOLD[state] <= {HouseholdStatus.VERIFIED} for state in LEAVING)


@pytest.mark.parametrize("status", [HouseholdStatus.VERIFIED, HouseholdStatus.UNDER_REVIEW])
def test_a_lost_certificate_gives_grace_unless_the_reason_is_final(status: HouseholdStatus) -> None:
    assert exit_after_decertification(status, "income") is None
    assert exit_after_decertification(status, "something new") is None
    assert exit_after_decertification(status, "deceased") == "deceased"
    assert exit_after_decertification(HouseholdStatus.APPLICANT, "income") == "income"


def test_each_aid_kind_offers_its_services_and_every_service_is_offered() -> None:
    assert set(needs.SERVICES) == set(AidKind)
    assert {service for offered in needs.SERVICES.values() for service in offered} == set(Service)


def test_schooling_involves_a_minor_whoever_it_is_for() -> None:
    adult = date(1980, 1, 1)
    assert needs.involves_minor(AidKind.SCHOOLING, for_somebody=False, born=None, day=TODAY)
    assert needs.involves_minor(
        AidKind.ELDERLY, for_somebody=True, born=date(2016, 1, 1), day=TODAY
    )
    assert not needs.involves_minor(AidKind.ELDERLY, for_somebody=True, born=adult, day=TODAY)
    assert not needs.involves_minor(AidKind.ELDERLY, for_somebody=False, born=None, day=TODAY)


def test_the_next_need_code_leaves_no_hole_open_for_reuse() -> None:
    assert needs.next_code([]) == "N1"
    assert needs.next_code(["N1", "N7", "TUTOR"]) == "N8"


def test_differences_are_named_by_their_path() -> None:
    old = {"a": 1, "members": [{"name": "x", "phone": None}], "b": [1]}
    new = {"a": 1, "members": [{"name": "x", "phone": "1"}], "b": [1, 2]}
    assert differences.differing(old, new) == ["members.0.phone", "b"]
    assert differences.differing(old, old) == []
