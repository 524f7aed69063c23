"""What may still be decided otherwise: needs whose help has not begun, by the machine's choice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.matching import Context, Outcome
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


@dataclass(frozen=True)
class Plan:
    """The world with its unbegun pairings given back, and all live pairings as they are.

    What people chose by hand is not given back, nor what has begun.
    """

    world: World
    live: Sequence[Pairing]
    released: Sequence[Pairing]

    def context(self, best: Outcome | None) -> Context:
        """Who serves what: by a live pairing, and else by what a run now would decide."""
        told = best.context(self.world.volunteers) if best else Context()
        served = {each.need_id: (each.volunteer_id, each.score) for each in self.live}
        backed = {each.need_id: each.backup_id for each in self.live if each.backup_id}
        planned = told.primaries.keys() - served.keys()
        return Context(
            volunteers=tuple(self.world.volunteers),
            primaries={**told.primaries, **served},
            backups={need: who for need, who in told.backups.items() if need in planned} | backed,
            planned=frozenset(planned),
        )


def plan(session: Session, community: str, today: date, also: str | None = None) -> Plan:
    """All that a run could decide had it to begin anew; ``also`` gives back this need's pairing."""
    wanted = sa.select(Pairing).where(Pairing.community == community, Pairing.state.in_(LIVE))
    live = session.scalars(wanted.order_by(Pairing.id)).all()
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
