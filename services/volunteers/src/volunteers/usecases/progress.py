"""How far a run of matching is, for whoever asks by whatever process, and how it is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.errors import Conflict
from servicekit.telemetry import log
from volunteers.models import MatchProgress
from volunteers.usecases.matching import Begin, Tell


@contextmanager
def shown(begin: Begin, community: str, *, now: datetime) -> Iterator[Tell]:
    """Give what hears of a run's stages; it raises Conflict once somebody stopped the run.

    A run that begins stops the one before it.
    """
    mine = MatchProgress.community == community, MatchProgress.began_at == now

    def tell(stage: str, done: int, of: int) -> None:
        log.info("match.stage", community=community, stage=stage, done=done, of=of)
        here = sa.update(MatchProgress).where(*mine).values(stage=stage, done=done, of=of)
        with begin() as session:
            goes_on = session.scalar(here.returning(MatchProgress.community))
        if goes_on is None:
            problem = f"matching of {community} was stopped; what it proposed stays, run it again"
            raise Conflict(f"{problem} for the rest", community=community)

    with begin() as session:
        session.merge(MatchProgress(community=community, began_at=now, stage="", done=0, of=0))
    try:
        yield tell
    finally:
        with begin() as session:
            session.execute(sa.delete(MatchProgress).where(*mine))


def match_progress(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """How far the community's run is, if one is going on."""
    found = session.get(MatchProgress, data["community"])
    if found is None:
        return {"running": False, "stage": None, "done": 0, "of": 0, "began_at": None}
    names = ("stage", "done", "of", "began_at")
    return {"running": True} | {name: getattr(found, name) for name in names}


def stop_match(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Let the run end before its next stage or part; how far it was."""
    told = match_progress(session, data)
    mine = MatchProgress.community == data["community"]
    session.execute(sa.delete(MatchProgress).where(mine))
    return told
