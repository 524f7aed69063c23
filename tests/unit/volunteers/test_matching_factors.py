"""The score's factors, the rules that weigh them, and the calendar beneath."""

from dataclasses import replace
from datetime import date

import pytest

from unit.volunteers.matching_worlds import (
    EVENING,
    METRE,
    MORNING,
    TODAY,
    a_companion,
    a_need,
    a_pupil,
    a_volunteer,
)
from volunteers.domain.calendar import age_on, common_slots, merged, minutes_of, school_grade
from volunteers.domain.matching import (
    DEFAULT_RULES,
    FACTOR_NAMES,
    Companion,
    Need,
    Rules,
    Slot,
    Volunteer,
    score,
)

TUTORING = a_need(aid_kind="schooling", service="tutoring", grade=6, involves_minor=True)


def value(name: str, need: Need, volunteer: Volunteer) -> int:
    factors = {each.name: each for each in score(need, volunteer, DEFAULT_RULES, TODAY)}
    return factors[name].value


@pytest.mark.parametrize(("metres", "expected"), [(0, 1000), (250, 750), (1000, 0), (1500, 0)])
def test_nearer_is_better_down_to_nothing_at_the_bound(metres: int, expected: int) -> None:
    need = a_need(latitude=a_need().latitude + metres * METRE)
    assert value("distance", need, a_volunteer()) == expected


def test_relevant_skills_beyond_the_required_ones_count() -> None:
    need = a_need(skills=frozenset({"company"}))
    assert value("skills", need, a_volunteer(skills=frozenset({"company", "sport"}))) == 0
    assert value("skills", need, a_volunteer(skills=frozenset({"company", "escort"}))) == 500
    every = DEFAULT_RULES.relevant_skills["elderly"]
    assert value("skills", need, a_volunteer(skills=every)) == 1000


def test_language_is_the_share_of_those_wished() -> None:
    speaker = a_volunteer(languages=frozenset({"mandarin", "english"}))
    wished = a_need(languages=frozenset({"mandarin", "shenyang_dialect", "korean"}))
    assert value("language", wished, speaker) == 333
    assert value("language", a_need(), speaker) == 1000


def test_time_in_common_counts_up_to_twice_the_visit() -> None:
    need = a_need(minutes=100, slots=(MORNING,))
    assert value("schedule", need, a_volunteer()) == 600
    assert value("schedule", a_need(minutes=60), a_volunteer()) == 1000


def test_who_served_the_household_before_is_known_there() -> None:
    known = a_need(continuity=frozenset({a_volunteer().id}))
    assert value("continuity", known, a_volunteer()) == 1000
    assert value("continuity", a_need(), a_volunteer()) == 0


def test_a_free_volunteer_is_preferred_to_a_busy_one() -> None:
    assert value("load", a_need(), a_volunteer(capacity=3)) == 1000
    assert value("load", a_need(), a_volunteer(capacity=3, load=2)) == 333


@pytest.mark.parametrize(
    ("volunteer", "expected"),
    [
        (a_volunteer(kind="teacher"), 1000),
        (a_volunteer(), 500),
        (a_pupil(birth_date=date(2013, 3, 1)), 1000),  # eighth year, two ahead
        (a_pupil(birth_date=date(2013, 9, 1)), 0),  # seventh year, one ahead
    ],
)
def test_a_tutor_is_a_teacher_or_two_school_years_ahead(
    volunteer: Volunteer, expected: int
) -> None:
    assert value("age_fit", TUTORING, volunteer) == expected
    assert value("age_fit", replace(TUTORING, service="art"), volunteer) == 1000


def test_a_contribution_is_weight_times_value_in_whole_points() -> None:
    factors = score(a_need(), a_volunteer(), DEFAULT_RULES, TODAY)
    assert tuple(each.name for each in factors) == FACTOR_NAMES
    assert all(each.contribution == each.weight * each.value for each in factors)
    assert sum(DEFAULT_RULES.weights.values()) == 100


def test_inputs_survive_being_frozen_as_json() -> None:
    pupil, need = a_pupil(), replace(TUTORING, avoid=frozenset({"V2", "V1"}))
    assert Volunteer.from_data(pupil.to_data()) == pupil
    assert Need.from_data(need.to_data()) == need
    assert Companion.from_data(a_companion().to_data()) == a_companion()
    assert Rules.from_data(DEFAULT_RULES.to_data()) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": {"distance": 1}}, "weights must name every factor once; look at: age_fit"),
        ({"minimum_overlap": 0}, "minimum_overlap is 0; write a whole number from 1 to 1440"),
        ({"distance_m": {"elderly": "far"}}, "distance_m.elderly is 'far'; write a whole number"),
        ({"colour": "red"}, "rules must have exactly the known keys; look at: colour"),
    ],
)
def test_rules_that_make_no_sense_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rules.from_data(DEFAULT_RULES.to_data() | changes)


def test_slots_that_touch_are_one_stretch() -> None:
    assert merged([Slot(6, 600, 660), Slot(6, 540, 600)]) == (Slot(6, 540, 660),)
    assert common_slots([MORNING], [EVENING]) == ()
    assert common_slots([MORNING], [Slot(6, 600, 720)], 60) == (Slot(6, 600, 660),)
    assert common_slots([MORNING], [Slot(6, 600, 720)], 61) == ()


@pytest.mark.parametrize("slot", [(0, 1, 2), (8, 1, 2), (1, 60, 60), (1, 90, 60), (1, 0, 1441)])
def test_a_slot_is_a_stretch_of_one_day_of_the_week(slot: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=";"):
        Slot(*slot)


@pytest.mark.parametrize("text", ["24:01", "09:60", "-1:00"])
def test_a_time_of_day_is_on_the_clock(text: str) -> None:
    with pytest.raises(ValueError, match="write HH:MM"):
        minutes_of(text)


def test_ages_turn_on_the_birthday_and_grades_on_the_first_of_september() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
    assert school_grade(date(2020, 8, 31), date(2026, 9, 1)) == 1
    assert school_grade(date(2020, 9, 1), date(2026, 9, 1)) == 0
    assert school_grade(date(2020, 8, 31), date(2027, 8, 31)) == 1
