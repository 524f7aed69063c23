"""Which rules an event meets, and who is told."""

from typing import Any

import pytest

from notifications.domain.codes import AidKind, ChannelCode, StaffRole
from notifications.domain.rules import (
    MAX_ID,
    Happening,
    Person,
    Rule,
    audience,
    decide,
    fitting,
    holds,
    matching,
    topic_matches,
)

COMMUNITY = "210103008001"


def rule(**facts: Any) -> Rule:
    given: dict[str, Any] = {
        "name": "visit-missed",
        "event": "visit.missed",
        "subject": ("visit",),
        "roles": (StaffRole.COORDINATOR,),
        "template": "visit-missed",
    }
    return Rule(**(given | facts))


def visit_missed(**facts: Any) -> Happening:
    data = {"visit": "V1", "aid_kind": "elderly", "in_a_row": 1, **facts}
    return Happening("visit.missed", COMMUNITY, data)


def person(code: str = "S01", **facts: Any) -> Person:
    given: dict[str, Any] = {
        "role": StaffRole.COORDINATOR,
        "aid_kinds": frozenset(),
        "channels": (ChannelCode.INAPP, ChannelCode.EMAIL),
        "has_email": True,
    }
    return Person(id=f"{COMMUNITY}-{code}", **(given | facts))


def everything_works(_code: ChannelCode, _person: Person) -> bool:
    return True


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("visit.missed", "visit.missed", True),
        ("visit.missed", "visit.done", False),
        ("visit.*", "visit.missed", True),
        ("visit.*", "visit", False),
        ("visit.*", "visit.missed.v2", False),
        ("*.missed", "visit.missed", True),
        ("visit.#", "visit", True),
        ("visit.#", "visit.missed.v2", True),
        ("#.v2", "visit.missed.v2", True),
        ("#.v2", "visit.missed", False),
        ("#", "anything.at.all", True),
    ],
)
def test_patterns_mean_what_topics_mean_to_the_broker(
    pattern: str, topic: str, expected: bool
) -> None:
    assert topic_matches(pattern, topic) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"aid_kind": "elderly"}, True),
        ({"aid_kind": ["elderly", "disability"]}, True),
        ({"aid_kind": ["schooling"]}, False),
        ({"in_a_row": {"at_least": 2}}, True),
        ({"in_a_row": {"at_least": 3}}, False),
        ({"in_a_row": {"at_least": 2, "at_most": 4}}, True),
        ({"aid_kind": {"not": "schooling"}}, True),
        ({"aid_kind": "elderly", "in_a_row": {"at_most": 1}}, False),
    ],
)
def test_a_condition_holds_when_every_field_compares(
    condition: dict[str, Any], expected: bool
) -> None:
    assert holds(condition, {"aid_kind": "elderly", "in_a_row": 2}) is expected


@pytest.mark.parametrize("condition", [{"gone": "x"}, {"gone": {"not": "x"}}, {"gone": ["x"]}])
def test_an_absent_field_meets_no_condition(condition: dict[str, Any]) -> None:
    assert not holds(condition, {"gone": None})


def test_a_bound_of_another_type_does_not_hold_and_does_not_fail() -> None:
    assert not holds({"in_a_row": {"at_least": 2}}, {"in_a_row": "three"})


def test_a_rule_is_met_by_pattern_and_condition_together() -> None:
    again = rule(when={"in_a_row": {"at_least": 2}})
    assert matching([again], visit_missed(in_a_row=1)) == []
    assert matching([again], visit_missed(in_a_row=2)) == [again]
    assert matching([again], Happening("visit.done", COMMUNITY, {"in_a_row": 2})) == []


def test_only_the_rules_roles_are_told() -> None:
    coordinator, director = person("S01"), person("S02", role=StaffRole.DIRECTOR)
    assert audience(rule(), visit_missed(), [coordinator, director]) == [coordinator]


def test_those_who_care_for_this_kind_of_aid_are_told_and_those_who_care_for_all() -> None:
    all_kinds = person("S01")
    elderly = person("S02", aid_kinds=frozenset({AidKind.ELDERLY}))
    schooling = person("S03", aid_kinds=frozenset({AidKind.SCHOOLING}))
    assert audience(rule(), visit_missed(), [all_kinds, elderly, schooling]) == [all_kinds, elderly]


def test_an_event_without_a_kind_of_aid_concerns_everybody_in_the_role() -> None:
    schooling = person("S03", aid_kinds=frozenset({AidKind.SCHOOLING}))
    assert audience(rule(), visit_missed(aid_kind=None), [schooling]) == [schooling]


def test_a_notice_is_told_on_the_channels_that_were_chosen_allowed_and_work() -> None:
    (both,) = decide([rule()], visit_missed(), [person()], everything_works)
    (chosen,) = decide(
        [rule()], visit_missed(), [person(channels=(ChannelCode.EMAIL,))], everything_works
    )
    (allowed,) = decide(
        [rule(channels=(ChannelCode.INAPP,))], visit_missed(), [person()], everything_works
    )
    assert both.channels == (ChannelCode.INAPP, ChannelCode.EMAIL)
    assert chosen.channels == (ChannelCode.EMAIL,)
    assert allowed.channels == (ChannelCode.INAPP,)


def test_where_no_channel_works_the_inbox_still_does() -> None:
    only_email = person(channels=(ChannelCode.EMAIL,))
    (notice,) = decide([rule()], visit_missed(), [only_email], lambda *_: False)
    assert notice.channels == (ChannelCode.INAPP,)


def test_a_notice_is_named_by_rule_subject_and_recipient() -> None:
    by_date = rule(subject=("visit", "aid_kind"))
    (notice,) = decide([by_date], visit_missed(), [person()], everything_works)
    assert notice.id == f"visit-missed:V1/elderly:{COMMUNITY}-S01"


def test_a_key_too_long_for_its_column_is_shortened_and_stays_unique() -> None:
    keys = {fitting("x" * 300 + tail) for tail in ("a", "b")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {MAX_ID}
    assert fitting("x" * MAX_ID) == "x" * MAX_ID
