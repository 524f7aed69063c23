"""How many needs of each priority class can be served: augmenting paths, class by class.

No recursion, and each volunteer is looked at in vain once only: what a failed search reached
can never be part of a later path, so it is left out from then on.
"""

from collections import deque
from typing import Final

import numpy as np

from volunteers.domain.matching.geometry import Ints

FREE: Final = -1


def served_per_class(ranks: Ints, pairs: Ints, limits: Ints) -> Ints:
    """The number of needs served in each class, most pressing first, each as great as can be.

    ranks   class of each need, 0 upwards without gaps
    pairs   candidate rows (need, volunteer), sorted by need
    limits  capacity of each volunteer
    """
    served = np.zeros(int(ranks.max()) + 1 if len(ranks) else 0, dtype=np.int64)
    growing = _Matching(_neighbours(pairs, len(ranks)), limits.tolist())
    for need in np.argsort(ranks, kind="stable").tolist():
        if growing.serve(need):
            served[ranks[need]] += 1
    return served


def _neighbours(pairs: Ints, needs: int) -> list[list[int]]:
    ends = np.searchsorted(pairs[:, 0], np.arange(needs + 1))
    volunteers = pairs[:, 1].tolist()
    return [volunteers[ends[need] : ends[need + 1]] for need in range(needs)]


class _Matching:
    """A matching that grows by one need at a time and never gives up a need it serves."""

    def __init__(self, neighbours: list[list[int]], limits: list[int]) -> None:
        self._neighbours = neighbours
        self._left = limits
        self._holds: list[set[int]] = [set() for _ in limits]
        self._volunteer_of: dict[int, int] = {}
        self._hopeless = [False] * len(limits)

    def serve(self, start: int) -> bool:
        """Serve this need too, moving others to other volunteers if that makes room.

        Breadth first over volunteers; `came_from` maps each to the need that asked for them.
        """
        came_from: dict[int, int] = {}
        waiting = deque([start])
        while waiting:
            need = waiting.popleft()
            for volunteer in self._neighbours[need]:
                if volunteer in came_from or self._hopeless[volunteer]:
                    continue
                came_from[volunteer] = need
                if self._left[volunteer] > 0:
                    self._shift(volunteer, came_from)
                    return True
                waiting.extend(self._holds[volunteer])
        for volunteer in came_from:
            self._hopeless[volunteer] = True
        return False

    def _shift(self, volunteer: int, came_from: dict[int, int]) -> None:
        """Along the path, each need takes the volunteer it asked for and frees its former one."""
        self._left[volunteer] -= 1
        moving: int = volunteer
        while moving != FREE:
            need = came_from[moving]
            former = self._volunteer_of.get(need, FREE)
            self._volunteer_of[need] = moving
            self._holds[moving].add(need)
            if former != FREE:
                self._holds[former].discard(need)
            moving = former
