"""What choosing a pair would cost: the pair is forced, all else decided anew, and both compared."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from volunteers.domain.matching.matching import Outcome, match
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer

FIRST = 1_000_000
"""An urgency above all others: what is forced is served before everything else."""


@dataclass(frozen=True, slots=True)
class Move:
    """A need whose volunteer changes; None is nobody."""

    need: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Cost:
    """The difference that choosing a pair makes to the best plan, in the order of the aims.

    `unserved` needs lose their help and `served` ones find it; `points` is the fall of the total
    score; `moves` begins with the pair itself and follows who makes room for whom.
    """

    unserved: tuple[str, ...]
    served: tuple[str, ...]
    points: int
    moves: tuple[Move, ...]

    def to_data(self) -> dict[str, Any]:
        return {
            "unserved": list(self.unserved),
            "served": list(self.served),
            "points": self.points,
            "moves": [asdict(each) for each in self.moves],
        }


def cost(
    need: str,
    volunteer: str,
    needs: Iterable[Need],
    volunteers: Iterable[Volunteer],
    rules: Rules,
    today: date,
    *,
    best: Outcome,
) -> Cost:
    """What giving an eligible volunteer to a need would cost, against the plan `best`."""
    volunteers = list(volunteers)
    others = frozenset(each.id for each in volunteers) - {volunteer}
    # that the others have declined leaves this one alone, and every score as it is
    wanted = [
        replace(each, declined=others, urgency=FIRST) if each.id == need else each for each in needs
    ]
    return compared(best, match(wanted, volunteers, rules, today), need)


def compared(best: Outcome, forced: Outcome, need: str) -> Cost:
    """What becomes different in `forced`, as far as it has to do with this need."""
    before = {each.need: each.volunteer for each in best.matches}
    after = {each.need: each.volunteer for each in forced.matches}
    return Cost(
        unserved=tuple(sorted(before.keys() - after.keys())),
        served=tuple(sorted(after.keys() - before.keys())),
        points=best.total - forced.total,
        moves=_chain(need, before, after),
    )


def _chain(need: str, before: dict[str, str], after: dict[str, str]) -> tuple[Move, ...]:
    """The moves that hang together with the need's own, nearest first.

    Needs hang together where one takes the volunteer whom the other leaves. Others that moved
    did so among equally good plans, and are no part of the answer.
    """
    moved = sorted(each for each in before | after if before.get(each) != after.get(each))
    chain, told = [need] if need in moved else [], {need}
    for one in chain:
        ends = {before.get(one), after.get(one)} - {None}
        linked = [
            each
            for each in moved
            if each not in told and ends & {before.get(each), after.get(each)}
        ]
        chain += linked
        told.update(linked)
    return tuple(Move(each, before.get(each), after.get(each)) for each in chain)
