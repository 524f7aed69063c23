"""Made-up districts of any size: people with hours, skills and places, as many per square
kilometre as a dense old town has volunteers when four in a hundred help."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from volunteers.domain.calendar import Slot
from volunteers.domain.matching import Need, Volunteer

HERE = "210103008001"
TODAY = date(2026, 11, 23)
KINDS = ("elderly", "disability", "hardship", "schooling")
SKILLS = ("company", "shopping", "cleaning", "escort", "repair", "reading", "art")
HOURS = [(day, 60 * hour) for day in range(1, 8) for hour in (8, 9, 10, 14, 15, 16, 18, 19)]
PER_KM2 = 60


def district(needs: int, volunteers: int) -> tuple[list[Need], list[Volunteer]]:
    """The same for the same numbers."""
    dice = random.Random(needs * 1_000_003 + volunteers)
    side = (max(needs, volunteers) / PER_KM2) ** 0.5 / 111.195
    return (
        [_need(dice, number, side) for number in range(needs)],
        [_volunteer(dice, number, side) for number in range(volunteers)],
    )


def _slots(dice: random.Random, count: int) -> tuple[Slot, ...]:
    chosen = dice.sample(HOURS, count)
    return tuple(Slot(day, start, start + dice.choice((120, 180))) for day, start in chosen)


def _place(dice: random.Random, side: float) -> dict[str, float]:
    return {
        "latitude": round(41.7 + dice.random() * side, 3),
        "longitude": round(123.4 + dice.random() * side / 0.745, 3),
    }


def _need(dice: random.Random, number: int, side: float) -> Need:
    facts: dict[str, Any] = _place(dice, side)
    return Need(
        id=f"{HERE}-H{number:06}-N1",
        household=f"{HERE}-H{number:06}",
        community=HERE,
        aid_kind=dice.choice(KINDS),
        service="company",
        urgency=dice.choice((1, 1, 1, 2, 2, 3)),
        raised_on=TODAY - timedelta(days=dice.randint(0, 60)),
        frequency="weekly",
        minutes=60,
        slots=_slots(dice, 3),
        **facts,
    )


def _volunteer(dice: random.Random, number: int, side: float) -> Volunteer:
    facts: dict[str, Any] = _place(dice, side)
    return Volunteer(
        id=f"{HERE}-V{number:06}",
        community=HERE,
        kind="resident",
        gender="female",
        birth_date=date(1980, 5, 31),
        aid_kinds=frozenset(dice.sample(KINDS, 2)),
        availability=_slots(dice, 5),
        capacity=dice.choice((1, 1, 1, 2)),
        max_distance_m=dice.choice((800, 1000, 2000)),
        skills=frozenset(dice.sample(SKILLS, 2)),
        clearances={"background_check": date(2027, 6, 30)},
        **facts,
    )
