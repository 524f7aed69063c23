"""Volunteers and needs as columns, so that many pairs are judged at once (see `pairs.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from volunteers.domain.calendar import Slot, merged, school_grade
from volunteers.domain.matching import factors
from volunteers.domain.matching.coded import Codes
from volunteers.domain.matching.filters import (
    answers_for,
    can_accompany,
    free_slots,
    is_minor,
    visit_days,
    visit_minutes,
    visitors,
)
from volunteers.domain.matching.geometry import Bools, Floats, Ints, by_place, on_sphere
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

DAYS = 7


class Pool:
    """Volunteers in order of their ids, by column; `index` finds one's place."""

    def __init__(self, volunteers: Iterable[Volunteer], rules: Rules, today: date) -> None:
        self.rules, self.today = rules, today
        self.people: tuple[Volunteer, ...] = tuple(sorted(volunteers, key=lambda each: each.id))
        self.index = {each.id: place for place, each in enumerate(self.people)}
        if len(self.index) != len(self.people):
            raise ValueError("a volunteer is listed twice; give each id once")
        people = self.people
        self.size = len(people)
        self.remaining = ints(each.remaining for each in people)
        self.remaining_backup = ints(each.remaining_backup for each in people)
        self.active = bools(each.active for each in people)
        self.own_bound = ints(each.max_distance_m for each in people)
        self.lightness: Ints = factors.lightness(
            ints(each.load for each in people), ints(each.capacity for each in people)
        )
        self.points, self.order = _places(people)
        self.serves = Codes({each.community} | each.serves for each in people)
        self.aids = Codes(each.aid_kinds for each in people)
        self.skills = Codes(each.skills for each in people)
        self.languages = Codes(each.languages for each in people)
        self._take_ages()
        self._take_visitors()
        # while school is out a second row per volunteer tells what a single visit may use
        self.in_break = rules.in_break(today)
        terms = (True, False) if self.in_break else (True,)
        self.times = Times(
            [free_slots(each, rules, term=term) for term in terms for each in people]
        )

    def _take_ages(self) -> None:
        people, today = self.people, self.today
        self.minor = bools(is_minor(each, today) for each in people)
        self.teacher = bools(each.kind == "teacher" for each in people)
        self.grade = ints(school_grade(each.birth_date, today) for each in people)
        self.consented = bools(
            each.guardian_consent
            and each.companion is not None
            and can_accompany(each.companion, today)
            for each in people
        )

    def _take_visitors(self) -> None:
        answerable = [answers_for(each, self.today) for each in self.people]
        self.cleared = Codes(
            {kind for kind, last in each.clearances.items() if last >= self.today} if each else ()
            for each in answerable
        )
        coming = [visitors(each, self.today) for each in self.people]
        self.genders = Codes({who.gender for who in each} for each in coming)
        self.comes: dict[str, list[int]] = {}
        for place, group in enumerate(coming):
            for who in group:
                self.comes.setdefault(who.id, []).append(place)

    @property
    def usable(self) -> Bools:
        """Who can be asked by any need at all."""
        usable: Bools = self.active & (self.remaining > 0) & (self.consented | ~self.minor)
        return usable


class Asked:
    """Needs by column, in the order in which they come, as they are held against a pool."""

    def __init__(self, needs: Sequence[Need], pool: Pool) -> None:
        rules = pool.rules
        self.needs = needs
        self.points, self.order = _places(needs)
        self.community = pool.serves.of([{each.community} for each in needs])
        self.aid = pool.aids.of([{each.aid_kind} for each in needs])
        self.skills = pool.skills.of([each.skills for each in needs])
        self.extra_skills = pool.skills.of([factors.extra_skills(each, rules) for each in needs])
        self.languages = pool.languages.of([each.languages for each in needs])
        self.wished = ints(len(each.languages) for each in needs)
        self.must_speak = pool.languages.of(
            [each.languages & rules.languages_required for each in needs]
        )
        self.clearances = pool.cleared.of(
            [
                rules.needed_clearances(each.aid_kind, involves_minor=each.involves_minor)
                for each in needs
            ]
        )
        self.minors_welcome = bools(each.minors_welcome for each in needs)
        self.any_gender = bools(each.gender == "any" for each in needs)
        self.gender = pool.genders.of([{each.gender} for each in needs])
        self.reach = ints(rules.reach(each.aid_kind) for each in needs)
        self.minutes = ints(visit_minutes(each, rules) for each in needs)
        self.days = ints(visit_days(each, rules) for each in needs)
        self.tutored = bools(factors.is_tutored(each, rules) for each in needs)
        self.grade = ints(each.grade or 0 for each in needs)
        self.single = bools(each.frequency == "once" for each in needs) & pool.in_break
        self.slots = Slots(needs)
        self.declined = _named([each.declined for each in needs], pool)
        self.current = _named([_maybe(each.current) for each in needs], pool)
        self.continuity = _named([each.continuity for each in needs], pool)
        self.avoid = _keys([_all_of(each.avoid, pool.comes) for each in needs], pool)


class Times:
    """When rows of people are free: the n-th stretch of each day, empty where there are fewer.

    A day's rows follow the day's before: the place of a row is `day * rows + row`.
    """

    def __init__(self, rows: Sequence[tuple[Slot, ...]]) -> None:
        found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for row, slots in enumerate(rows):
            seen = [0] * (DAYS + 1)
            for slot in slots:
                stretch = (row, slot.start, slot.end)
                found.setdefault((slot.weekday, seen[slot.weekday]), []).append(stretch)
                seen[slot.weekday] += 1
        self.rows = len(rows)
        shape = (1 + max((nth for _, nth in found), default=-1), (DAYS + 1) * self.rows)
        self.start, self.end = np.zeros(shape, np.int16), np.zeros(shape, np.int16)
        for (day, nth), stretches in found.items():
            row, start, end = np.array(stretches).T
            self.start[nth, day * self.rows + row] = start
            self.end[nth, day * self.rows + row] = end


class Slots:
    """The n-th slot of each need: day, start, end, and whether the one before has the same day.

    Where a need has fewer, the rest are of no length.
    """

    def __init__(self, needs: Sequence[Need]) -> None:
        rows = [merged(each.slots) for each in needs]
        self.most = max((len(each) for each in rows), default=0)
        self.day = np.zeros((self.most, len(rows)), np.int64)
        self.start, self.end = np.zeros((2, self.most, len(rows)), np.int16)
        for row, slots in enumerate(rows):
            for nth, slot in enumerate(slots):
                self.day[nth, row] = slot.weekday
                self.start[nth, row], self.end[nth, row] = slot.start, slot.end
        self.same_day = np.zeros((self.most, len(rows)), dtype=np.bool_)
        self.same_day[1:] = self.day[1:] == self.day[:-1]


def _places(rows: Sequence[Need] | Sequence[Volunteer]) -> tuple[Floats, Ints]:
    """Where they live, on the unit sphere, and their order along a curve."""
    latitudes = np.array([each.latitude for each in rows], dtype=np.float64)
    longitudes = np.array([each.longitude for each in rows], dtype=np.float64)
    return on_sphere(latitudes, longitudes), by_place(latitudes, longitudes)


def _named(ids: Sequence[frozenset[str]], pool: Pool) -> Ints:
    return _keys([[pool.index[one] for one in each if one in pool.index] for each in ids], pool)


def _maybe(one: str | None) -> frozenset[str]:
    return frozenset() if one is None else frozenset({one})


def _all_of(ids: frozenset[str], places: Mapping[str, list[int]]) -> list[int]:
    return [place for one in ids for place in places.get(one, ())]


def _keys(places: Sequence[Sequence[int]], pool: Pool) -> Ints:
    """Pairs (row, place) as single numbers, in order."""
    sizes = ints(len(each) for each in places)
    rows = np.repeat(np.arange(len(places)), sizes) * pool.size
    return np.sort(rows + ints(place for each in places for place in each))


def ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def bools(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, dtype=np.bool_)
