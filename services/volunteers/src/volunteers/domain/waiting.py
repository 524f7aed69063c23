"""The waiting list: who is offered the places that are free, and nobody in parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

PASSED_MOST = 2
"""So often a smaller party may go before one that does not fit; then places are kept for it."""


@dataclass(frozen=True)
class Party:
    """One child, or siblings who ask to stay together; ``passed``: others went before so often."""

    key: str
    members: int
    need: int
    since: datetime
    passed: int = 0

    @property
    def order(self) -> tuple[int, datetime, str]:
        """The greater need first, then who has waited longer."""
        return -self.need, self.since, self.key


@dataclass
class Decision:
    """Parties that are offered places now, in order; and those that others went before."""

    offered: list[Party] = field(default_factory=list)
    passed: list[Party] = field(default_factory=list)


def decide(waiting: Iterable[Party], free: int) -> Decision:
    """Share ``free`` places out. A party gets places for all of its members or for none.

    Who does not fit in lets smaller parties go before, but not for ever: a party that was passed
    ``PASSED_MOST`` times is waited for.
    """
    decision = Decision()
    skipped: list[Party] = []
    for party in sorted(waiting, key=lambda each: each.order):
        if party.members <= free:
            free -= party.members
            decision.offered.append(party)
            decision.passed += skipped
            skipped = []
        elif party.passed >= PASSED_MOST:
            break
        else:
            skipped.append(party)
    return decision
