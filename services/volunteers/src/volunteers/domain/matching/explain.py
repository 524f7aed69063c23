"""Why this volunteer serves this need, or why not: as data, from the same functions that decide."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from servicekit.errors import Conflict
from volunteers.domain.matching.candidates import ranking
from volunteers.domain.matching.cost import Cost, cost
from volunteers.domain.matching.factors import Factor, score, total
from volunteers.domain.matching.filters import OVERRIDABLE, Verdict, judge
from volunteers.domain.matching.matching import Context, match
from volunteers.domain.matching.pool import Pool
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

ERASED = "erased"
"""Where frozen inputs of somebody who was erased keep the filters that failed."""


@dataclass(frozen=True, slots=True)
class Given:
    """A need and who serves it, or would if matching ran now, with the score of that pair."""

    need: str
    volunteer: str
    score: int
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair under one set of rules on one day.

    rank, of    place among those eligible, from 1, and how many they are (None, None: no context)
    chosen      `primary`, `backup` or None
    planned     nothing is proposed for the need yet: `chosen` is what a run now would decide
    instead     who serves the need, if somebody else does, and the needs that this volunteer serves
    cost        what choosing the pair would cost, where it is eligible and not chosen
    """

    need: str
    volunteer: str
    rules: str
    today: str
    filters: tuple[Verdict, ...]
    factors: tuple[Factor, ...]
    total: int
    best: int
    rank: int | None = None
    of: int | None = None
    chosen: str | None = None
    planned: bool = False
    instead: tuple[Given, ...] = ()
    cost: Cost | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the filters that decide against the pair."""
        return tuple(each.name for each in self.filters if not each.passed)

    @property
    def eligible(self) -> bool:
        return not self.failed

    @property
    def overridable(self) -> bool:
        """Whether a coordinator may still propose the pair, giving a reason."""
        return set(self.failed) <= OVERRIDABLE

    def to_data(self) -> dict[str, Any]:
        """JSON-safe."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return kept | {
            "eligible": self.eligible,
            "overridable": self.overridable,
            "failed": list(self.failed),
            "filters": [each.to_data() for each in self.filters],
            "factors": [each.to_data() for each in self.factors],
            "instead": [asdict(each) for each in self.instead],
            "cost": self.cost.to_data() if self.cost else None,
        }


def explain(
    need: Need, volunteer: Volunteer, rules: Rules, today: date, context: Context | None = None
) -> Explanation:
    """Every filter, every factor and, given a context, the rank and who was chosen instead."""
    factors = score(need, volunteer, rules, today)
    return Explanation(
        need=need.id,
        volunteer=volunteer.id,
        rules=rules.version,
        today=today.isoformat(),
        filters=judge(need, volunteer, rules, today),
        factors=factors,
        total=total(factors),
        best=rules.best_score,
        **(_standing(need, volunteer, rules, today, context) if context else {}),
    )


def _standing(
    need: Need, volunteer: Volunteer, rules: Rules, today: date, context: Context
) -> dict[str, Any]:
    others = (each for each in context.volunteers if each.id != volunteer.id)
    pool = Pool([*others, volunteer], rules, today)
    ranked = ranking(need, pool)
    return {
        "rank": ranked.rank_of(pool.index[volunteer.id]),
        "of": len(ranked.places),
        "chosen": _chosen(need, volunteer, context),
        "planned": need.id in context.planned,
        "instead": _instead(need, volunteer, context),
    }


def _chosen(need: Need, volunteer: Volunteer, context: Context) -> str | None:
    if context.serves(need.id) == volunteer.id:
        return "primary"
    return "backup" if context.backups.get(need.id) == volunteer.id else None


def _instead(need: Need, volunteer: Volunteer, context: Context) -> tuple[Given, ...]:
    if context.serves(need.id) == volunteer.id:
        return ()
    own = sorted(each for each, (who, _) in context.primaries.items() if who == volunteer.id)
    asked = [need.id] if need.id in context.primaries else []
    return tuple(
        Given(each, *context.primaries[each], each in context.planned) for each in [*asked, *own]
    )


def explain_choice(
    need: Need,
    volunteer: Volunteer,
    needs: Sequence[Need],
    rules: Rules,
    today: date,
    context: Context,
) -> Explanation:
    """The same among all `needs` that could be decided otherwise, and what this choice would cost.

    `context` has who serves what already; what a run now would decide is added to it.
    """
    if not all(each.passed for each in judge(need, volunteer, rules, today)):
        return explain(need, volunteer, rules, today, context)
    best = match(needs, context.volunteers, rules, today)
    planned = context.with_plan(best.context(context.volunteers))
    told = explain(need, volunteer, rules, today, planned)
    if told.chosen == "primary":
        return told
    args = (need.id, volunteer.id, needs, context.volunteers, rules, today)
    return replace(told, cost=cost(*args, best=best))


def leading(
    need: Need, volunteers: Sequence[Volunteer], rules: Rules, today: date, most: int
) -> list[Explanation]:
    """The best of those who could serve this need, each with its rank."""
    pool = Pool(volunteers, rules, today)
    ranked = ranking(need, pool)
    of = len(ranked.places)
    return [
        replace(explain(need, pool.people[place], rules, today), rank=rank, of=of)
        for rank, place in enumerate(ranked.places[:most].tolist(), 1)
    ]


def deciding(one: Explanation, other: Explanation) -> tuple[Factor, int]:
    """The factor that sets one pair most apart from another of the same need, and by how much."""
    other_points = {each.name: each.contribution for each in other.factors}
    return max(
        ((each, each.contribution - other_points[each.name]) for each in one.factors),
        key=lambda pair: abs(pair[1]),
    )


def replay(frozen: Mapping[str, Any]) -> Explanation:
    """The same explanation from frozen inputs, at any later time; Conflict once they are erased."""
    if ERASED in frozen:
        raise Conflict(
            "who this was about has been erased, so the reasons cannot be computed any more; "
            "read the score and its parts that are kept with the pairing"
        )
    return explain(
        Need.from_data(frozen["need"]),
        Volunteer.from_data(frozen["volunteer"]),
        Rules.from_data(frozen["rules"]),
        date.fromisoformat(frozen["today"]),
    )


def failed_filters(frozen: Mapping[str, Any]) -> list[str]:
    """The filters that decided against a pair that was proposed all the same, erased or not."""
    return frozen[ERASED] if ERASED in frozen else list(replay(frozen).failed)


def erase_inputs(frozen: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Frozen inputs without the ``need`` or the ``volunteer``; what failed is still counted."""
    left = {name: value for name, value in frozen.items() if name != part}
    return left | {ERASED: failed_filters(frozen)}
