"""The score: named factors, each from 0 to 1 in thousandths, times a weight.

Everything is whole numbers, so that sums are exact and a result is the same on every machine.
The formulas take one pair's numbers or whole columns of them (`pairs.py`): there is only one of
each. 1000 also stands for "nothing to choose here", such as age fit where nobody is tutored, so
that such a factor takes no side between two needs.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from volunteers.domain.calendar import common_slots, longest_per_day, school_grade
from volunteers.domain.matching.filters import (
    free_for,
    is_minor,
    metres_apart,
    visit_days,
    visit_minutes,
)
from volunteers.domain.matching.geometry import Ints
from volunteers.domain.matching.rules import FACTOR_NAMES, Rules
from volunteers.domain.matching.world import Need, Volunteer

BEST = 1000
OTHER_ADULT_TUTOR = 500
"""An adult who is no teacher can tutor, too; a teacher or a pupil well ahead is preferred."""

ROOM = 2
"""Common time of twice the visit counts as full: there is room to move the visit."""

EXTRA_SKILLS = 2
"""So many relevant skills beyond the required ones count as full."""

Number = int | Ints


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a score; `value` in thousandths, `contribution` = weight × value."""

    name: str
    value: int
    weight: int
    facts: dict[str, Any]

    @property
    def contribution(self) -> int:
        return self.weight * self.value

    def to_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "weight": self.weight,
            "contribution": self.contribution,
            "facts": self.facts,
        }


def thousandths(part: Number, whole: Number) -> Any:
    """part ÷ whole in thousandths, rounded half up, kept within 0..1000."""
    rounded = (2 * BEST * part + whole) // (2 * whole)
    if isinstance(rounded, np.ndarray):
        return np.clip(rounded, 0, BEST)
    return min(max(int(rounded), 0), BEST)  # NumPy takes ten times as long over a single number


def nearness(metres: Number, bound: Number) -> Any:
    return thousandths(bound - metres, bound)


def surplus(extra_skills: Number) -> Any:
    return thousandths(extra_skills, EXTRA_SKILLS)


def spoken(shared: Number, wished: Number) -> Any:
    """Who wishes nothing has all that they wish."""
    return thousandths(shared + np.equal(wished, 0), np.maximum(wished, 1))


def roominess(common_minutes: Number, minutes: Number, days: Number) -> Any:
    return thousandths(common_minutes, ROOM * minutes * days)


def lightness(load: Number, capacity: Number) -> Any:
    """How much of the promise is still free."""
    return thousandths(capacity - load, np.maximum(capacity, 1))


def extra_skills(need: Need, rules: Rules) -> frozenset[str]:
    """The skills that this need does not require and yet profits from."""
    return rules.relevant_skills.get(need.aid_kind, frozenset()) - need.skills


def is_tutored(need: Need, rules: Rules) -> bool:
    return need.service in rules.tutoring and need.grade is not None


def score(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> tuple[Factor, ...]:
    """Each factor with the facts it used, in the order of `FACTOR_NAMES`."""
    judged = (
        _distance(need, volunteer, rules),
        _skills(need, volunteer, rules),
        _language(need, volunteer),
        _schedule(need, volunteer, rules, today),
        _continuity(need, volunteer),
        _load(volunteer),
        _age_fit(need, volunteer, rules, today),
    )
    return tuple(
        Factor(name, int(value), rules.weights[name], facts)
        for name, (value, facts) in zip(FACTOR_NAMES, judged, strict=True)
    )


def total(factors: tuple[Factor, ...]) -> int:
    return sum(factor.contribution for factor in factors)


Judged = tuple[Any, dict[str, Any]]


def _distance(need: Need, volunteer: Volunteer, rules: Rules) -> Judged:
    away, bound = metres_apart(need, volunteer), rules.reach(need.aid_kind)
    return nearness(away, bound), {"metres": away, "bound": bound}


def _skills(need: Need, volunteer: Volunteer, rules: Rules) -> Judged:
    extra = sorted(extra_skills(need, rules) & volunteer.skills)
    return surplus(len(extra)), {"extra": extra}


def _language(need: Need, volunteer: Volunteer) -> Judged:
    shared = need.languages & volunteer.languages
    facts = {"wished": sorted(need.languages), "shared": sorted(shared)}
    return spoken(len(shared), len(need.languages)), facts


def _schedule(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Judged:
    minutes, days = visit_minutes(need, rules), visit_days(need, rules)
    fitting = common_slots(need.slots, free_for(need, volunteer, rules, today), minutes)
    common = sum(longest_per_day(fitting).values())
    return roominess(common, minutes, days), {"common_minutes": common, "visit_minutes": minutes}


def _continuity(need: Need, volunteer: Volunteer) -> Judged:
    known = volunteer.id in need.continuity
    return BEST * known, {"served_before": known}


def _load(volunteer: Volunteer) -> Judged:
    facts = {"load": volunteer.load, "capacity": volunteer.capacity}
    return lightness(volunteer.load, volunteer.capacity), facts


def _age_fit(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Judged:
    """Who tutors: a teacher, or a pupil some school years ahead; another adult counts half."""
    teacher, minor = volunteer.kind == "teacher", is_minor(volunteer, today)
    facts: dict[str, Any] = {"tutored": is_tutored(need, rules), "teacher": teacher}
    if need.grade is None or not facts["tutored"]:
        return BEST, facts
    if teacher or not minor:
        return BEST if teacher else OTHER_ADULT_TUTOR, facts
    ahead = school_grade(volunteer.birth_date, today) - need.grade
    return BEST * (ahead >= rules.tutoring_year_gap), facts | {"years_ahead": ahead}
