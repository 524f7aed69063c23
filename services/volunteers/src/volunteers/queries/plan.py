"""What may still be decided otherwise: needs whose help has not begun, by the machine's choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from volunteers.domain.matching import Context
from volunteers.domain.states import LIVE, UNBEGUN
from volunteers.models import NeedCopy, Pairing
from volunteers.queries.candidates import active_volunteers, candidates
from volunteers.queries.world import (
    World,
    known_needs,
    open_needs,
    relieved,
    rules_of,
)

SEEN = (
    *(Pairing.need_id, Pairing.volunteer_id, Pairing.backup_id),
    *(Pairing.aid_kind, Pairing.score, Pairing.state, Pairing.manual),
)


@dataclass(frozen=True)
class Plan:
    """The world with its unbegun pairings given back, and all live pairings as they are.

    What people chose by hand is not given back, nor what has begun.
    """

    world: World
    live: Sequence[Pairing]
    released: Sequence[Pairing]

    @property
    def begun(self) -> Counter[str]:
        """By aid kind, how many needs have a volunteer for good."""
        released = {each.id for each in self.released}
        return Counter(str(each.aid_kind) for each in self.live if each.id not in released)

    @property
    def context(self) -> Context:
        """Who serves what by a live pairing."""
        return Context(
            volunteers=tuple(self.world.volunteers),
            primaries={each.need_id: (each.volunteer_id, each.score) for each in self.live},
            backups={each.need_id: each.backup_id for each in self.live if each.backup_id},
        )


def plan(session: Session, community: str, today: date, also: str | None = None) -> Plan:
    """All that a run could decide had it to begin anew; ``also`` gives back this need's pairing."""
    wanted = sa.select(Pairing).where(Pairing.community == community, Pairing.state.in_(LIVE))
    live = session.scalars(wanted.order_by(Pairing.id).options(load_only(*SEEN))).all()
    released = [
        each for each in live if each.need_id == also or (each.state in UNBEGUN and not each.manual)
    ]
    waiting = open_needs(session, community, today)
    given_back = _copies(session, {each.need_id for each in released} | {also} - {None})
    needs = {need.id: need for need in known_needs(session, [*waiting, *given_back])}
    people = candidates(session, active_volunteers(session, community), today)
    rules = rules_of(session, community)
    return Plan(
        World(list(needs.values()), relieved(people, released), rules, today), live, released
    )


def _copies(session: Session, needs: Collection[str | None]) -> list[NeedCopy]:
    wanted = sa.select(NeedCopy).where(NeedCopy.id.in_(needs)).order_by(NeedCopy.id)
    return [copy for copy in session.scalars(wanted) if copy.facts]
