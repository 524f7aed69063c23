"""Matching a whole world, and answering one new need at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from volunteers.domain.matching.assignment import NOBODY
from volunteers.domain.matching.blockers import Blockers, blockers_in
from volunteers.domain.matching.candidates import (
    NOTHING,
    Graph,
    classes_of,
    graph_of,
    ranking,
)
from volunteers.domain.matching.factors import Factor, score
from volunteers.domain.matching.geometry import Ints
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.solving import Solved, solve
from volunteers.domain.matching.world import Need, Volunteer

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A volunteer eligible for one need; `rank` counts from 1, `score` is in points."""

    volunteer: str
    score: int
    rank: int
    factors: tuple[Factor, ...]

    def to_data(self) -> dict[str, Any]:
        return {
            "volunteer": self.volunteer,
            "score": self.score,
            "rank": self.rank,
            "factors": [each.to_data() for each in self.factors],
        }


@dataclass(frozen=True, slots=True)
class Match:
    """A need given to a volunteer: rank `rank` of `eligible`, and a backup where there is one.

    The factors are worked out when they are asked for: a large run has many and shows few.
    """

    need: str
    volunteer: str
    score: int
    rank: int
    eligible: int
    backup: str | None
    backup_score: int | None
    pair: tuple[Need, Volunteer, Rules, date] = field(repr=False, compare=False)

    @property
    def factors(self) -> tuple[Factor, ...]:
        return score(*self.pair)

    def to_data(self) -> dict[str, Any]:
        return {
            "need": self.need,
            "volunteer": self.volunteer,
            "score": self.score,
            "factors": [each.to_data() for each in self.factors],
            "rank": self.rank,
            "eligible": self.eligible,
            "backup": self.backup,
            "backup_score": self.backup_score,
        }


@dataclass(frozen=True, slots=True)
class Context:
    """What else was decided: whom to compare with, and who serves and backs up which need.

    `primaries` maps a need to its volunteer and the score of the two; `planned` are those needs
    for which that is not proposed yet.
    """

    volunteers: tuple[Volunteer, ...] = ()
    primaries: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    backups: Mapping[str, str] = field(default_factory=dict)
    planned: frozenset[str] = frozenset()

    def serves(self, need: str) -> str | None:
        """Who serves a need."""
        return self.primaries[need][0] if need in self.primaries else None

    def with_plan(self, best: "Context") -> "Context":
        """The same, and for needs that nobody serves yet what `best` decides."""
        planned = best.primaries.keys() - self.primaries.keys()
        return Context(
            self.volunteers,
            {**best.primaries, **self.primaries},
            {need: who for need, who in best.backups.items() if need in planned}
            | dict(self.backups),
            frozenset(planned),
        )


@dataclass(frozen=True)
class Outcome:
    """The result of a run, in order of the needs' ids; equal for equal inputs.

    `proven` says that no eligible pair, also none beyond the bounded candidate graph, could make
    it better.
    """

    rules: str
    needs: int
    volunteers: int
    matches: tuple[Match, ...]
    unserved: tuple[Need, ...]
    total: int
    served_per_class: tuple[int, ...]
    proven: bool
    pool: Pool = field(repr=False, compare=False)

    @cached_property
    def unmatched(self) -> tuple[Blockers, ...]:
        """Why nobody serves the needs left over; worked out when it is asked for."""
        return self.reasons(len(self.unserved))

    def reasons(self, most: int) -> tuple[Blockers, ...]:
        """The same for so many of them, in order of their ids."""
        pool = self.pool
        return tuple(
            blockers_in(need, pool, pool.today, taken=True) for need in self.unserved[:most]
        )

    def context(self, volunteers: Iterable[Volunteer]) -> Context:
        """What `explain` needs to say who was given to whom."""
        return Context(
            tuple(volunteers),
            {each.need: (each.volunteer, each.score) for each in self.matches},
            {each.need: each.backup for each in self.matches if each.backup is not None},
        )


def match(
    needs: Iterable[Need],
    volunteers: Iterable[Volunteer],
    rules: Rules,
    today: date,
    *,
    tell: Tell = lambda _stage: None,
) -> Outcome:
    """Give volunteers to needs, optimal for the order of aims in `assignment`, then backups.

    A need's `current` volunteer is kept unless another plan is better by more than the rules'
    margin. The order in which needs and volunteers come makes no difference. `tell` hears of each
    stage. Raises ValueError if an id comes twice or a need's aid kind is unknown to the rules.
    """
    tell("columns")
    pool = Pool(volunteers, rules, today)
    asked = Asked(_by_id(needs), pool)
    tell("candidates")
    graph = graph_of(asked, pool)
    classes = np.array(classes_of(asked.needs), dtype=np.int64)
    tell("assignment")
    primary = solve(asked, pool, graph, classes, pool.remaining)
    tell("backups")
    backup = backups(asked, pool, primary, classes)
    matches = _matches(asked, pool, primary, backup)
    return Outcome(
        rules=rules.version,
        needs=len(asked.needs),
        volunteers=pool.size,
        matches=matches,
        unserved=tuple(
            need
            for need, who in zip(asked.needs, primary.volunteer_of, strict=True)
            if who == NOBODY
        ),
        total=sum(each.score for each in matches),
        served_per_class=primary.served,
        proven=primary.proven and backup.proven,
        pool=pool,
    )


def propose_one(
    need: Need, volunteers: Iterable[Volunteer], rules: Rules, today: date, top: int = 5
) -> tuple[Candidate, ...]:
    """The best `top` volunteers for one need, without a global run; empty if nobody may."""
    pool = Pool(volunteers, rules, today)
    ranked = ranking(need, pool)
    return tuple(
        Candidate(
            pool.people[place].id, int(points), rank, score(need, pool.people[place], rules, today)
        )
        for rank, (place, points) in enumerate(
            zip(ranked.places[:top], ranked.scores[:top], strict=True), start=1
        )
    )


def _by_id(needs: Iterable[Need]) -> Sequence[Need]:
    asked = sorted(needs, key=lambda need: need.id)
    if len({need.id for need in asked}) != len(asked):
        raise ValueError("a need is listed twice; give each id once")
    return asked


def backups(asked: Asked, pool: Pool, primary: Solved, classes: Ints) -> Solved:
    """A second volunteer for each served need, by the same core: never the need's own primary."""
    served = primary.volunteer_of != NOBODY
    graph = primary.graph
    rows = graph.rows if served.all() else graph.rows[served[graph.rows[:, 0]]]
    of_served = Graph(rows, graph.eligible, np.where(served, graph.left_out, NOTHING))
    limits = pool.remaining_backup
    return solve(asked, pool, of_served, classes, limits, without=primary.volunteer_of)


def _matches(asked: Asked, pool: Pool, primary: Solved, backup: Solved) -> tuple[Match, ...]:
    first, second = _chosen(primary), _chosen(backup)
    people, none = pool.people, (NOBODY, None, 0)
    found = []
    for place, (who, points, rank) in first.items():
        need, volunteer = asked.needs[place], people[who]
        margin = pool.rules.keep_margin if need.current == volunteer.id else 0
        other, other_points, _ = second.get(place, none)
        found.append(
            Match(
                need=need.id,
                volunteer=volunteer.id,
                score=points - margin,
                rank=rank,
                eligible=int(primary.graph.eligible[place]),
                backup=None if other == NOBODY else people[other].id,
                backup_score=other_points,
                pair=(need, volunteer, pool.rules, pool.today),
            )
        )
    return tuple(found)


def _chosen(solved: Solved) -> dict[int, tuple[int, int, int]]:
    """By need: the volunteer's place, the score, and the rank among the eligible."""
    rows = solved.graph.rows
    rows = rows[solved.volunteer_of[rows[:, 0]] == rows[:, 1]]
    return {need: (who, points, rank) for need, who, points, rank in rows.tolist()}
