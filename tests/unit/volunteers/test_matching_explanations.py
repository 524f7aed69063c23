"""Why, and why not: the explanation names the fact that decides, and says so in two languages."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from unit.volunteers.matching_worlds import (
    METRE,
    TODAY,
    a_companion,
    a_need,
    a_pupil,
    a_volunteer,
    random_world,
)
from volunteers.domain.matching import (
    DEFAULT_RULES,
    FILTER_NAMES,
    Need,
    Slot,
    Volunteer,
    blocker_sentence,
    blockers,
    explain,
    match,
    sentences,
    verdict_sentence,
)

LATER = TODAY + timedelta(days=365)
Pair = tuple[Need, Volunteer]
Facts = dict[str, Any]


def accompanied(volunteer: Volunteer) -> Volunteer:
    """With consent and a grown-up at their side, who brings no papers that were not there."""
    companion = volunteer.companion or a_companion(gender=volunteer.gender, clearances={})
    grown_up = replace(companion, birth_date=date(1980, 1, 1), active=True)
    return replace(volunteer, guardian_consent=True, companion=grown_up)


def with_papers(volunteer: Volunteer, facts: Facts) -> Volunteer:
    wanting = dict.fromkeys([*facts["lacking"], *facts["expired"]], LATER)
    if facts["asked_of"] == volunteer.id:
        return replace(volunteer, clearances={**volunteer.clearances, **wanting})
    nobody_yet = a_companion(gender=volunteer.gender, clearances={}, active=False)
    companion = volunteer.companion or nobody_yet
    papers = {**companion.clearances, **wanting}
    return replace(volunteer, companion=replace(companion, clearances=papers))


def with_time(volunteer: Volunteer, slots: tuple[Slot, ...], facts: Facts) -> Volunteer:
    kind = "resident" if facts["at_school"] else volunteer.kind
    return replace(volunteer, kind=kind, availability=slots)


def of_gender(volunteer: Volunteer, facts: Facts) -> Volunteer:
    asked = facts["asked"]
    if volunteer.companion and volunteer.companion.id in facts["refused"]:
        volunteer = replace(volunteer, companion=replace(volunteer.companion, gender=asked))
    return replace(
        volunteer, gender=asked if volunteer.id in facts["refused"] else volunteer.gender
    )


# What turns each refusal, read from nothing but the facts that the explanation gives.
TURNS: dict[str, Callable[[Need, Volunteer, Facts], Pair]] = {
    "scope": lambda n, v, f: (n, replace(v, serves=frozenset({f["need_community"]}))),
    "active": lambda n, v, f: (n, replace(v, active=not f["active"])),
    "aid_kind": lambda n, v, f: (n, replace(v, aid_kinds=v.aid_kinds | {f["needed"]})),
    "capacity": lambda n, v, f: (n, replace(v, capacity=f["load"] + 1)),
    "skills": lambda n, v, f: (n, replace(v, skills=v.skills | set(f["missing"]))),
    "clearances": lambda n, v, f: (n, with_papers(v, f)),
    "minor_consent": lambda n, v, f: (n, accompanied(v)),
    "minors_welcome": lambda n, v, f: (replace(n, minors_welcome=not f["welcome"]), v),
    "gender": lambda n, v, f: (n, of_gender(v, f)),
    "language": lambda n, v, f: (n, replace(v, languages=v.languages | set(f["missing"]))),
    "schedule": lambda n, v, f: (n, with_time(v, n.slots, f)),
    "distance": lambda n, v, f: (replace(n, latitude=v.latitude, longitude=v.longitude), v),
    "restrictions": lambda n, v, f: (replace(n, avoid=n.avoid - set(f["unwanted"])), v),
    "declined": lambda n, v, f: (replace(n, declined=n.declined - {v.id}), v),
}


def refused_pairs(seed: int) -> list[Pair]:
    needs, volunteers = random_world(seed, 8, 8)
    long_enough = [replace(each, minutes=20) for each in needs]
    pairs = [(need, volunteer) for need in long_enough for volunteer in volunteers]
    return [pair for pair in pairs if not explain(*pair, DEFAULT_RULES, TODAY).eligible]


def turned(pair: Pair, names: list[str]) -> Pair:
    for name in names:
        verdicts = {each.name: each for each in explain(*pair, DEFAULT_RULES, TODAY).filters}
        pair = TURNS[name](*pair, verdicts[name].facts)
    return pair


@pytest.mark.parametrize("seed", range(10))
def test_turning_the_facts_that_are_told_turns_the_refusal(seed: int) -> None:
    for pair in random.Random(seed).sample(refused_pairs(seed), 20):
        told = list(explain(*pair, DEFAULT_RULES, TODAY).failed)
        assert explain(*turned(pair, told), DEFAULT_RULES, TODAY).eligible
        for kept in told:  # and each of them was needed
            others = [name for name in told if name != kept]
            assert kept in explain(*turned(pair, others), DEFAULT_RULES, TODAY).failed


def test_there_is_a_turn_for_every_filter_and_random_refusals_need_them_all() -> None:
    told = {
        name
        for seed in range(10)
        for pair in refused_pairs(seed)
        for name in explain(*pair, DEFAULT_RULES, TODAY).failed
    }
    assert told == set(TURNS) == set(FILTER_NAMES)


def test_a_chosen_volunteer_who_is_declined_is_chosen_no_more() -> None:
    needs, volunteers = random_world(3, 12, 12)
    asked = {each.id: each for each in needs}
    matches = match(needs, volunteers, DEFAULT_RULES, TODAY).matches
    assert matches
    for each in matches:
        declined = replace(asked[each.need], declined=frozenset({each.volunteer}))
        others = [need for need in needs if need.id != each.need]
        again = match([*others, declined], volunteers, DEFAULT_RULES, TODAY)
        assert (each.need, each.volunteer) not in {
            (one.need, one.volunteer) for one in again.matches
        }


def test_an_explanation_tells_who_serves_instead_and_whom_this_one_serves() -> None:
    near, far = a_volunteer(id="V1"), a_volunteer(id="V2", latitude=a_need().latitude + 500 * METRE)
    needs = [a_need(id="N1"), a_need(id="N2", latitude=far.latitude)]
    context = match(needs, [near, far], DEFAULT_RULES, TODAY).context([near, far])
    told = explain(needs[0], far, DEFAULT_RULES, TODAY, context)
    assert (told.rank, told.of, told.chosen) == (2, 2, "backup")
    assert [(each.need, each.volunteer) for each in told.instead] == [("N1", "V1"), ("N2", "V2")]
    assert told.instead[0].score == told.total + 15_000
    assert explain(needs[0], near, DEFAULT_RULES, TODAY, context).chosen == "primary"
    assert sentences(told, "en")[:4] == [
        "V2 is the backup for N1: 60.0 of 100.0 points, rank 2 of 2 eligible.",
        "V1 serves N1 (75.0 points).",
        "V2 serves N2 (75.0 points).",
        "All 14 conditions hold.",
    ]


def test_a_refusal_reads_as_plain_sentences() -> None:
    need = a_need(skills=frozenset({"repair"}), involves_minor=True)
    told = explain(need, a_volunteer(id="V9", clearances={}), DEFAULT_RULES, TODAY)
    assert sentences(told, "en") == [
        f"V9 cannot serve {need.id}.",
        "skills: lacks the skill repair.",
        "clearances: no clearance background_check is held by V9.",
        "The other 12 conditions hold.",
    ]
    words = {"repair": "小修", "background_check": "无犯罪记录证明"}
    assert sentences(told, "zh-CN", lambda code: words.get(code, code)) == [
        f"V9不能服务{need.id}。",
        "技能：缺少技能：小修。",
        "证明：V9没有证明：无犯罪记录证明。",
        "其余12项条件均满足。",
    ]


def test_an_explanation_survives_as_json() -> None:
    need, volunteer = a_need(involves_minor=True), a_pupil(companion=None)
    told = explain(need, volunteer, DEFAULT_RULES, TODAY)
    assert json.loads(json.dumps(told.to_data()))["failed"] == list(told.failed)


def test_every_verdict_can_be_told_in_both_languages() -> None:
    for seed in range(10):
        for pair in refused_pairs(seed):
            for verdict in explain(*pair, DEFAULT_RULES, TODAY).filters:
                assert verdict_sentence(verdict, "en").endswith(".")
                assert verdict_sentence(verdict, "zh-CN").endswith("。")


def test_an_unfilled_need_says_which_skill_nobody_holds() -> None:
    need = a_need(aid_kind="elderly", skills=frozenset({"legal_advice"}))
    found = blockers(need, [a_volunteer(id=f"V{n}") for n in range(160)], DEFAULT_RULES, TODAY)
    assert found.failing == (("skills", 160),)
    assert found.failed_by_all == ("skills",)
    assert blocker_sentence(found, "en") == (
        "160 volunteers: 0 hold the skill legal_advice. "
        "Nearest is V0: skills: lacks the skill legal_advice."
    )
    assert blocker_sentence(
        found, "zh-CN", lambda code: {"legal_advice": "政策咨询"}.get(code, code)
    ) == ("160名志愿者：没有人具备技能政策咨询。最接近的是V0：技能：缺少技能：政策咨询。")


def test_blockers_count_each_filter_and_find_the_nearest_miss() -> None:
    need = a_need(minors_welcome=False)
    people = [
        a_volunteer(id="V1", active=False, aid_kinds=frozenset()),
        a_volunteer(id="V2", latitude=need.latitude + 1500 * METRE),
        a_pupil(id="V3"),
    ]
    found = blockers(need, people, DEFAULT_RULES, TODAY)
    assert dict(found.failing) == {"active": 1, "aid_kind": 1, "distance": 1, "minors_welcome": 1}
    assert found.nearest is not None
    assert found.nearest.volunteer == "V2"  # one failure, and one that may be overridden
    assert [each.name for each in found.nearest.failed] == ["distance"]
    assert "nobody meets every condition" in blocker_sentence(found, "en")
    assert json.loads(json.dumps(found.to_data()))["blockers"][0] == {
        "filter": "active",
        "count": 1,
    }


def test_who_would_suit_but_has_no_room_is_counted() -> None:
    found = blockers(a_need(), [a_volunteer(load=2)], DEFAULT_RULES, TODAY)
    assert (found.eligible, found.at_capacity) == (0, 1)
    assert "1 suitable, but without room left" in blocker_sentence(found, "en")


def test_the_cause_is_the_filter_that_most_fail_or_that_there_is_no_room() -> None:
    need = a_need(skills=frozenset({"escort"}))
    nobody_can = blockers(
        need, [a_volunteer(id="V1"), a_volunteer(id="V2", load=2)], DEFAULT_RULES, TODAY
    )
    assert nobody_can.cause == "skills"
    assert blockers(a_need(), [a_volunteer(load=2)], DEFAULT_RULES, TODAY).cause == "capacity"
    assert blockers(a_need(), [], DEFAULT_RULES, TODAY).cause == "capacity"


def test_after_a_run_the_eligible_are_said_to_be_given_to_others() -> None:
    needs = [a_need(id=f"N{n}") for n in range(3)]
    [left] = match(needs, [a_volunteer()], DEFAULT_RULES, TODAY).unmatched
    assert "1 eligible, but all given to other needs" in blocker_sentence(left, "en")
    assert "都已分配给其他需求" in blocker_sentence(left, "zh-CN")
    before = blockers(needs[0], [a_volunteer()], DEFAULT_RULES, TODAY)
    assert "run the match" in blocker_sentence(before, "en")
    assert "nobody has registered" in blocker_sentence(
        blockers(needs[0], [], DEFAULT_RULES, TODAY), "en"
    )
