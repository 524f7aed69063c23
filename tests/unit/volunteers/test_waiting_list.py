"""The waiting list's decision: fair, whole parties, never more than there is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.volunteers.neighbourhood import NOW
from volunteers.domain.activities import ENROLMENT, SESSION, EnrolmentState, Ground, need_of
from volunteers.domain.recurrence import WORKING_WEEK, days_of, rule_problem
from volunteers.domain.waiting import PASSED_MOST, Party, decide

E = EnrolmentState

parties = st.lists(
    st.builds(
        Party,
        key=st.uuids().map(str),
        members=st.integers(1, 4),
        need=st.integers(0, 13),
        since=st.integers(0, 50).map(lambda hours: NOW + timedelta(hours=hours)),
        passed=st.integers(0, PASSED_MOST),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
)


@given(parties, st.integers(-2, 20))
def test_no_more_places_are_offered_than_are_free(waiting: list[Party], free: int) -> None:
    assert sum(each.members for each in decide(waiting, free).offered) <= max(0, free)


@given(parties, st.integers(0, 20), st.randoms())
def test_the_order_in_which_wishes_are_read_does_not_matter(
    waiting: list[Party], free: int, dice: object
) -> None:
    shuffled = list(waiting)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's random
    assert decide(shuffled, free) == decide(waiting, free)


@given(parties, st.integers(0, 20))
def test_nobody_in_greater_need_who_would_fit_is_left_behind(
    waiting: list[Party], free: int
) -> None:
    decision = decide(waiting, free)
    for later in decision.offered:
        taken = sum(each.members for each in decision.offered if each.order < later.order)
        for earlier in waiting:
            if earlier.order < later.order and earlier not in decision.offered:
                assert earlier.members > free - taken
                assert earlier in decision.passed


@given(parties, st.integers(0, 20))
def test_nobody_is_passed_more_than_twice(waiting: list[Party], free: int) -> None:
    assert all(each.passed < PASSED_MOST for each in decide(waiting, free).passed)


@given(parties, st.integers(0, 20))
def test_places_stay_empty_only_for_those_who_were_passed_too_often(
    waiting: list[Party], free: int
) -> None:
    decision = decide(waiting, free)
    left = free - sum(each.members for each in decision.offered)
    fits = [each for each in waiting if each not in decision.offered and each.members <= left]
    kept_for = [each for each in waiting if each.passed >= PASSED_MOST and each.members > left]
    assert not fits or kept_for


def test_siblings_come_before_a_single_child_in_lesser_need() -> None:
    siblings = Party("siblings", 2, need=4, since=NOW)
    single = Party("single", 1, need=2, since=NOW - timedelta(days=9))
    assert decide([single, siblings], 2).offered == [siblings]


def test_need_is_the_sum_of_its_grounds_each_counted_once() -> None:
    assert need_of([Ground.LOW_INCOME, Ground.SINGLE_PARENT, Ground.LOW_INCOME]) == 6


@given(st.sampled_from(EnrolmentState), st.sampled_from(EnrolmentState))
def test_enrolments_take_the_steps_of_the_design_and_no_others(
    now: EnrolmentState, to: EnrolmentState
) -> None:
    legal = {
        (E.WAITLISTED, E.OFFERED),
        (E.OFFERED, E.CONFIRMED),
        (E.CONFIRMED, E.ATTENDED),
        (E.CONFIRMED, E.ABSENT),
        (E.ATTENDED, E.LEFT_EARLY),
        *((state, E.CANCELLED) for state in (E.WAITLISTED, E.OFFERED, E.CONFIRMED)),
    }
    assert ENROLMENT.allows(now, to) is ((now, to) in legal)


def test_days_follow_a_rule_between_the_first_and_the_last() -> None:
    first, last = date(2027, 1, 15), date(2027, 1, 20)
    assert [day.day for day in days_of(WORKING_WEEK, first, last)] == [15, 18, 19, 20]
    assert days_of(None, first, last) == [first]
    assert days_of("FREQ=DAILY;BYMINUTE=0,30", first, first) == [first]
    assert days_of("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", first, last) == []


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=WEEKLY;UNTIL=20270101", "of its own"),
        ("FREQ=HOURLY", "finer than days"),
        ("every day", "is not a recurrence rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not a recurrence rule"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule: str, problem: str) -> None:
    assert problem in (rule_problem(rule) or "")
    assert rule_problem("FREQ=MONTHLY;BYDAY=1SA") is None


def test_sessions_end_closed_or_cancelled() -> None:
    final = [str(state) for state, steps in SESSION.steps.items() if not steps]
    assert final == ["closed", "cancelled"]
