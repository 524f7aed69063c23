"""Small worlds for the matching tests: one pair that fits, random worlds, and brute force."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from volunteers.domain.matching import (
    DEFAULT_RULES,
    Companion,
    Need,
    Slot,
    Volunteer,
    judge,
    score,
)

TODAY = date(2026, 11, 23)
HERE = "210103008001"
ELSEWHERE = "210103008002"
LATITUDE, LONGITUDE = 41.795, 123.455
METRE = 1 / 111_195  # of latitude, in degrees
MORNING = Slot(6, 9 * 60, 11 * 60)
EVENING = Slot(2, 18 * 60, 20 * 60)

Triple = tuple[int, int, int]


def a_need(**changes: Any) -> Need:
    facts: dict[str, Any] = {
        "id": f"{HERE}-H001-N1",
        "household": f"{HERE}-H001",
        "community": HERE,
        "aid_kind": "elderly",
        "service": "company",
        "urgency": 2,
        "raised_on": date(2026, 11, 1),
        "frequency": "weekly",
        "minutes": 60,
        "slots": (MORNING, EVENING),
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
    }
    return Need(**facts | changes)


def a_volunteer(**changes: Any) -> Volunteer:
    facts: dict[str, Any] = {
        "id": f"{HERE}-V001",
        "community": HERE,
        "kind": "resident",
        "gender": "female",
        "birth_date": date(1980, 5, 1),
        "aid_kinds": frozenset({"elderly", "schooling"}),
        "availability": (MORNING, EVENING),
        "capacity": 2,
        "max_distance_m": 2000,
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "languages": frozenset({"mandarin"}),
        "clearances": {"background_check": date(2027, 6, 30)},
    }
    return Volunteer(**facts | changes)


def a_companion(**changes: Any) -> Companion:
    facts: dict[str, Any] = {
        "id": f"{HERE}-V900",
        "gender": "female",
        "birth_date": date(1985, 1, 1),
        "clearances": {"background_check": date(2027, 6, 30)},
    }
    return Companion(**facts | changes)


def a_pupil(**changes: Any) -> Volunteer:
    """Thirteen years old, in the eighth school year, with consent and a companion."""
    facts: dict[str, Any] = {
        "kind": "pupil",
        "birth_date": date(2013, 3, 1),
        "guardian_consent": True,
        "companion": a_companion(),
        "clearances": {},
    }
    return a_volunteer(**facts | changes)


def random_need(dice: random.Random, number: int) -> Need:
    aid = dice.choice(["elderly", "hardship", "schooling"])
    return a_need(
        id=f"{HERE}-H{number:04d}-N1",
        household=f"{HERE}-H{number:04d}",
        community=HERE if dice.random() < 0.9 else ELSEWHERE,
        aid_kind=aid,
        service="tutoring" if aid == "schooling" else "company",
        grade=dice.choice([None, 2, 5, 7]) if aid == "schooling" else None,
        urgency=dice.randint(1, 3),
        raised_on=TODAY - timedelta(days=dice.randint(0, 3)),
        frequency=dice.choice(["weekly", "twice_weekly", "once"]),
        minutes=dice.choice([20, 60, 90]),
        slots=_some_slots(dice),
        skills=_some(dice, ["company", "reading"], 0.2),
        languages=_some(dice, ["mandarin", "korean", "sign"], 0.2),
        involves_minor=aid == "schooling" or dice.random() < 0.2,
        gender=dice.choice([*["any"] * 6, "female", "male"]),
        minors_welcome=dice.random() < 0.8,
        declined=_some_ids(dice),
        avoid=_some_ids(dice),
        continuity=_some_ids(dice),
        latitude=_near(dice, LATITUDE),
        longitude=_near(dice, LONGITUDE),
    )


def random_volunteer(dice: random.Random, number: int) -> Volunteer:
    make = a_pupil if dice.random() < 0.3 else a_volunteer
    birth = date(dice.randint(2008, 2017), dice.randint(1, 12), 23)
    changes: dict[str, Any] = {"birth_date": birth} if make is a_pupil else {}
    if make is a_pupil:
        changes |= {
            "guardian_consent": dice.random() < 0.8,
            "companion": _some_companion(dice, number),
        }
    elif dice.random() < 0.4:
        changes["kind"] = "teacher"
    return make(
        id=f"{HERE}-V{number:03d}",
        community=HERE if dice.random() < 0.9 else ELSEWHERE,
        serves=_some(dice, [HERE, ELSEWHERE], 0.2),
        gender=dice.choice(["female", "male"]),
        active=dice.random() < 0.95,
        aid_kinds=_some(dice, ["elderly", "hardship", "schooling"], 0.8),
        availability=_some_slots(dice) + _some_slots(dice),
        capacity=dice.choice([0, 1, 2, 2, 3]),
        load=dice.choice([0, 0, 1]),
        max_distance_m=dice.choice([500, 1000, 3000]),
        skills=_some(dice, ["company", "reading", "tutoring_math"], 0.7),
        languages=_some(dice, ["mandarin", "korean", "sign"], 0.6),
        clearances=_some_clearances(dice),
        latitude=_near(dice, LATITUDE),
        longitude=_near(dice, LONGITUDE),
        **changes,
    )


def random_world(seed: int, needs: int, volunteers: int) -> tuple[list[Need], list[Volunteer]]:
    dice = random.Random(seed)
    return (
        [random_need(dice, number) for number in range(needs)],
        [random_volunteer(dice, number) for number in range(volunteers)],
    )


def best_by_brute_force(
    classes: Sequence[int], triples: Sequence[Triple], capacities: Sequence[int]
) -> tuple[tuple[int, ...], int]:
    """The lexicographically greatest counts per class, then the greatest score, by trying all."""
    options: list[list[tuple[int, int]]] = [[] for _ in classes]
    for need, volunteer, points in triples:
        options[need].append((volunteer, points))
    ranks = {each: place for place, each in enumerate(sorted(set(classes)))}
    best: tuple[tuple[int, ...], int] = (tuple(0 for _ in ranks), 0)
    for served, points in _all_assignments(options, list(capacities)):
        counts = [0] * len(ranks)
        for need in served:
            counts[ranks[classes[need]]] += 1
        best = max(best, (tuple(counts), points))
    return best


def eligible_triples(needs: Sequence[Need], volunteers: Sequence[Volunteer]) -> list[Triple]:
    """The candidate graph by the named filters and factors, pair by pair."""
    return [
        (n, v, sum(each.contribution for each in score(need, volunteer, DEFAULT_RULES, TODAY)))
        for n, need in enumerate(needs)
        for v, volunteer in enumerate(volunteers)
        if all(each.passed for each in judge(need, volunteer, DEFAULT_RULES, TODAY))
    ]


def _all_assignments(
    options: list[list[tuple[int, int]]], left: list[int], need: int = 0
) -> Iterator[tuple[list[int], int]]:
    if need == len(options):
        yield [], 0
        return
    for served, points in _all_assignments(options, left, need + 1):
        yield served, points
    for volunteer, worth in options[need]:
        if left[volunteer]:
            left[volunteer] -= 1
            for served, points in _all_assignments(options, left, need + 1):
                yield [need, *served], points + worth
            left[volunteer] += 1


def _some(dice: random.Random, codes: list[str], chance: float) -> frozenset[str]:
    return frozenset(code for code in codes if dice.random() < chance)


def _some_ids(dice: random.Random) -> frozenset[str]:
    return frozenset(f"{HERE}-V{number:03d}" for number in range(8) if dice.random() < 0.05)


def _some_slots(dice: random.Random) -> tuple[Slot, ...]:
    starts = [(dice.choice([2, 6]), 60 * dice.randint(8, 12)) for _ in range(dice.randint(1, 3))]
    return tuple(Slot(day, start, start + 30 * dice.randint(3, 12)) for day, start in starts)


def _some_clearances(dice: random.Random) -> dict[str, date]:
    if dice.random() < 0.2:
        return {}
    return {"background_check": TODAY + timedelta(days=dice.choice([-1, 0, 200, 200]))}


def _some_companion(dice: random.Random, number: int) -> Companion | None:
    if dice.random() < 0.2:
        return None
    return a_companion(
        id=f"{HERE}-V{number + 1:03d}",
        gender=dice.choice(["female", "male"]),
        active=dice.random() < 0.9,
        birth_date=date(dice.choice([1980, 2012]), 1, 1),
        clearances=_some_clearances(dice),
    )


def _near(dice: random.Random, degrees: float) -> float:
    return round(degrees + dice.uniform(-450, 450) * METRE, 3)
