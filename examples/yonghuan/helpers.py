"""The 160 volunteers and the seven partners they come from.

Pupils come last, for each of them goes with an adult and has times out of that adult's times.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import names
from people import REFERENCE_DATE, Person, Registry, born_at_age
from places import BUILDINGS, Place, around
from profiles import OFFERS, Profile

PARTNERS = (
    ("P01", "永环社区居委会", "office"),
    ("P02", "实验学校", "school"),
    ("P03", "太极拳协会", "association"),
    ("P04", "合唱团", "association"),
    ("P05", "英语角", "association"),
    ("P06", "书画协会", "association"),
    ("P07", "巾帼手工社", "association"),
)
AGES = {"teacher": (25, 58), "parent": (32, 47), "resident": (34, 72), "pupil": (8, 15)}
PUPILS_PER_COMPANION = 3
# Who serves one household, who two: residents have more time.
CAPACITY_WEIGHTS = {"teacher": (8, 2), "parent": (8, 2), "resident": (3, 7)}


@dataclass(frozen=True)
class Guardian:
    name: str
    phone: str
    consented_on: date | None


@dataclass(frozen=True)
class Volunteer:
    """One volunteer; distances in metres, times in Asia/Shanghai."""

    code: str
    partner: str
    kind: str
    person: Person
    phone: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    availability: tuple[str, ...]
    aid_kinds: tuple[str, ...]
    capacity: int
    max_distance_m: int
    place: Place
    clearances: tuple[str, ...] = ()
    guardian: Guardian | None = None
    companion: str = ""


@dataclass
class Companions:
    """Adults who go with pupils, the least burdened first."""

    adults: list[Volunteer]
    going_with: dict[str, int] = field(default_factory=dict)

    def next(self) -> Volunteer:
        """An adult with fewer than three pupils."""
        adult = min(self.adults, key=lambda one: (self.going_with.get(one.code, 0), one.code))
        pupils = self.going_with.get(adult.code, 0) + 1
        if pupils > PUPILS_PER_COMPANION:
            raise ValueError("too few companions; give more adults weekend times")
        self.going_with[adult.code] = pupils
        return adult


def volunteers(registry: Registry) -> list[Volunteer]:
    """All volunteers, in the order of their codes."""
    profiles = [profile for profile in OFFERS for _ in range(profile.count)]
    adults = [profile for profile in profiles if profile.kind != "pupil"]
    registry.chance.shuffle(adults)
    made = [_adult(registry, number, profile) for number, profile in enumerate(adults, start=1)]
    companions = Companions([one for one in made if _may_go_with_pupils(one)])
    pupils = [profile for profile in profiles if profile.kind == "pupil"]
    for number, profile in enumerate(pupils, start=len(made) + 1):
        made.append(_pupil(registry, number, profile, companions.next()))
    # One pupil whose guardian has not agreed yet: stays in screening, and is told why.
    return [*made[:-1], _without_consent(made[-1])]


def _without_consent(pupil: Volunteer) -> Volunteer:
    guardian = pupil.guardian and replace(pupil.guardian, consented_on=None)
    return replace(pupil, guardian=guardian)


def _may_go_with_pupils(adult: Volunteer) -> bool:
    """Parents and teachers with time at the weekend and with papers that are still good."""
    weekend = any(slot[0] in "67" for slot in adult.availability)
    expired = any(paper.split(":")[2] < f"{REFERENCE_DATE}" for paper in adult.clearances)
    return adult.kind in {"parent", "teacher"} and weekend and not expired


def _adult(registry: Registry, number: int, profile: Profile) -> Volunteer:
    chance = registry.chance
    gender = profile.gender or chance.choices(("female", "male"), weights=(3, 2))[0]
    korean = "korean" in profile.languages
    surname = names.surname(chance, names.KOREAN_SURNAMES if korean else names.SURNAMES)
    skills = profile.skills + tuple(
        chance.sample(profile.perhaps, k=min(len(profile.perhaps), chance.randint(0, 2)))
    )
    return Volunteer(
        code=f"V{number:03d}",
        partner=chance.choice(profile.partners),
        kind=profile.kind,
        person=registry.person(gender, born_at_age(chance, *AGES[profile.kind]), surname),
        phone=registry.phone(),
        skills=skills,
        languages=_languages(chance, profile),
        availability=tuple(
            sorted([*chance.sample(profile.times, k=profile.times_each), *profile.always])
        ),
        aid_kinds=profile.aid_kinds,
        capacity=profile.capacity
        or chance.choices((1, 2), weights=CAPACITY_WEIGHTS[profile.kind])[0],
        max_distance_m=profile.reach or chance.choice((800, 1000, 1000, 1200, 1500, 2000)),
        place=_place(chance, profile),
        clearances=tuple(_clearances(chance, profile)),
    )


def _languages(chance: Random, profile: Profile) -> tuple[str, ...]:
    spoken = ("mandarin", *profile.languages)
    local = 0.9 if profile.kind == "resident" else 0.5
    return (*spoken, "shenyang_dialect") if chance.random() < local else spoken


def _place(chance: Random, profile: Profile) -> Place:
    """Residents live in the 24 buildings; the others around them; a few far away."""
    if profile.lives == "far":
        return around(chance, 2300, 2600)
    if profile.lives == "inside" or profile.kind == "resident":
        return chance.choice(list(BUILDINGS.values()))
    return around(chance, 150, 1800 if chance.random() < 0.12 else 900)


def _clearances(chance: Random, profile: Profile) -> Iterator[str]:
    """`kind:issued:expires`: three years, but one for the health certificate (健康证)."""
    for kind in profile.clearances:
        days, years = chance.randrange(20, 540), 1 if kind == "health" else 3
        issued = REFERENCE_DATE - timedelta(days=days % 310 + 20 if kind == "health" else days)
        if kind == profile.expired:
            issued = date(2023, 8, 14)
        yield f"{kind}:{issued}:{issued.replace(year=issued.year + years)}"


def _pupil(registry: Registry, number: int, profile: Profile, adult: Volunteer) -> Volunteer:
    chance = registry.chance
    surname, genders = names.surname(chance), chance.choices(("female", "male"), k=2)
    parent = registry.person(genders[0], born_at_age(chance, 33, 46), surname)
    child = registry.person(genders[1], born_at_age(chance, *AGES["pupil"]), surname)
    times = [_until_six(slot) for slot in adult.availability if slot[0] in "67" or "16:" in slot]
    consented_on = date(2026, 9, 1) + timedelta(days=chance.randrange(45))
    return Volunteer(
        code=f"V{number:03d}",
        partner="P02",
        kind="pupil",
        person=child,
        phone=registry.phone(),
        skills=profile.skills,
        languages=_languages(chance, profile),
        availability=tuple(sorted(chance.sample(times, k=min(len(times), 2)))),
        aid_kinds=profile.aid_kinds,
        capacity=1,
        max_distance_m=chance.choice((600, 800, 1000)),
        place=around(chance, 100, 700),
        clearances=tuple(_clearances(chance, profile)),
        guardian=Guardian(parent.name, registry.phone(), consented_on),
        companion=adult.code,
    )


def _until_six(slot: str) -> str:
    """Pupils are at home by six on weekdays."""
    day, start, end = slot[0], slot[2:7], slot[8:]
    return f"{day} {start}-{min(end, '18:00')}" if day not in "67" else slot
