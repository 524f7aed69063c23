"""Why this volunteer serves this need, or why not: as data, from the same functions that decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from volunteers.domain.matching.candidates import ranking
from volunteers.domain.matching.factors import score, total
from volunteers.domain.matching.filters import OVERRIDABLE, Verdict, judge
from volunteers.domain.matching.matching import Context
from volunteers.domain.matching.pool import Pool
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair under one set of rules on one day; every field is JSON-safe but `filters`.

    rank, of    place among those eligible, from 1, and how many they are (None, None: no context)
    chosen      `primary`, `backup` or None
    instead     who serves the need, if somebody else does
    given_to    the needs that this volunteer serves, in order
    """

    need: str
    volunteer: str
    rules: str
    today: str
    filters: tuple[Verdict, ...]
    factors: tuple[Mapping[str, Any], ...]
    total: int
    best: int
    rank: int | None = None
    of: int | None = None
    chosen: str | None = None
    instead: str | None = None
    instead_score: int | None = None
    given_to: tuple[str, ...] = ()

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
        return {
            "need": self.need,
            "volunteer": self.volunteer,
            "rules": self.rules,
            "today": self.today,
            "eligible": self.eligible,
            "overridable": self.overridable,
            "failed": list(self.failed),
            "filters": [each.to_data() for each in self.filters],
            "factors": [dict(each) for each in self.factors],
            "total": self.total,
            "best": self.best,
            "rank": self.rank,
            "of": self.of,
            "chosen": self.chosen,
            "instead": self.instead,
            "instead_score": self.instead_score,
            "given_to": list(self.given_to),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Explanation":
        kept = {key: data[key] for key in cls.__slots__ if key in data}
        kept["filters"] = tuple(Verdict(**each) for each in data["filters"])
        kept["factors"] = tuple(dict(each) for each in data["factors"])
        kept["given_to"] = tuple(data["given_to"])
        return cls(**kept)


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
        factors=tuple(each.to_data() for each in factors),
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
    primary = context.primaries.get(need.id)
    instead = primary if primary != volunteer.id else None
    known = next((each for each in context.volunteers if each.id == instead), None)
    return {
        "rank": ranked.rank_of(pool.index[volunteer.id]),
        "of": len(ranked.places),
        "chosen": _chosen(need, volunteer, context),
        "instead": instead,
        "instead_score": total(score(need, known, rules, today)) if known else None,
        "given_to": tuple(
            sorted(each for each, who in context.primaries.items() if who == volunteer.id)
        ),
    }


def _chosen(need: Need, volunteer: Volunteer, context: Context) -> str | None:
    if context.primaries.get(need.id) == volunteer.id:
        return "primary"
    return "backup" if context.backups.get(need.id) == volunteer.id else None


def freeze(need: Need, volunteer: Volunteer, rules: Rules, today: date) -> dict[str, Any]:
    """The inputs of one proposal as JSON-safe data, to be kept beside it."""
    return {
        "need": need.to_data(),
        "volunteer": volunteer.to_data(),
        "rules": rules.to_data(),
        "today": today.isoformat(),
    }


def replay(frozen: Mapping[str, Any]) -> Explanation:
    """The same explanation from frozen inputs, at any later time."""
    return explain(
        Need.from_data(frozen["need"]),
        Volunteer.from_data(frozen["volunteer"]),
        Rules.from_data(frozen["rules"]),
        date.fromisoformat(frozen["today"]),
    )
