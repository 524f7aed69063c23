"""Sets of codes as bits, so that many pairs are compared at once."""

from collections.abc import Iterable, Sequence

import numpy as np

from volunteers.domain.matching.geometry import Bools, Ints

WORD = 62
"""Bits used of a whole number; a vocabulary that is longer takes several."""

Bits = tuple[Ints, ...]
"""For each word of the vocabulary a column with a number per row."""


class Codes:
    """Who has which codes, and the bits of the codes that others ask for.

    The last bit stands for every code that nobody has.
    """

    def __init__(self, sets: Iterable[Iterable[str]]) -> None:
        held = [frozenset(each) for each in sets]
        self._bit = {code: bit for bit, code in enumerate(sorted(frozenset().union(*held)))}
        self.held = self.of(held)

    def of(self, sets: Sequence[Iterable[str]]) -> Bits:
        """The bits of these sets, a row each."""
        seen: dict[frozenset[str], int] = {}
        which = [seen.setdefault(frozenset(each), len(seen)) for each in sets]
        table = np.zeros((len(seen), len(self._bit) // WORD + 1), dtype=np.int64)
        for row, codes in enumerate(seen):
            for bit in {self._bit.get(code, len(self._bit)) for code in codes}:
                table[row, bit // WORD] |= 1 << bit % WORD
        rows = table[np.array(which, dtype=np.int64)]
        return tuple(np.ascontiguousarray(word) for word in rows.T)


def lacking(wanted: Bits, held: Bits, n: Ints, v: Ints) -> Bools:
    """For each pair of rows: whether something wanted is not held."""
    lacks: Bools = (wanted[0][n] & ~held[0][v]) != 0
    for want, have in zip(wanted[1:], held[1:], strict=True):
        lacks |= (want[n] & ~have[v]) != 0
    return lacks


def shared(wanted: Bits, held: Bits, n: Ints, v: Ints) -> Ints:
    """For each pair of rows: how many codes are both wanted and held."""
    counts = [np.bitwise_count(want[n] & have[v]) for want, have in zip(wanted, held, strict=True)]
    total: Ints = np.sum(counts, axis=0, dtype=np.int64)
    return total
