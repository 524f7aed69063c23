"""What would be if: other weights, a wider radius, more volunteers; before and after."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import mean
from typing import Any, Final

from volunteers.domain.calendar import Slot
from volunteers.domain.matching.matching import match
from volunteers.domain.matching.recruits import Found, recruits
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

DAYTIME: Final = (8 * 60, 20 * 60)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of an aid kind's needs are served, before and after."""

    aid_kind: str
    needs: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The difference that changes would make, and the recruits that would close what is left."""

    coverage: tuple[Coverage, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    points: int
    recruits: tuple[Found, ...]


def whatif(
    needs: Sequence[Need],
    volunteers: Sequence[Volunteer],
    rules: Rules,
    today: date,
    *,
    changed: Rules,
    more: Sequence[Volunteer] = (),
    count: int = 3,
) -> WhatIf:
    """Decide as things are, and again by `changed` rules with `more` volunteers."""
    before = match(needs, volunteers, rules, today)
    people = [*volunteers, *more]
    same = changed == rules and not more
    after = before if same else match(needs, people, changed, today)
    served, served_then = ({each.need for each in it.matches} for it in (before, after))
    return WhatIf(
        coverage=_coverage(needs, served, served_then),
        gained=tuple(sorted(served_then - served)),
        lost=tuple(sorted(served - served_then)),
        points=after.total - before.total,
        recruits=tuple(recruits(needs, people, changed, today, best=after, count=count)),
    )


def _coverage(needs: Sequence[Need], before: set[str], after: set[str]) -> tuple[Coverage, ...]:
    all_, was, then = (
        Counter(need.aid_kind for need in needs if need.id in some)
        for some in ({need.id for need in needs}, before, after)
    )
    return tuple(Coverage(kind, all_[kind], was[kind], then[kind]) for kind in sorted(all_))


def changed_rules(rules: Rules, weights: Mapping[str, int], reach: Mapping[str, int]) -> Rules:
    """The rules with some weights and distances replaced; ValueError for a name they don't know."""
    for name, known in ((weights, rules.weights), (reach, rules.distance_m)):
        odd = sorted(name.keys() - known.keys())
        if odd:
            raise ValueError(
                f"{', '.join(odd)} is not known; choose from {', '.join(sorted(known))}"
            )
    return replace(
        rules,
        weights={**rules.weights, **weights},
        distance_m={**rules.distance_m, **reach},
    )


def newcomers(
    needs: Sequence[Need], rules: Rules, today: date, brings: Mapping[str, Any]
) -> list[Volunteer]:
    """Adults who bring what is named; where nothing is, they live amid the needs and have time."""
    one = Volunteer(
        id="~",
        community=needs[0].community,
        kind="resident",
        gender=brings["gender"],
        birth_date=today - timedelta(days=365 * 40),
        aid_kinds=frozenset(brings["aid_kinds"] or rules.distance_m),
        availability=tuple(Slot(day, *DAYTIME) for day in range(1, 8)),
        capacity=brings["capacity"],
        max_distance_m=max(rules.distance_m.values()),
        latitude=_middle([need.latitude for need in needs], brings["latitude"]),
        longitude=_middle([need.longitude for need in needs], brings["longitude"]),
        skills=frozenset(brings["skills"]),
        languages=frozenset(brings["languages"]),
        clearances=dict.fromkeys(brings["clearances"], today + timedelta(days=365)),
    )
    # named so as to come last: of equals, those who are there already are taken
    return [replace(one, id=f"~more-{number}") for number in range(brings["count"])]


def _middle(all_: Sequence[float], given: float | None) -> float:
    return round(mean(all_), 3) if given is None else given
