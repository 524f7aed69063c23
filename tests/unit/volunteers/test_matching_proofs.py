"""What is left out of the candidate graph is never missed; proposals move only where it pays.

MATCHING=full tries a thousand worlds; else a tenth of them.
"""

import os
import random
from dataclasses import replace

import numpy as np
import pytest

from unit.volunteers.matching_worlds import (
    MORNING,
    TODAY,
    a_need,
    a_pupil,
    a_volunteer,
    best_by_brute_force,
    eligible_triples,
    random_world,
)
from volunteers.domain.calendar import Slot, without
from volunteers.domain.matching import DEFAULT_RULES, Rules, match
from volunteers.domain.matching.candidates import classes_of, graph_of
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.solving import solve

WORLDS = 1_000 if os.environ.get("MATCHING") == "full" else 100
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_a_graph_of_one_candidate_each_is_widened_to_what_brute_force_finds(part: int) -> None:
    for seed in range(part, WORLDS, PARTS):
        needs, volunteers = random_world(seed, 6, 6)
        pool = Pool(volunteers, DEFAULT_RULES, TODAY)
        asked = Asked(needs, pool)
        classes = np.array(classes_of(needs))
        found = solve(asked, pool, graph_of(asked, pool, bound=1), classes, pool.remaining)
        best = best_by_brute_force(
            classes.tolist(),
            eligible_triples(needs, pool.people),
            pool.remaining.tolist(),
        )
        assert found.proven
        assert (found.served, found.total) == best


def test_a_bound_changes_nothing_in_a_crowd_that_wants_the_same_people() -> None:
    dice = random.Random(5)
    people = [
        a_volunteer(id=f"V{n:02}", capacity=1, latitude=41.79 + dice.random() / 100)
        for n in range(40)
    ]
    needs = [a_need(id=f"N{n:02}", latitude=41.79 + dice.random() / 100) for n in range(38)]
    pool = Pool(people, DEFAULT_RULES, TODAY)
    asked, classes = Asked(needs, pool), np.array(classes_of(needs))
    narrow = solve(asked, pool, graph_of(asked, pool, bound=2), classes, pool.remaining)
    wide = solve(asked, pool, graph_of(asked, pool, bound=99), classes, pool.remaining)
    assert (narrow.proven, narrow.served, narrow.total) == (True, wide.served, wide.total)
    assert len(narrow.graph.rows) < len(wide.graph.rows)


def nearer_by(metres: int) -> tuple[str | None, str]:
    """Who is proposed now and who next, when somebody comes who lives so much nearer."""
    rules = replace(DEFAULT_RULES, keep_margin=3000)
    old = a_volunteer(id="V1", latitude=a_need().latitude + 500 / 111_195)
    new = a_volunteer(id="V2", latitude=a_need().latitude + (500 - metres) / 111_195)
    need = a_need(current="V1")
    [found] = match([need], [old, new], rules, TODAY).matches
    assert found.score == sum(each.contribution for each in found.factors)
    return need.current, found.volunteer


def test_a_proposal_is_moved_only_where_it_is_worth_the_margin() -> None:
    assert nearer_by(50) == ("V1", "V1")  # 50 of 1000 metres at weight 30: 1500 points
    assert nearer_by(200) == ("V1", "V2")


def test_a_proposal_gives_way_to_a_need_that_is_more_urgent() -> None:
    proposed, urgent = a_need(id="N1", current="V1"), a_need(id="N2", urgency=3)
    found = match([proposed, urgent], [a_volunteer(id="V1", capacity=1)], DEFAULT_RULES, TODAY)
    assert [each.need for each in found.matches] == ["N2"]


SCHOOLDAY = Slot(3, 10 * 60, 12 * 60)
IN_BREAK = replace(DEFAULT_RULES, school_breaks=((TODAY, TODAY),))


@pytest.mark.parametrize(
    ("frequency", "rules", "served"),
    [
        ("weekly", DEFAULT_RULES, 0),
        ("once", DEFAULT_RULES, 0),
        ("weekly", IN_BREAK, 0),  # the break ends, the visits don't
        ("once", IN_BREAK, 1),
    ],
)
def test_hours_at_school_are_not_free(frequency: str, rules: Rules, served: int) -> None:
    need = a_need(frequency=frequency, slots=(SCHOOLDAY,))
    assert len(match([need], [a_pupil(availability=(SCHOOLDAY,))], rules, TODAY).matches) == served
    assert len(match([need], [a_volunteer(availability=(SCHOOLDAY,))], rules, TODAY).matches) == 1


def test_what_is_left_of_a_morning_without_its_middle() -> None:
    assert without([MORNING], [Slot(6, 570, 600)]) == (Slot(6, 540, 570), Slot(6, 600, 660))
    assert without([MORNING], [Slot(5, 570, 600)]) == (MORNING,)
    assert without([MORNING], [Slot(6, 0, 1440)]) == ()
