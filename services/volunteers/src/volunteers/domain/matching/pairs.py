"""Pairs of needs and volunteers as columns: every filter and every factor, many pairs at a time.

The masks say what `filters.py` says and the values what `factors.py` says, without a Python loop
over pairs. Property tests hold the two together; a change here is a change there.
"""

from collections.abc import Callable

import numpy as np

from volunteers.domain.matching import factors
from volunteers.domain.matching.coded import lacking, shared
from volunteers.domain.matching.filters import FILTER_NAMES
from volunteers.domain.matching.geometry import Bools, Ints, metres_between
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.rules import FACTOR_NAMES


class Pairs:
    """Row by row a need's place `n` in `asked` and a volunteer's place `v` in the pool."""

    def __init__(self, asked: Asked, pool: Pool, n: Ints, v: Ints) -> None:
        self.asked, self.pool, self.n, self.v = asked, pool, n, v
        # distance and schedule are both filters and factors: worked out once
        self._known: dict[str, Ints] = {}

    def eligible(self) -> "Pairs":
        """Those that pass every filter."""
        return self.passing(*_CHEAPEST_FIRST)

    def passing(self, *filters: str) -> "Pairs":
        left = self
        for name in filters:
            left = left.where(_MASKS[name](left))
        return left

    def where(self, mask: Bools) -> "Pairs":
        if mask.all():
            return self
        kept = Pairs(self.asked, self.pool, self.n[mask], self.v[mask])
        kept._known = {name: column[mask] for name, column in self._known.items()}
        return kept

    def masks(self) -> Bools:
        """Which pairs pass which filter: filters in order × pairs."""
        return np.stack([_MASKS[name](self) for name in FILTER_NAMES])

    def scores(self) -> Ints:
        """The total score of each pair, in points."""
        weights = self.pool.rules.weights
        total = np.zeros(len(self.n), dtype=np.int64)
        for name in FACTOR_NAMES:
            total += weights[name] * _VALUES[name](self)
        return total

    def worth(self) -> Ints:
        """The scores as the solver sees them: whoever is proposed already has the margin more."""
        return self.scores() + self.pool.rules.keep_margin * self.named(self.asked.current)

    @property
    def metres(self) -> Ints:
        if "metres" not in self._known:
            ours, theirs = self.asked.points[self.n], self.pool.points[self.v]
            self._known["metres"] = metres_between(ours, theirs)
        return self._known["metres"]

    @property
    def minutes(self) -> Ints:
        """The longest common stretches that are enough for a visit, one a day, summed."""
        self._compare_times()
        return self._known["minutes"]

    @property
    def days(self) -> Ints:
        """On how many days of the week there is such a stretch."""
        self._compare_times()
        return self._known["days"]

    def _compare_times(self) -> None:
        if "minutes" in self._known:
            return
        slots, n = self.asked.slots, self.n
        minutes, days, longest = np.zeros((3, len(n)), dtype=np.int64)
        for nth in range(slots.most):
            before = np.where(slots.same_day[nth].take(n), longest, 0)
            longest = np.maximum(before, self._common(nth))
            minutes += longest - before
            days += (before == 0) & (longest > 0)
        self._known |= {"minutes": minutes, "days": days}

    def _common(self, nth: int) -> Ints:
        """The longest stretch within the need's n-th slot, 0 where too short for a visit."""
        slots, times, n = self.asked.slots, self.pool.times, self.n
        row = self.v + self.pool.size * self.asked.single[n]
        at = slots.day[nth].take(n) * times.rows + row
        start, end = slots.start[nth].take(n), slots.end[nth].take(n)
        longest = np.zeros(len(n), dtype=np.int16)
        for starts, ends in zip(times.start, times.end, strict=True):
            common = np.minimum(end, ends.take(at)) - np.maximum(start, starts.take(at))
            np.maximum(longest, common, out=longest)
        return np.where(longest >= self.asked.minutes.take(n), longest, 0)

    def named(self, keys: Ints) -> Bools:
        """Which pairs are among these, given as single numbers in order."""
        if not len(keys):
            return np.zeros(len(self.n), dtype=np.bool_)
        own = self.n * self.pool.size + self.v
        found = np.searchsorted(keys, own)
        same: Bools = keys[np.minimum(found, len(keys) - 1)] == own
        return same

    def age_fit(self) -> Ints:
        asked, pool, n, v = self.asked, self.pool, self.n, self.v
        adult = np.where(pool.teacher[v], factors.BEST, factors.OTHER_ADULT_TUTOR)
        ahead = pool.grade[v] - asked.grade[n] >= pool.rules.tutoring_year_gap
        pupil = np.where(ahead | pool.teacher[v], factors.BEST, 0)
        return np.where(asked.tutored[n], np.where(pool.minor[v], pupil, adult), factors.BEST)


_MASKS: dict[str, Callable[[Pairs], Bools]] = {
    "scope": lambda it: ~lacking(it.asked.community, it.pool.serves.held, it.n, it.v),
    "active": lambda it: it.pool.active[it.v],
    "aid_kind": lambda it: ~lacking(it.asked.aid, it.pool.aids.held, it.n, it.v),
    "capacity": lambda it: it.pool.remaining[it.v] > 0,
    "skills": lambda it: ~lacking(it.asked.skills, it.pool.skills.held, it.n, it.v),
    "clearances": lambda it: ~lacking(it.asked.clearances, it.pool.cleared.held, it.n, it.v),
    "minor_consent": lambda it: it.pool.consented[it.v] | ~it.pool.minor[it.v],
    "minors_welcome": lambda it: ~it.pool.minor[it.v] | it.asked.minors_welcome[it.n],
    "gender": lambda it: (
        it.asked.any_gender[it.n]
        # everybody who comes has the gender asked for: nobody has another
        | ~lacking(it.pool.genders.held, it.asked.gender, it.v, it.n)
    ),
    "language": lambda it: ~lacking(it.asked.must_speak, it.pool.languages.held, it.n, it.v),
    "schedule": lambda it: it.days >= it.asked.days[it.n],
    "distance": lambda it: it.metres <= np.minimum(it.pool.own_bound[it.v], it.asked.reach[it.n]),
    "restrictions": lambda it: ~it.named(it.asked.avoid),
    "declined": lambda it: ~it.named(it.asked.declined),
}
_CHEAPEST_FIRST = sorted(
    FILTER_NAMES, key=lambda name: (name == "schedule", name in {"distance", "declined"})
)

_VALUES: dict[str, Callable[[Pairs], Ints]] = {
    "distance": lambda it: factors.nearness(it.metres, it.asked.reach[it.n]),
    "skills": lambda it: factors.surplus(
        shared(it.asked.extra_skills, it.pool.skills.held, it.n, it.v)
    ),
    "language": lambda it: factors.spoken(
        shared(it.asked.languages, it.pool.languages.held, it.n, it.v), it.asked.wished[it.n]
    ),
    "schedule": lambda it: factors.roominess(
        it.minutes, it.asked.minutes[it.n], it.asked.days[it.n]
    ),
    "continuity": lambda it: factors.BEST * it.named(it.asked.continuity),
    "load": lambda it: it.pool.lightness[it.v],
    "age_fit": Pairs.age_fit,
}
