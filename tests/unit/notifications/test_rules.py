"""Which rules an event meets, and who is told."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifications.domain.codes import AidKind, ChannelCode, StaffRole, Why
from notifications.domain.rules import (
    MAX_ID,
    Happening,
    Person,
    Rule,
    Scene,
    audience,
    channels_for,
    first_steps,
    fitting,
    holds,
    matching,
    notice_id,
    subject_of,
    topic_matches,
)
from notifications.domain.timing import Away, Preference
from servicekit.workdays import workdays

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
        "reachable": frozenset({ChannelCode.INAPP, ChannelCode.EMAIL}),
    }
    return Person(id=f"{COMMUNITY}-{code}", **(given | facts))


EVERY = frozenset(ChannelCode)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def told(rule: Rule, happening: Happening, staff: list[Person], **scene: Any) -> list[Person]:
    return [each.person for each in audience(rule, happening, at(staff, **scene))[0]]


def at(staff: list[Person], **facts: Any) -> Scene:
    zone = ZoneInfo("Asia/Shanghai")
    return Scene(**{"staff": staff, "now": NOW, "zone": zone, "workdays": workdays({}), **facts})


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
    assert told(rule(), visit_missed(), [coordinator, director]) == [coordinator]


def test_those_who_care_for_this_kind_of_aid_are_told_and_those_who_care_for_all() -> None:
    all_kinds = person("S01")
    elderly = person("S02", aid_kinds=frozenset({AidKind.ELDERLY}))
    schooling = person("S03", aid_kinds=frozenset({AidKind.SCHOOLING}))
    assert told(rule(), visit_missed(), [all_kinds, elderly, schooling]) == [all_kinds, elderly]


def test_an_event_without_a_kind_of_aid_concerns_everybody_in_the_role() -> None:
    schooling = person("S03", aid_kinds=frozenset({AidKind.SCHOOLING}))
    assert told(rule(), visit_missed(aid_kind=None), [schooling]) == [schooling]


def test_a_notice_is_told_on_the_channels_that_were_chosen_allowed_and_work() -> None:
    inbox, email = ChannelCode.INAPP, ChannelCode.EMAIL
    assert channels_for(rule(), person(channels=(email, inbox)), EVERY) == (email, inbox)
    assert channels_for(rule(), person(channels=(email,)), EVERY) == (email,)
    assert channels_for(rule(channels=(inbox,)), person(), EVERY) == (inbox,)
    assert channels_for(rule(), person(), {inbox}) == (inbox,)
    unreachable = person(reachable=frozenset({inbox}))
    assert channels_for(rule(), unreachable, EVERY) == (inbox,)


def test_where_no_channel_works_the_inbox_still_does() -> None:
    assert channels_for(rule(), person(channels=(ChannelCode.EMAIL,)), ()) == (ChannelCode.INAPP,)


def test_one_channel_carries_it_outside_and_the_others_wait() -> None:
    inbox, email, sms = ChannelCode.INAPP, ChannelCode.EMAIL, ChannelCode.SMS
    assert first_steps((sms, inbox, email)) == (inbox, sms)
    assert first_steps((email,)) == (email,)


def test_everybody_who_is_not_told_has_a_reason() -> None:
    coordinator, director = person("S01"), person("S02", role=StaffRole.DIRECTOR)
    schooling = person("S03", aid_kinds=frozenset({AidKind.SCHOOLING}))
    _, others = audience(rule(), visit_missed(), at([coordinator, director, schooling]))
    assert others == [(director, Why.OTHER_ROLE), (schooling, Why.OTHER_AID_KIND)]


def test_people_are_named_or_on_duty_or_addressed_by_the_event() -> None:
    one, two = person("S01", role=StaffRole.DIRECTOR), person("S02", role=StaffRole.DIRECTOR)
    assert told(rule(roles=(), people=("S02",)), visit_missed(), [one, two]) == [two]
    duty = frozenset({one.id})
    assert told(rule(roles=(), on_duty=True), visit_missed(), [one, two], on_duty=duty) == [one]
    named = visit_missed(staff=["S02"], roles=[])
    assert told(rule(roles=(), addressed=True), named, [one, two]) == [two]


def test_a_pairings_coordinator_is_told_and_before_anybody_has_it_all_of_them_are() -> None:
    one, two = person("S01"), person("S02")
    hers = rule(roles=(), pairing_coordinator=True)
    assert told(hers, visit_missed(), [one, two], coordinator=two.id) == [two]
    assert told(hers, visit_missed(), [one, two]) == [one, two]


def test_where_nobody_is_left_the_administrators_are_told() -> None:
    administrator = person("S08", role=StaffRole.ADMINISTRATOR)
    assert told(rule(), visit_missed(), [administrator]) == [administrator]


def test_the_cover_of_the_absent_is_told_too_and_so_on_along_the_chain() -> None:
    def away(cover: str) -> Preference:
        week = Away(date(2026, 11, 23), date(2026, 11, 29), f"{COMMUNITY}-{cover}")
        return Preference(absences=(week,))

    director = StaffRole.DIRECTOR
    one, two = person("S01", preference=away("S02")), person("S02", role=director)
    (first, second), _ = audience(rule(), visit_missed(), at([one, two]))
    assert (first.person, second.person) == (one, two)
    assert (second.why, second.on_behalf) == (Why.COVER, one.id)
    two, three = person("S02", role=director, preference=away("S03")), person("S03", role=director)
    assert told(rule(), visit_missed(), [one, two, three]) == [one, three]
    round_about = person("S02", role=director, preference=away("S01"))
    assert told(rule(), visit_missed(), [one, round_about]) == [one]


def test_a_notice_is_named_by_rule_subject_and_recipient() -> None:
    by_date = rule(subject=("visit", "aid_kind"))
    assert subject_of(by_date, visit_missed()) == "V1/elderly"
    key = notice_id("visit-missed", "V1/elderly", "S01")
    assert key == "visit-missed:V1/elderly:S01"


def test_a_key_too_long_for_its_column_is_shortened_and_stays_unique() -> None:
    keys = {fitting("x" * 300 + tail) for tail in ("a", "b")}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {MAX_ID}
    assert fitting("x" * MAX_ID) == "x" * MAX_ID
