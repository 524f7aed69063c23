"""How many needs of each priority class can be served.

A matching as large as can be comes from SciPy, which knows no classes. Only where it leaves needs
unserved must classes compete, and only those needs compete that could make room for one of them;
all others are served in any case. Among the competing, augmenting paths decide, class by class:
no recursion, and each volunteer is looked at in vain once only: what a failed search reached
can never be part of a later path, so it is left out from then on.
"""

from collections import deque
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from volunteers.domain.matching.geometry import Bools, Ints

FREE: Final = -1


def served_per_class(ranks: Ints, pairs: Ints, limits: Ints) -> Ints:
    """The number of needs served in each class, most pressing first, each as great as can be.

    ranks   class of each need, 0 upwards without gaps
    pairs   candidate rows (need, volunteer), sorted by need
    limits  capacity of each volunteer
    """
    classes = int(ranks.max()) + 1 if len(ranks) else 0
    pairs = with_room(pairs, limits)
    holder = _largest(pairs, len(ranks), limits)
    hoping = np.zeros(len(ranks), dtype=np.bool_)
    hoping[pairs[:, 0]] = True
    competing = _reached(pairs, holder, hoping & (holder == FREE))
    served = np.bincount(ranks[hoping & ~competing], minlength=classes)
    if not competing.any():
        return served.astype(np.int64)
    pairs = pairs[competing[pairs[:, 0]]]
    growing = _Matching(_neighbours(pairs, len(ranks)), limits.tolist())
    for need in np.flatnonzero(competing)[np.argsort(ranks[competing], kind="stable")].tolist():
        if growing.serve(need):
            served[ranks[need]] += 1
    return served.astype(np.int64)


def with_room(pairs: Ints, limits: Ints) -> Ints:
    """The pairs whose volunteer has a place at all; mostly these are all, and nothing is copied."""
    room = limits[pairs[:, 1]] > 0
    return pairs if room.all() else pairs[room]


def _largest(pairs: Ints, needs: int, limits: Ints) -> Ints:
    """Who serves each need in a matching as large as can be; a column per place of a volunteer."""
    asked = np.bincount(pairs[:, 1], minlength=len(limits))
    places = np.minimum(limits, asked)
    first = np.cumsum(places) - places
    owner = np.repeat(np.arange(len(limits)), places)
    if not len(owner):
        return np.full(needs, FREE, dtype=np.int64)
    copies = places[pairs[:, 1]]
    nth = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    columns = np.repeat(first[pairs[:, 1]], copies) + nth
    rows = np.repeat(pairs[:, 0], copies)
    graph = csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), (needs, len(owner)))
    column = maximum_bipartite_matching(graph, perm_type="column")
    return np.where(column < 0, FREE, owner[np.maximum(column, 0)])


def _reached(pairs: Ints, holder: Ints, unserved: Bools) -> Bools:
    """The unserved needs, and all that would make room for one of them by moving."""
    seen, new = unserved.copy(), unserved
    while new.any():
        wanted = np.zeros(holder.max(initial=0) + 1, dtype=np.bool_)
        asked = pairs[new[pairs[:, 0]], 1]
        wanted[asked[asked < len(wanted)]] = True
        new = wanted[np.maximum(holder, 0)] & (holder != FREE) & ~seen
        seen |= new
    return seen


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
