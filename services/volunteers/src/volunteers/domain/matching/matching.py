"""Matching a whole world, and answering one new need at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from volunteers.domain.matching.assignment import NOBODY, Assignment, assign
from volunteers.domain.matching.blockers import Blockers, blockers_in
from volunteers.domain.matching.candidates import (
    Ranking,
    candidate_rows,
    classes_of,
    ranking,
)
from volunteers.domain.matching.factors import Factor, score
from volunteers.domain.matching.geometry import Ints
from volunteers.domain.matching.pool import Pool
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer


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
    """A need given to a volunteer: rank `rank` of `eligible`, and a backup where there is one."""

    need: str
    volunteer: str
    score: int
    factors: tuple[Factor, ...]
    rank: int
    eligible: int
    backup: str | None = None
    backup_score: int | None = None

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run, in order of the needs' ids; equal for equal inputs."""

    rules: str
    needs: int
    volunteers: int
    matches: tuple[Match, ...]
    unmatched: tuple[Blockers, ...]
    total: int
    served_per_class: tuple[int, ...]

    def context(self, volunteers: Iterable[Volunteer]) -> Context:
        """What `explain` needs to say who was given to whom."""
        return Context(
            tuple(volunteers),
            {each.need: (each.volunteer, each.score) for each in self.matches},
            {each.need: each.backup for each in self.matches if each.backup is not None},
        )


def match(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], rules: Rules, today: date
) -> Outcome:
    """Give volunteers to needs, optimal for the order of aims in `assignment`, then backups.

    The order in which needs and volunteers come makes no difference. Raises ValueError if an id
    comes twice or a need's aid kind is unknown to the rules.
    """
    pool = Pool(volunteers, rules, today)
    asked = _by_id(needs)
    rankings = [ranking(need, pool) for need in asked]
    rows, classes = candidate_rows(rankings), classes_of(asked)
    primary = assign(classes, rows, pool.remaining.tolist())
    backup = _backups(classes, rows, primary, pool)
    served = [place for place, who in enumerate(primary.volunteer_of) if who != NOBODY]
    return Outcome(
        rules=rules.version,
        needs=len(asked),
        volunteers=pool.size,
        matches=tuple(
            _match(
                asked[n], rankings[n], primary.volunteer_of[n], backup.volunteer_of[n], pool, today
            )
            for n in served
        ),
        unmatched=tuple(
            blockers_in(need, pool, today, taken=True)
            for need, who in zip(asked, primary.volunteer_of, strict=True)
            if who == NOBODY
        ),
        total=primary.total,
        served_per_class=primary.served,
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


def _backups(classes: Sequence[int], rows: Ints, primary: Assignment, pool: Pool) -> Assignment:
    """A second volunteer for each served need, by the same core: never the need's own primary."""
    given = np.asarray(primary.volunteer_of, dtype=np.int64)[rows[:, 0]]
    others = rows[(given != NOBODY) & (given != rows[:, 1])]
    return assign(classes, others, pool.remaining_backup.tolist())


def _match(
    need: Need, ranked: Ranking, primary: int, backup: int, pool: Pool, today: date
) -> Match:
    volunteer = pool.people[primary]
    rank = ranked.rank_of(primary) or 0
    second = ranked.rank_of(backup) if backup != NOBODY else None
    return Match(
        need=need.id,
        volunteer=volunteer.id,
        score=int(ranked.scores[rank - 1]),
        factors=score(need, volunteer, pool.rules, today),
        rank=rank,
        eligible=len(ranked.places),
        backup=pool.people[backup].id if second else None,
        backup_score=int(ranked.scores[second - 1]) if second else None,
    )
