"""What a place is worth: the prices that prove a solution, and what was left out that beats them.

A price for each volunteer's places such that, at these prices, every need has the volunteer it
likes best is a proof that the whole is optimal (linear programming's duals). The least prices are
found from the solution: nothing for whoever has room, and raised until no need would rather have
somebody else's volunteer. Leaving a need unserved costs by its class, above all scores together.
"""

import numpy as np

from volunteers.domain.matching.geometry import Ints

NOBODY = -1


def least_prices(rows: Ints, holder: Ints, unserved_at: Ints, size: int) -> tuple[Ints, Ints]:
    """Prices of the volunteers' places, and what each need keeps at them.

    rows         candidates (need, volunteer, score), sorted by need
    holder       who serves each need, `NOBODY` for nobody
    unserved_at  what leaving each need unserved costs
    """
    needs = len(holder)
    chosen = rows[holder[rows[:, 0]] == rows[:, 1]]
    keeps = -unserved_at.copy()
    keeps[chosen[:, 0]] = chosen[:, 2]
    score = keeps.copy()
    prices = np.zeros(size, dtype=np.int64)
    ends = np.searchsorted(rows[:, 0], np.arange(needs + 1))
    by_holder = np.argsort(holder, kind="stable")
    held = np.searchsorted(holder[by_holder], np.arange(size + 1))
    mine = rows
    while len(mine):
        bids = mine[:, 2] - keeps[mine[:, 0]]
        higher = bids > prices[mine[:, 1]]
        np.maximum.at(prices, mine[higher, 1], bids[higher])
        raised = np.unique(mine[higher, 1])
        asking = by_holder[spans(held, raised)]
        keeps[asking] = score[asking] - prices[holder[asking]]
        mine = rows[spans(ends, asking)]
    return prices, keeps


def spans(ends: Ints, which: Ints) -> Ints:
    """The places from `ends[w]` up to `ends[w + 1]`, for each w."""
    sizes = ends[which + 1] - ends[which]
    first = np.repeat(ends[which] - (np.cumsum(sizes) - sizes), sizes)
    return first + np.arange(sizes.sum())
