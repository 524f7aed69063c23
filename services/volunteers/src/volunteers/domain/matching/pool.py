"""All volunteers as columns, so that one need is held against everybody at once.

The masks say what `filters.py` says and the values what `factors.py` says, for thousands of
volunteers in some microseconds each and without a Python loop over pairs. Property tests hold
the two together; a change here is a change there.
"""

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

from volunteers.domain.calendar import merged, school_grade
from volunteers.domain.matching import factors
from volunteers.domain.matching.filters import (
    FILTER_NAMES,
    answers_for,
    can_accompany,
    is_minor,
    visit_days,
    visit_minutes,
    visitors,
)
from volunteers.domain.matching.geometry import Ints, metres_between
from volunteers.domain.matching.rules import FACTOR_NAMES, Rules
from volunteers.domain.matching.world import Need, Volunteer

Bools = npt.NDArray[np.bool_]
DAYS = range(1, 8)


class Pool:
    """Volunteers in order of their ids, by column; `index` finds one's place."""

    def __init__(self, volunteers: Iterable[Volunteer], rules: Rules, today: date) -> None:
        self.rules = rules
        self.people: tuple[Volunteer, ...] = tuple(sorted(volunteers, key=lambda each: each.id))
        self.index = {each.id: place for place, each in enumerate(self.people)}
        if len(self.index) != len(self.people):
            raise ValueError("a volunteer is listed twice; give each id once")
        people = self.people
        self.size = len(people)
        self.remaining = _ints(each.remaining for each in people)
        self.remaining_backup = _ints(each.remaining_backup for each in people)
        self._active = _bools(each.active for each in people)
        self._latitude = np.array([each.latitude for each in people], dtype=np.float64)
        self._longitude = np.array([each.longitude for each in people], dtype=np.float64)
        self._own_bound = _ints(each.max_distance_m for each in people)
        self._lightness: Ints = factors.lightness(
            _ints(each.load for each in people), _ints(each.capacity for each in people)
        )
        self._take_codes()
        self._take_ages(today)
        self._take_visitors(today)
        self._take_availability()

    def _take_codes(self) -> None:
        people = self.people
        self._serves = _Membership({each.community} | each.serves for each in people)
        self._aids = _Membership(each.aid_kinds for each in people)
        self._skills = _Membership(each.skills for each in people)
        self._languages = _Membership(each.languages for each in people)

    def _take_ages(self, today: date) -> None:
        people = self.people
        self._minor = _bools(is_minor(each, today) for each in people)
        self._teacher = _bools(each.kind == "teacher" for each in people)
        self._grade = _ints(school_grade(each.birth_date, today) for each in people)
        self._consented = _bools(
            each.guardian_consent
            and each.companion is not None
            and can_accompany(each.companion, today)
            for each in people
        )

    def _take_visitors(self, today: date) -> None:
        answerable = [answers_for(each, today) for each in self.people]
        self._cleared = _Membership(
            {kind for kind, last in each.clearances.items() if last >= today} if each else set()
            for each in answerable
        )
        coming = [visitors(each, today) for each in self.people]
        self._genders = _Membership({who.gender for who in each} for each in coming)
        self._comes: dict[str, list[int]] = {}
        for place, group in enumerate(coming):
            for who in group:
                self._comes.setdefault(who.id, []).append(place)

    def _take_availability(self) -> None:
        rows = [
            (slot.weekday, place, slot.start, slot.end)
            for place, each in enumerate(self.people)
            for slot in merged(each.availability)
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        self._on = {day: table[table[:, 0] == day][:, 1:] for day in DAYS}
        # the schedule is both a filter and a factor: the last need's answer is kept for the second
        self._last_common: tuple[Need | None, Ints] = (None, np.zeros((0, 0), dtype=np.int64))

    def masks(self, need: Need) -> Bools:
        """Which volunteers pass which filter: filters in order × volunteers."""
        return np.stack([_MASKS[name](self, need) for name in FILTER_NAMES])

    def eligible(self, need: Need) -> Ints:
        """The places of those who pass every filter."""
        left = np.ones(self.size, dtype=np.bool_)
        for name in _CHEAPEST_FIRST:
            left &= _MASKS[name](self, need)
            if not left.any():
                break
        return np.flatnonzero(left)

    def scores(self, need: Need, places: Ints) -> Ints:
        """The total score of each of these places, in points."""
        parts = [
            self.rules.weights[name] * _VALUES[name](self, need)[places] for name in FACTOR_NAMES
        ]
        total: Ints = np.sum(parts, axis=0, dtype=np.int64)
        return total

    def metres(self, need: Need) -> Ints:
        return metres_between(need.latitude, need.longitude, self._latitude, self._longitude)

    def longest_in_common(self, need: Need) -> Ints:
        """The longest common stretch that is enough for a visit, else 0: volunteers × weekdays."""
        if self._last_common[0] is need:
            return self._last_common[1]
        longest = np.zeros((self.size, len(DAYS)), dtype=np.int64)
        for slot in merged(need.slots):
            place, start, end = self._on[slot.weekday].T
            common = np.minimum(end, slot.end) - np.maximum(start, slot.start)
            np.maximum.at(longest[:, slot.weekday - 1], place, common)
        longest[longest < visit_minutes(need, self.rules)] = 0
        self._last_common = (need, longest)
        return longest

    def _mask_clearances(self, need: Need) -> Bools:
        asked = self.rules.needed_clearances(need.aid_kind, involves_minor=need.involves_minor)
        return self._cleared.all_of(asked)

    def _mask_gender(self, need: Need) -> Bools:
        if need.gender == "any":
            return np.ones(self.size, dtype=np.bool_)
        return self._genders.none_but(need.gender)

    def _mask_schedule(self, need: Need) -> Bools:
        days: Ints = np.count_nonzero(self.longest_in_common(need), axis=1)
        return days >= visit_days(need)

    def _mask_distance(self, need: Need) -> Bools:
        return self.metres(need) <= np.minimum(self._own_bound, self.rules.reach(need.aid_kind))

    def _mask_restrictions(self, need: Need) -> Bools:
        unwanted = [place for who in need.avoid for place in self._comes.get(who, ())]
        return ~self._at(unwanted)

    def _mask_declined(self, need: Need) -> Bools:
        return ~self._named(need.declined)

    def _named(self, ids: frozenset[str]) -> Bools:
        return self._at([self.index[each] for each in ids if each in self.index])

    def _at(self, places: list[int]) -> Bools:
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[places] = True
        return mask

    def _value_schedule(self, need: Need) -> Ints:
        common: Ints = self.longest_in_common(need).sum(axis=1)
        value: Ints = factors.roominess(common, visit_minutes(need, self.rules), visit_days(need))
        return value

    def _value_age_fit(self, need: Need) -> Ints:
        if need.grade is None or not factors.is_tutored(need, self.rules):
            return np.full(self.size, factors.BEST, dtype=np.int64)
        adult = np.where(self._teacher, factors.BEST, factors.OTHER_ADULT_TUTOR)
        ahead = self._grade - need.grade >= self.rules.tutoring_year_gap
        pupil = np.where(ahead | self._teacher, factors.BEST, 0)
        return np.where(self._minor, pupil, adult)


class _Membership:
    """Who has which codes: a column of booleans per code that anybody has."""

    def __init__(self, sets: Iterable[Iterable[str]]) -> None:
        rows = list(sets)
        self._size = len(rows)
        self._columns: dict[str, Bools] = {}
        for place, codes in enumerate(rows):
            for code in codes:
                self._column(code)[place] = True

    def _column(self, code: str) -> Bools:
        if code not in self._columns:
            self._columns[code] = np.zeros(self._size, dtype=np.bool_)
        return self._columns[code]

    def has(self, code: str) -> Bools:
        found = self._columns.get(code)
        return np.zeros(self._size, dtype=np.bool_) if found is None else found

    def count_of(self, codes: Iterable[str]) -> Ints:
        held = [self.has(code) for code in sorted(codes)]
        return np.sum(held, axis=0, dtype=np.int64) if held else np.zeros(self._size, np.int64)

    def all_of(self, codes: frozenset[str]) -> Bools:
        return np.equal(self.count_of(codes), len(codes))

    def none_of(self, codes: Iterable[str]) -> Bools:
        return np.equal(self.count_of(codes), 0)

    def none_but(self, code: str) -> Bools:
        return self.none_of(self._columns.keys() - {code})


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _bools(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, dtype=np.bool_)


# Private access within the module: the tables stand outside the class so that they read as tables.
_MASKS: dict[str, Callable[[Pool, Need], Bools]] = {
    "scope": lambda pool, need: pool._serves.has(need.community),
    "active": lambda pool, need: pool._active,
    "aid_kind": lambda pool, need: pool._aids.has(need.aid_kind),
    "capacity": lambda pool, need: pool.remaining > 0,
    "skills": lambda pool, need: pool._skills.all_of(need.skills),
    "clearances": Pool._mask_clearances,
    "minor_consent": lambda pool, need: pool._consented | ~pool._minor,
    "minors_welcome": lambda pool, need: ~pool._minor | need.minors_welcome,
    "gender": Pool._mask_gender,
    "language": lambda pool, need: pool._languages.all_of(
        need.languages & pool.rules.languages_required
    ),
    "schedule": Pool._mask_schedule,
    "distance": Pool._mask_distance,
    "restrictions": Pool._mask_restrictions,
    "declined": Pool._mask_declined,
}
_CHEAPEST_FIRST = sorted(FILTER_NAMES, key=lambda name: name in {"distance", "schedule"})

_VALUES: dict[str, Callable[[Pool, Need], Ints]] = {
    "distance": lambda pool, need: factors.nearness(
        pool.metres(need), pool.rules.reach(need.aid_kind)
    ),
    "skills": lambda pool, need: factors.surplus(
        pool._skills.count_of(factors.extra_skills(need, pool.rules))
    ),
    "language": lambda pool, need: factors.spoken(
        pool._languages.count_of(need.languages), len(need.languages)
    ),
    "schedule": Pool._value_schedule,
    "continuity": lambda pool, need: factors.BEST * pool._named(need.continuity),
    "load": lambda pool, need: pool._lightness,
    "age_fit": Pool._value_age_fit,
}
