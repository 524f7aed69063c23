"""What answers given one by one missed: the best plan against the one that keeps them all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from volunteers.domain.matching.assignment import NOBODY
from volunteers.domain.matching.candidates import classes_of, graph_of
from volunteers.domain.matching.matching import Outcome
from volunteers.domain.matching.pairs import Pairs
from volunteers.domain.matching.pool import Asked, Pool, ints
from volunteers.domain.matching.solving import solve
from volunteers.domain.matching.world import Need


@dataclass(frozen=True, slots=True)
class Regret:
    """`answered` needs had a proposal that still holds; the best plan moves `moved` of them.

    Were all of them kept and the rest decided as well as can be, `gained` needs that the best plan
    serves would go without, `lost` others would not, and the total score were `points` less.
    """

    answered: int
    moved: int
    gained: int
    lost: int
    points: int

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def regret(needs: Sequence[Need], best: Outcome) -> Regret | None:
    """Of the answers that `needs` know as their `current` one; None where no need has any."""
    standing = _standing([need for need in needs if need.current is not None], best.pool)
    if not standing:
        return None
    chosen = {each.need: each.volunteer for each in best.matches}
    people = best.pool.people
    moved = sum(chosen.get(need) != people[who].id for need, (who, _) in standing.items())
    if not moved:
        return Regret(len(standing), 0, 0, 0, 0)
    served, points = _others(needs, standing, best.pool)
    kept = served | standing.keys()
    return Regret(
        answered=len(standing),
        moved=moved,
        gained=len(chosen.keys() - kept),
        lost=len(kept - chosen.keys()),
        points=best.total - points - sum(each for _, each in standing.values()),
    )


Standing = dict[str, tuple[int, int]]
"""By need the volunteer's place in the pool, and the score of the two."""


def _standing(answered: Sequence[Need], pool: Pool) -> Standing:
    """The answers that still hold, in order of the needs' ids, as far as there are places."""
    known = sorted((each for each in answered if each.current in pool.index), key=lambda it: it.id)
    places = ints(pool.index[each.current or ""] for each in known)
    pairs = Pairs(Asked(known, pool), pool, np.arange(len(known)), places).eligible()
    left, found = pool.remaining.tolist(), Standing()
    for n, who, points in zip(
        pairs.n.tolist(), pairs.v.tolist(), pairs.scores().tolist(), strict=True
    ):
        if left[who]:
            left[who] -= 1
            found[known[n].id] = who, points
    return found


def _others(needs: Sequence[Need], standing: Standing, pool: Pool) -> tuple[set[str], int]:
    """Which other needs the volunteers' other places can serve, and at what total score."""
    others = sorted((each for each in needs if each.id not in standing), key=lambda need: need.id)
    others = [replace(each, current=None) if each.current else each for each in others]
    taken = Counter(who for who, _ in standing.values())
    limits = pool.remaining - ints(taken[place] for place in range(pool.size))
    asked = Asked(others, pool)
    classes = np.array(classes_of(others), dtype=np.int64)
    found = solve(asked, pool, graph_of(asked, pool), classes, limits)
    pairs = zip(others, found.volunteer_of.tolist(), strict=True)
    return {need.id for need, who in pairs if who != NOBODY}, found.total
