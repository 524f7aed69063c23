"""The hard filters: what must hold for a volunteer to be considered for a need at all.

Each is a small function that answers with the facts it used, so that a coordinator can be told
why, and a test can turn the decision by turning the fact. `pairs.py` says the same of many
pairs at once; a property test holds the two together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from volunteers.domain.calendar import (
    Slot,
    age_on,
    common_slots,
    longest_per_day,
    merged,
    without,
)
from volunteers.domain.matching.geometry import metres
from volunteers.domain.matching.rules import ADULT_AGE, Rules
from volunteers.domain.matching.world import Companion, Need, Volunteer


@dataclass(frozen=True, slots=True)
class Verdict:
    """One filter's answer on one pair; `facts` are JSON-safe: codes, ids, whole numbers."""

    name: str
    passed: bool
    facts: dict[str, Any]

    def to_data(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "facts": self.facts}


class Filter(Protocol):
    """A named function, so that its name and its verdict's name are one."""

    __name__: str

    def __call__(self, need: Need, volunteer: Volunteer, rules: Rules, today: date, /) -> Verdict:
        """The verdict on one pair."""


def scope(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    served = {volunteer.community} | volunteer.serves
    facts = {"need_community": need.community, "serves": sorted(served)}
    return Verdict("scope", need.community in served, facts)


def active(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    return Verdict("active", volunteer.active, {"active": volunteer.active})


def aid_kind(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    facts = {"needed": need.aid_kind, "offered": sorted(volunteer.aid_kinds)}
    return Verdict("aid_kind", need.aid_kind in volunteer.aid_kinds, facts)


def capacity(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    facts = {"capacity": volunteer.capacity, "load": volunteer.load}
    return Verdict("capacity", volunteer.remaining > 0, facts)


def skills(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    missing = sorted(need.skills - volunteer.skills)
    return Verdict("skills", not missing, {"needed": sorted(need.skills), "missing": missing})


def clearances(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    """Papers are asked of the adult who answers for the visit: a pupil's companion."""
    needed = rules.needed_clearances(need.aid_kind, involves_minor=need.involves_minor)
    answerable = answers_for(volunteer, today)
    held = answerable.clearances if answerable else {}
    lacking = sorted(kind for kind in needed if kind not in held)
    expired = {kind: held[kind].isoformat() for kind in sorted(needed) if _over(held, kind, today)}
    facts = {
        "needed": sorted(needed),
        "lacking": lacking,
        "expired": expired,
        "asked_of": answerable.id if answerable else None,
    }
    return Verdict("clearances", not lacking and not expired, facts)


def _over(held: Any, kind: str, today: date) -> bool:
    return kind in held and held[kind] < today


def minor_consent(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    """A minor helps only with a guardian's consent and an active adult at their side."""
    minor, companion = is_minor(volunteer, today), volunteer.companion
    accompanied = companion is not None and can_accompany(companion, today)
    facts = {
        "minor": minor,
        "consent": volunteer.guardian_consent,
        "companion": companion.id if companion else None,
        "companion_may": accompanied,
    }
    return Verdict(
        "minor_consent", not minor or (volunteer.guardian_consent and accompanied), facts
    )


def minors_welcome(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    minor = is_minor(volunteer, today)
    facts = {"minor": minor, "welcome": need.minors_welcome}
    return Verdict("minors_welcome", need.minors_welcome or not minor, facts)


def gender(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    """The household's wish holds for everybody who comes in, a pupil's companion too."""
    others = sorted(who.id for who in visitors(volunteer, today) if who.gender != need.gender)
    refused = others if need.gender != "any" else []
    return Verdict("gender", not refused, {"asked": need.gender, "refused": refused})


def language(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    missing = sorted((need.languages & rules.languages_required) - volunteer.languages)
    return Verdict("language", not missing, {"missing": missing})


def schedule(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    """A visit must fit into one stretch that both have free, on as many days as it takes.

    Hours at school are not free, whatever was promised, except for a single visit in a break.
    """
    minutes, days = visit_minutes(need, rules), visit_days(need, rules)
    free = free_for(need, volunteer, rules, today)
    fitting = common_slots(need.slots, free, minutes)
    longest = longest_per_day(common_slots(need.slots, free))
    facts = {
        "minutes": minutes,
        "days": days,
        "days_in_common": len(longest_per_day(fitting)),
        "longest": max(longest.values(), default=0),
        "at_school": free != merged(volunteer.availability),
        "slots": [slot.to_data() for slot in fitting],
    }
    return Verdict("schedule", len(longest_per_day(fitting)) >= days, facts)


def distance(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    away = metres_apart(need, volunteer)
    facts = {
        "metres": away,
        "bound": rules.reach(need.aid_kind),
        "own_bound": volunteer.max_distance_m,
    }
    return Verdict("distance", away <= min(facts["bound"], facts["own_bound"]), facts)


def restrictions(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    """Nobody comes in whom the household asked not to have, not as a companion either."""
    unwanted = sorted(who.id for who in visitors(volunteer, today) if who.id in need.avoid)
    return Verdict("restrictions", not unwanted, {"unwanted": unwanted})


def declined(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> Verdict:
    before = volunteer.id in need.declined
    return Verdict("declined", not before, {"declined_before": before})


FILTERS: tuple[Filter, ...] = (
    scope,
    active,
    aid_kind,
    capacity,
    skills,
    clearances,
    minor_consent,
    minors_welcome,
    gender,
    language,
    schedule,
    distance,
    restrictions,
    declined,
)
FILTER_NAMES = tuple(each.__name__ for each in FILTERS)

SAFETY = frozenset(
    {
        "scope",
        "active",
        "clearances",
        "minor_consent",
        "minors_welcome",
        "gender",
        "restrictions",
    }
)
"""What no person may override: it protects somebody, or is not this office's to decide."""

OVERRIDABLE = frozenset({"aid_kind", "skills", "language", "schedule", "distance", "declined"})
"""What a coordinator may override with a reason. Capacity is in neither set: the volunteer's
own promise, to be changed by changing it."""


def judge(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> tuple[Verdict, ...]:
    """Every filter's verdict, in the order of `FILTERS`; none is left out after a failure."""
    return tuple(each(need, volunteer, rules, today) for each in FILTERS)


def is_minor(person: Volunteer | Companion, today: date) -> bool:
    return age_on(person.birth_date, today) < ADULT_AGE


def can_accompany(companion: Companion, today: date) -> bool:
    return companion.active and not is_minor(companion, today)


def answers_for(volunteer: Volunteer, today: date) -> Volunteer | Companion | None:
    """The adult in whose name the visit is safe: the volunteer, or a pupil's companion."""
    return volunteer.companion if is_minor(volunteer, today) else volunteer


def visitors(volunteer: Volunteer, today: date) -> tuple[Volunteer | Companion, ...]:
    """Everybody who comes into the home."""
    if volunteer.companion is not None and is_minor(volunteer, today):
        return (volunteer, volunteer.companion)
    return (volunteer,)


def metres_apart(need: Need, volunteer: Volunteer) -> int:
    return metres(need.latitude, need.longitude, volunteer.latitude, volunteer.longitude)


def visit_minutes(need: Need, rules: Rules) -> int:
    """The common time that a visit takes, in minutes."""
    return max(need.minutes, rules.minimum_overlap)


def visit_days(need: Need, rules: Rules) -> int:
    """On how many weekdays there must be time: two visits a week want two days, if named."""
    named = len({slot.weekday for slot in need.slots})
    return min(rules.days_a_week.get(need.frequency, 1), max(1, named))


def free_for(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> tuple[Slot, ...]:
    """The volunteer's times that this need can count on."""
    single = need.frequency == "once" and rules.in_break(today)
    return free_slots(volunteer, rules, term=not single)


def free_slots(volunteer: Volunteer, rules: Rules, *, term: bool) -> tuple[Slot, ...]:
    """What a volunteer promised, less the hours at school of those who go there in term."""
    if term and volunteer.kind in rules.at_school:
        return without(volunteer.availability, rules.school_hours)
    return merged(volunteer.availability)
