"""Each hard filter on a pair that otherwise fits: it refuses, names its fact, and lets go."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from unit.volunteers.matching_worlds import (
    ELSEWHERE,
    EVENING,
    METRE,
    MORNING,
    TODAY,
    a_companion,
    a_need,
    a_pupil,
    a_volunteer,
)
from volunteers.domain.matching import (
    DEFAULT_RULES,
    FILTER_NAMES,
    OVERRIDABLE,
    SAFETY,
    Need,
    Slot,
    Verdict,
    Volunteer,
    judge,
)

YESTERDAY = TODAY - timedelta(days=1)
IN_HAND = a_volunteer().clearances


def refused_by(need: Need, volunteer: Volunteer) -> dict[str, Verdict]:
    verdicts = judge(need, volunteer, DEFAULT_RULES, TODAY)
    return {each.name: each for each in verdicts if not each.passed}


@pytest.mark.parametrize("volunteer", [a_volunteer(), a_pupil()])
def test_the_pair_to_start_from_fits(volunteer: Volunteer) -> None:
    assert refused_by(a_need(), volunteer) == {}


REFUSALS: list[tuple[str, Need, Volunteer, dict[str, Any]]] = [
    ("scope", a_need(community=ELSEWHERE), a_volunteer(), {"need_community": ELSEWHERE}),
    ("active", a_need(), a_volunteer(active=False), {"active": False}),
    ("aid_kind", a_need(aid_kind="hardship"), a_volunteer(), {"needed": "hardship"}),
    ("capacity", a_need(), a_volunteer(load=2), {"capacity": 2, "load": 2}),
    ("skills", a_need(skills=frozenset({"repair"})), a_volunteer(), {"missing": ["repair"]}),
    (
        "clearances",
        a_need(involves_minor=True),
        a_volunteer(clearances={}),
        {"lacking": ["background_check"]},
    ),
    (
        "clearances",
        a_need(involves_minor=True),
        a_volunteer(clearances={"background_check": YESTERDAY}),
        {"expired": {"background_check": YESTERDAY.isoformat()}},
    ),
    (
        "clearances",
        a_need(involves_minor=True),
        a_pupil(clearances=IN_HAND, companion=a_companion(clearances={})),
        {"lacking": ["background_check"], "asked_of": a_companion().id},
    ),
    ("minor_consent", a_need(), a_pupil(guardian_consent=False), {"consent": False}),
    ("minor_consent", a_need(), a_pupil(companion=None), {"companion_may": False}),
    (
        "minor_consent",
        a_need(),
        a_pupil(companion=a_companion(birth_date=date(2009, 1, 1))),
        {"companion_may": False},
    ),
    (
        "minor_consent",
        a_need(),
        a_pupil(companion=a_companion(active=False)),
        {"companion_may": False},
    ),
    ("minors_welcome", a_need(minors_welcome=False), a_pupil(), {"minor": True}),
    (
        "gender",
        a_need(gender="male"),
        a_volunteer(),
        {"asked": "male", "refused": [a_volunteer().id]},
    ),
    (
        "gender",
        a_need(gender="female"),
        a_pupil(companion=a_companion(gender="male")),
        {"refused": [a_companion().id]},
    ),
    ("language", a_need(languages=frozenset({"sign"})), a_volunteer(), {"missing": ["sign"]}),
    ("schedule", a_need(minutes=121), a_volunteer(), {"longest": 120, "minutes": 121}),
    ("schedule", a_need(), a_volunteer(availability=(Slot(6, 660, 720),)), {"longest": 0}),
    (
        "schedule",
        a_need(frequency="twice_weekly"),
        a_volunteer(availability=(MORNING,)),
        {"days": 2, "days_in_common": 1},
    ),
    (
        "distance",
        a_need(latitude=a_need().latitude + 1001 * METRE),
        a_volunteer(),
        {"metres": 1001, "bound": 1000},
    ),
    (
        "distance",
        a_need(latitude=a_need().latitude + 301 * METRE),
        a_volunteer(max_distance_m=300),
        {"metres": 301, "own_bound": 300},
    ),
    (
        "restrictions",
        a_need(avoid=frozenset({a_volunteer().id})),
        a_volunteer(),
        {"unwanted": [a_volunteer().id]},
    ),
    (
        "restrictions",
        a_need(avoid=frozenset({a_companion().id})),
        a_pupil(),
        {"unwanted": [a_companion().id]},
    ),
    (
        "declined",
        a_need(declined=frozenset({a_volunteer().id})),
        a_volunteer(),
        {"declined_before": True},
    ),
]


@pytest.mark.parametrize(("name", "need", "volunteer", "facts"), REFUSALS)
def test_a_filter_refuses_alone_and_names_its_fact(
    name: str, need: Need, volunteer: Volunteer, facts: dict[str, Any]
) -> None:
    refused = refused_by(need, volunteer)
    assert list(refused) == [name]
    assert facts.items() <= refused[name].facts.items()


def test_every_filter_has_a_refusal_of_its_own() -> None:
    assert {name for name, *_ in REFUSALS} == set(FILTER_NAMES)


ALLOWED: list[tuple[Need, Volunteer]] = [
    (a_need(community=ELSEWHERE), a_volunteer(serves=frozenset({ELSEWHERE}))),
    (a_need(), a_volunteer(load=1)),
    (a_need(skills=frozenset({"repair"})), a_volunteer(skills=frozenset({"repair", "art"}))),
    (a_need(involves_minor=True), a_volunteer(clearances={"background_check": TODAY})),
    (a_need(), a_volunteer(clearances={})),
    (a_need(involves_minor=True), a_pupil()),
    (a_need(minors_welcome=False), a_volunteer()),
    (a_need(minors_welcome=False), a_pupil(birth_date=date(2008, 11, 23), companion=None)),
    (a_need(gender="female"), a_volunteer()),
    (a_need(languages=frozenset({"korean"})), a_volunteer()),
    (a_need(minutes=120), a_volunteer()),
    (a_need(frequency="twice_weekly"), a_volunteer(availability=(MORNING, EVENING))),
    (a_need(frequency="twice_weekly", slots=(MORNING,)), a_volunteer()),
    (a_need(latitude=a_need().latitude + 1000 * METRE), a_volunteer()),
    (a_need(minutes=120), a_volunteer(availability=(Slot(6, 540, 600), Slot(6, 600, 660)))),
]


@pytest.mark.parametrize(("need", "volunteer"), ALLOWED)
def test_what_just_suffices_passes(need: Need, volunteer: Volunteer) -> None:
    assert refused_by(need, volunteer) == {}


def test_a_pupil_is_an_adult_from_the_eighteenth_birthday_on() -> None:
    alone = a_pupil(birth_date=date(2008, 11, 24), companion=None)
    assert "minor_consent" in refused_by(a_need(), alone)
    assert refused_by(a_need(), replace(alone, birth_date=date(2008, 11, 23))) == {}


def test_nobody_may_override_what_protects_somebody() -> None:
    assert not SAFETY & OVERRIDABLE
    assert set(FILTER_NAMES) == SAFETY | OVERRIDABLE | {"capacity"}


def test_an_aid_kind_that_the_rules_do_not_know_is_an_error_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="set no distance for aid kind 'gardening'; add it"):
        judge(a_need(aid_kind="gardening"), a_volunteer(), DEFAULT_RULES, TODAY)
