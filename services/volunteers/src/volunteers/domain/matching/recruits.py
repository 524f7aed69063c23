"""Whom to look for: the volunteers who would close most gaps and have to bring least."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from volunteers.domain.calendar import Slot
from volunteers.domain.matching.filters import judge, visit_days, visit_minutes
from volunteers.domain.matching.matching import Outcome, match
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

CAPACITY = 2
"""How many needs a new volunteer is asked to take."""

TRIED = 24
"""Profiles that are tried out per recruit, those that ask least first: each costs a whole run."""


GAPS = 100
"""So many needs that nobody serves are looked at, the most pressing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruit:
    """The least that a volunteer must bring to serve `needs`: nothing here is more than asked."""

    needs: tuple[str, ...]
    community: str
    aid_kinds: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str]
    clearances: frozenset[str]
    gender: str
    slots: tuple[Slot, ...]
    latitude: float
    longitude: float

    @property
    def asks(self) -> int:
        """How many properties somebody must have who fits."""
        sets = (self.aid_kinds, self.skills, self.languages, self.clearances, self.slots)
        return sum(map(len, sets)) + (self.gender != "any")

    def joined(self, other: "Recruit") -> "Recruit | None":
        """Somebody here who could serve the needs of both; None where no one can."""
        genders = {self.gender, other.gender} - {"any"}
        if len(genders) > 1 or self.community != other.community:
            return None
        return replace(
            self,
            needs=(*self.needs, *other.needs),
            aid_kinds=self.aid_kinds | other.aid_kinds,
            skills=self.skills | other.skills,
            languages=self.languages | other.languages,
            clearances=self.clearances | other.clearances,
            gender=min(genders, default="any"),
            slots=tuple(sorted({*self.slots, *other.slots})),
        )

    def volunteer(self, name: str, rules: Rules, today: date) -> Volunteer:
        """An adult who fits."""
        return Volunteer(
            id=name,
            community=self.community,
            kind="resident",
            gender=self.gender,
            birth_date=today - timedelta(days=365 * 40),
            aid_kinds=self.aid_kinds,
            availability=self.slots,
            capacity=CAPACITY,
            max_distance_m=max(rules.distance_m.values()),
            latitude=self.latitude,
            longitude=self.longitude,
            skills=self.skills,
            languages=self.languages,
            clearances=dict.fromkeys(self.clearances, today + timedelta(days=365)),
        )

    def to_data(self) -> dict[str, Any]:
        return {
            "needs": sorted(self.needs),
            "aid_kinds": sorted(self.aid_kinds),
            "skills": sorted(self.skills),
            "languages": sorted(self.languages),
            "clearances": sorted(self.clearances),
            "gender": self.gender,
            "slots": [each.to_data() for each in self.slots],
            "latitude": self.latitude,
            "longitude": self.longitude,
            "asks": self.asks,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A recruit, and the needs that would be served with them and are not without."""

    recruit: Recruit
    closed: tuple[str, ...]


def recruits(
    needs: Sequence[Need],
    volunteers: Sequence[Volunteer],
    rules: Rules,
    today: date,
    *,
    best: Outcome,
    count: int = 3,
) -> list[Found]:
    """Up to `count` recruits, one after the other; each closes the most gaps that one can.

    Greedy, among the most pressing gaps that `best` leaves, and every candidate is tried out by a
    whole run, so that what is told is so.
    """
    found: list[Found] = []
    people = list(volunteers)
    while len(found) < count and best.unserved:
        gaps = sorted(best.unserved, key=lambda need: (need.priority, need.id))[:GAPS]
        profiles = _profiles(gaps, rules, today)
        tried = _best_of(profiles, needs, people, rules, today, best)
        if tried is None:
            break
        chosen, person, best = tried
        people.append(person)
        found.append(chosen)
    return found


def _best_of(
    profiles: Iterable[Recruit],
    needs: Sequence[Need],
    people: Sequence[Volunteer],
    rules: Rules,
    today: date,
    before: Outcome,
) -> tuple[Found, Volunteer, Outcome] | None:
    """The profile that closes most; of equals the one that asks least, which is tried first."""
    served, most, gain = {each.need for each in before.matches}, None, 0
    for profile in profiles:
        # named so as to come last: of equals, those who are there already are taken
        person = profile.volunteer(f"~{len(people)}", rules, today)
        after = match(needs, [*people, person], rules, today)
        if len(after.matches) - len(served) > gain:
            closed = tuple(sorted({each.need for each in after.matches} - served))
            most, gain = (Found(profile, closed), person, after), len(after.matches) - len(served)
        if gain == min(CAPACITY, len(before.unserved)):
            break  # nobody can do more
    return most


def _profiles(open_: Sequence[Need], rules: Rules, today: date) -> list[Recruit]:
    """For each need nobody serves: somebody for it, and for others nearby that ask little more."""
    alone = {
        need.id: made
        for need in open_
        for made in _alone(need, rules)
        if _fits(made, need, rules, today)
    }
    asked = [need for need in open_ if need.id in alone]
    grown = [_grown(need, asked, alone, rules, today) for need in asked]
    ordered = sorted({*grown, *alone.values()}, key=lambda each: (each.asks, each.needs))
    largest = [each for each in ordered if len(each.needs) == CAPACITY]
    return [*largest, *(each for each in ordered if len(each.needs) < CAPACITY)][:TRIED]


def _alone(need: Need, rules: Rules) -> Iterator[Recruit]:
    """Somebody next door with time for just the visits, on the first days that are long enough."""
    minutes = visit_minutes(need, rules)
    days = {
        slot.weekday: slot for slot in sorted(need.slots, reverse=True) if slot.minutes >= minutes
    }
    times = [Slot(day, days[day].start, days[day].start + minutes) for day in sorted(days)]
    if times:
        yield Recruit(
            needs=(need.id,),
            community=need.community,
            aid_kinds=frozenset({need.aid_kind}),
            skills=need.skills,
            languages=need.languages & rules.languages_required,
            clearances=rules.needed_clearances(need.aid_kind, involves_minor=need.involves_minor),
            gender=need.gender,
            slots=tuple(times[: visit_days(need, rules)]),
            latitude=need.latitude,
            longitude=need.longitude,
        )


def _grown(
    need: Need, others: Sequence[Need], alone: dict[str, Recruit], rules: Rules, today: date
) -> Recruit:
    """The recruit for `need`, made to serve further needs as long as there is room."""
    grown = alone[need.id]
    while len(grown.needs) < CAPACITY:
        larger = [
            made
            for each in others
            if each.id not in grown.needs and (made := grown.joined(alone[each.id]))
            if _fits(made, each, rules, today)
        ]
        if not larger:
            break
        grown = min(larger, key=lambda each: (each.asks, each.needs))
    return grown


def _fits(recruit: Recruit, need: Need, rules: Rules, today: date) -> bool:
    person = recruit.volunteer("~", rules, today)
    return all(each.passed for each in judge(need, person, rules, today))
