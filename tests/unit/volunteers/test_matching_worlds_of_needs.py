"""Whole worlds: filters, score, assignment and backups together."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.volunteers.matching_worlds import (
    TODAY,
    a_need,
    a_volunteer,
    best_by_brute_force,
    eligible_triples,
    random_volunteer,
    random_world,
)
from volunteers.domain.matching import (
    DEFAULT_RULES,
    FILTER_NAMES,
    Outcome,
    judge,
    match,
    propose_one,
    score,
)
from volunteers.domain.matching.candidates import classes_of, everybody
from volunteers.domain.matching.factors import total
from volunteers.domain.matching.pool import Pool

SEEDS = st.integers(min_value=0, max_value=10**9)
quickly = settings(max_examples=60, deadline=None, derandomize=True)


def matched(seed: int, needs: int = 12, volunteers: int = 10) -> Outcome:
    asked, offered = random_world(seed, needs, volunteers)
    return match(asked, offered, DEFAULT_RULES, TODAY)


@pytest.mark.parametrize("tens", range(30))
def test_a_whole_match_equals_brute_force_with_filters_and_capacities(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        needs, volunteers = random_world(seed, 5, 6)
        found = match(needs, volunteers, DEFAULT_RULES, TODAY)
        limits = [each.remaining for each in volunteers]
        triples = eligible_triples(needs, volunteers)
        best = best_by_brute_force(classes_of(needs), triples, limits)
        assert (found.served_per_class, found.total) == best


@given(SEEDS)
@quickly
def test_columns_judge_and_score_as_the_named_functions_do(seed: int) -> None:
    needs, volunteers = random_world(seed, 4, 25)
    pool = Pool(volunteers, DEFAULT_RULES, TODAY)
    for need in needs:
        pairs = everybody(need, pool)
        masks, points = pairs.masks(), pairs.scores()
        for place in range(pool.size):
            verdicts = judge(need, pool.people[place], DEFAULT_RULES, TODAY)
            assert [each.passed for each in verdicts] == masks[:, place].tolist()
            assert points[place] == total(score(need, pool.people[place], DEFAULT_RULES, TODAY))
        assert pairs.eligible().v.tolist() == np.flatnonzero(masks.all(axis=0)).tolist()


@given(SEEDS)
@quickly
def test_no_hard_filter_is_ever_broken_by_a_volunteer_or_a_backup(seed: int) -> None:
    needs, volunteers = random_world(seed, 12, 10)
    asked, offered = {n.id: n for n in needs}, {v.id: v for v in volunteers}
    for each in match(needs, volunteers, DEFAULT_RULES, TODAY).matches:
        for who in {each.volunteer, each.backup or each.volunteer}:
            verdicts = judge(asked[each.need], offered[who], DEFAULT_RULES, TODAY)
            assert all(verdict.passed for verdict in verdicts)


@given(SEEDS)
@quickly
def test_nobody_gets_more_than_they_promised(seed: int) -> None:
    _, volunteers = random_world(seed, 12, 10)
    found = matched(seed)
    for each in volunteers:
        as_primary = [one for one in found.matches if one.volunteer == each.id]
        as_backup = [one for one in found.matches if one.backup == each.id]
        assert len(as_primary) <= each.remaining
        assert len(as_backup) <= each.remaining_backup


@given(SEEDS)
@quickly
def test_one_more_volunteer_never_lowers_coverage(seed: int) -> None:
    needs, volunteers = random_world(seed, 12, 8)
    newcomer = random_volunteer(random.Random(seed + 1), 99)
    before = match(needs, volunteers, DEFAULT_RULES, TODAY)
    after = match(needs, [*volunteers, newcomer], DEFAULT_RULES, TODAY)
    assert len(after.matches) >= len(before.matches)
    assert after.served_per_class >= before.served_per_class


@given(SEEDS)
@quickly
def test_the_order_of_rows_never_changes_the_result(seed: int) -> None:
    needs, volunteers = random_world(seed, 12, 10)
    dice = random.Random(seed)
    shuffled = dice.sample(needs, len(needs)), dice.sample(volunteers, len(volunteers))
    assert match(*shuffled, DEFAULT_RULES, TODAY) == matched(seed)


@given(SEEDS)
@quickly
def test_every_need_is_either_matched_or_told_why_not(seed: int) -> None:
    found = matched(seed)
    told = [each.need for each in found.matches] + [each.need for each in found.unmatched]
    assert len(told) == len(set(told)) == found.needs == 12


@given(SEEDS)
@quickly
def test_contributions_sum_to_the_score_and_scores_to_the_total(seed: int) -> None:
    found = matched(seed)
    for each in found.matches:
        assert sum(factor.contribution for factor in each.factors) == each.score
        assert all(0 <= factor.value <= 1000 for factor in each.factors)
    assert sum(each.score for each in found.matches) == found.total


def test_a_backup_is_somebody_else_and_the_best_there_is() -> None:
    people = [a_volunteer(id=f"V{n}", load=n, capacity=4, backup_load=n) for n in range(3)]
    [only] = match([a_need()], people, DEFAULT_RULES, TODAY).matches
    assert (only.volunteer, only.backup) == ("V0", "V1")
    assert only.backup_score is not None
    assert only.backup_score < only.score


def test_without_anybody_else_there_is_no_backup() -> None:
    [only] = match([a_need()], [a_volunteer()], DEFAULT_RULES, TODAY).matches
    assert only.backup is None


def test_an_urgent_need_comes_before_one_that_waited_longer() -> None:
    urgent = a_need(id="N2", urgency=3)
    waiting = a_need(id="N1", urgency=1, raised_on=TODAY.replace(year=2024))
    only = a_volunteer(capacity=1)
    found = match([waiting, urgent], [only], DEFAULT_RULES, TODAY)
    assert [each.need for each in found.matches] == ["N2"]
    assert found.unmatched[0].taken


def test_of_equally_urgent_needs_the_longest_waiting_is_served() -> None:
    old, new = a_need(id="N2", raised_on=TODAY.replace(day=1)), a_need(id="N1", raised_on=TODAY)
    found = match([new, old], [a_volunteer(capacity=1)], DEFAULT_RULES, TODAY)
    assert [each.need for each in found.matches] == ["N2"]


def test_one_new_need_gets_its_best_volunteers_at_once() -> None:
    near = a_volunteer(id="V2")
    far = a_volunteer(id="V1", latitude=near.latitude + 0.005)
    nobody = a_volunteer(id="V3", active=False)
    ranked = propose_one(a_need(), [far, nobody, near], DEFAULT_RULES, TODAY)
    assert [(each.rank, each.volunteer) for each in ranked] == [(1, "V2"), (2, "V1")]
    assert ranked[0].score == sum(each.contribution for each in ranked[0].factors)
    assert propose_one(a_need(), [nobody], DEFAULT_RULES, TODAY) == ()


def test_an_empty_world_is_matched_to_nothing() -> None:
    assert match([], [], DEFAULT_RULES, TODAY).total == 0
    assert match([a_need()], [], DEFAULT_RULES, TODAY).unmatched[0].volunteers == 0


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="volunteer is listed twice; give each id once"):
        match([], [a_volunteer(), a_volunteer()], DEFAULT_RULES, TODAY)
    with pytest.raises(ValueError, match="need is listed twice; give each id once"):
        match([a_need(), a_need()], [], DEFAULT_RULES, TODAY)


def test_every_filter_decides_in_some_random_world() -> None:
    """Else the property tests above would prove little."""
    failing = {
        name for seed in range(10) for each in matched(seed).unmatched for name, _ in each.failing
    }
    assert failing == set(FILTER_NAMES)
