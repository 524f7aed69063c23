"""Why nobody serves a need: who fails what, and who comes nearest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from volunteers.domain.matching.candidates import everybody
from volunteers.domain.matching.filters import FILTER_NAMES, SAFETY, Verdict, judge
from volunteers.domain.matching.geometry import Bools
from volunteers.domain.matching.pairs import Pairs
from volunteers.domain.matching.pool import Pool
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

_CAPACITY = FILTER_NAMES.index("capacity")
_UNSAFE = np.array([name in SAFETY for name in FILTER_NAMES])


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The volunteer who fails least, and the verdicts they fail by."""

    volunteer: str
    failed: tuple[Verdict, ...]

    def to_data(self) -> dict[str, Any]:
        return {"volunteer": self.volunteer, "failed": [each.to_data() for each in self.failed]}


@dataclass(frozen=True, slots=True)
class Blockers:
    """What stands between one need and the volunteers, counted.

    `failing` counts per filter who fails it, most first (somebody may fail several);
    `needed` are the facts of the need that those filters speak of; `at_capacity` counts those
    who would be eligible had they room; `eligible` those who are, which after a global run
    (`taken`) means that they all serve other needs.
    """

    need: str
    aid_kind: str
    volunteers: int
    eligible: int
    at_capacity: int
    failing: tuple[tuple[str, int], ...]
    needed: dict[str, Any]
    nearest: NearMiss | None
    taken: bool = False

    @property
    def failed_by_all(self) -> tuple[str, ...]:
        """The filters that alone would stop everybody."""
        return tuple(name for name, count in self.failing if count == self.volunteers)

    @property
    def cause(self) -> str:
        """All that in a word: who would do has no room, else the filter that most fail."""
        if self.eligible or self.at_capacity or not self.failing:
            return "capacity"
        return self.failing[0][0]

    def to_data(self) -> dict[str, Any]:
        return {
            "need": self.need,
            "aid_kind": self.aid_kind,
            "volunteers": self.volunteers,
            "eligible": self.eligible,
            "at_capacity": self.at_capacity,
            "blockers": [{"filter": name, "count": count} for name, count in self.failing],
            "needed": self.needed,
            "nearest": self.nearest.to_data() if self.nearest else None,
            "taken": self.taken,
        }


def blockers(need: Need, volunteers: Iterable[Volunteer], rules: Rules, today: date) -> Blockers:
    """Count, for one need, who fails which filter."""
    return blockers_in(need, Pool(volunteers, rules, today), today)


def blockers_in(need: Need, pool: Pool, today: date, *, taken: bool = False) -> Blockers:
    """The same on a pool at hand; `taken` if a global run has given away who was eligible."""
    pairs = everybody(need, pool)
    failed = ~pairs.masks()
    times = failed.sum(axis=0)
    counts = dict(zip(FILTER_NAMES, failed.sum(axis=1).tolist(), strict=True))
    return Blockers(
        need=need.id,
        aid_kind=need.aid_kind,
        volunteers=pool.size,
        eligible=int((times == 0).sum()),
        at_capacity=int((failed[_CAPACITY] & (times == 1)).sum()),
        failing=tuple(sorted(((n, c) for n, c in counts.items() if c), key=lambda row: -row[1])),
        needed=_needed(need, pool.rules),
        nearest=_nearest(need, pairs, failed, today),
        taken=taken,
    )


def _nearest(need: Need, pairs: Pairs, failed: Bools, today: date) -> NearMiss | None:
    """Fewest filters failed, then fewest that nobody may override, then nearest, then by id."""
    times = failed.sum(axis=0)
    missing = np.flatnonzero(times)
    if not len(missing):
        return None
    unsafe = failed[_UNSAFE].sum(axis=0)
    order = np.lexsort((missing, pairs.metres[missing], unsafe[missing], times[missing]))
    volunteer = pairs.pool.people[missing[order[0]]]
    verdicts = judge(need, volunteer, pairs.pool.rules, today)
    return NearMiss(volunteer.id, tuple(each for each in verdicts if not each.passed))


def _needed(need: Need, rules: Rules) -> dict[str, Any]:
    """What the need asks for, filter by filter, so that a sentence can name it."""
    asked = rules.needed_clearances(need.aid_kind, involves_minor=need.involves_minor)
    return {
        "scope": need.community,
        "aid_kind": need.aid_kind,
        "skills": sorted(need.skills),
        "clearances": sorted(asked),
        "gender": need.gender,
        "language": sorted(need.languages & rules.languages_required),
        "schedule": [slot.to_data() for slot in need.slots],
        "distance": rules.reach(need.aid_kind),
    }
