"""One need answered at once, by its own best candidate, without a run over all of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from volunteers.domain.matching import Candidate, Need, propose_one
from volunteers.queries.lookup import local_day
from volunteers.queries.world import World, known_needs, open_needs, world_near
from volunteers.usecases.proposing import Proposal, store


def propose_for(session: Session, community: str, needs: Collection[str], *, now: datetime) -> None:
    """Answer some needs at once, each with its own best candidate, the most urgent first."""
    today = local_day(session, now)
    waiting = known_needs(session, open_needs(session, community, today, needs))
    for need in sorted(waiting, key=lambda need: (need.priority, need.id)):
        # read anew: the need before may have taken the volunteer's last place
        seen = world_near(session, need, today)
        found = propose_one(need, seen.volunteers, seen.rules, today)
        if found:
            proposal = _from_candidates(seen, need, found)
            store(session, [proposal], seen.rules, today, now=now)


def _from_candidates(seen: World, need: Need, found: Collection[Candidate]) -> Proposal:
    """The first candidate, backed up by the next who has room for that."""
    people = {each.id: each for each in seen.volunteers}
    best, *others = found
    backups = (each.volunteer for each in others if people[each.volunteer].remaining_backup)
    return Proposal(
        need=need,
        volunteer=people[best.volunteer],
        backup=next(backups, None),
        score=best.score,
        factors=best.factors,
        rank=best.rank,
    )
