"""Computing again what was decided: the same inputs must give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from servicekit.errors import Conflict
from volunteers.domain.matching import Difference, Kept, replay_proposal, replay_run
from volunteers.models import MatchRun, Pairing
from volunteers.queries.lookup import one

Replay = Callable[[Kept], list[Difference]]


def replay_match(
    session: Session, data: Mapping[str, Any], *, replay: Replay = replay_run
) -> dict[str, Any]:
    """Recompute a run, or the proposal of a pairing, from what was kept of it."""
    run = session.get(MatchRun, data["id"])
    if run is None:
        return _proposal(one(session, Pairing, data["id"]))
    if run.inputs is None or run.result is None:
        raise Conflict(
            f"nothing is kept of run {run.id}: it is too old, or somebody in it was erased; "
            "replay its pairings",
            id=run.id,
        )
    return _told(run.id, "run", run.rules, replay(Kept(run.inputs, run.result)))


def _proposal(pairing: Pairing) -> dict[str, Any]:
    found = replay_proposal(pairing.frozen, pairing.score, pairing.contributions)
    return _told(pairing.id, "pairing", pairing.rules, found)


def _told(key: str, kind: str, rules: str, found: list[Difference]) -> dict[str, Any]:
    return {"id": key, "kind": kind, "rules": rules, "same": not found, "differences": found}
