"""What was decided can be computed again: to the same answer, or with what differs."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, NotFound
from unit.volunteers.matching_worlds import TODAY, random_world
from unit.volunteers.neighbourhood import HERE, hear, match, proposed, register
from volunteers.contracts import insight as of
from volunteers.domain.matching import DEFAULT_RULES, keep_run, replay_run
from volunteers.domain.matching import match as solve
from volunteers.models import MatchRun, Volunteer
from volunteers.usecases.replaying import replay_match


def replayed(session: Session, key: str) -> dict[str, object]:
    session.flush()
    session.expire_all()
    found: dict[str, object] = of.ReplayView().dump(replay_match(session, {"id": key}))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_kept_run_is_computed_to_the_same_answer(seed: int) -> None:
    needs, people = random_world(seed, 20, 20)
    outcome = solve(needs, people, DEFAULT_RULES, TODAY)
    kept = keep_run(reversed(needs), people, DEFAULT_RULES, TODAY, outcome)
    assert replay_run(kept) == []


def test_a_run_that_comes_out_otherwise_names_the_needs() -> None:
    needs, people = random_world(1, 20, 20)
    outcome = solve(needs, people, DEFAULT_RULES, TODAY)
    first, *others = outcome.matches
    less = replace(outcome, matches=tuple(others))
    (told,) = replay_run(keep_run(needs, people, DEFAULT_RULES, TODAY, less))
    assert (told.what, told.kept) == (first.need, None)
    assert told.now == [first.volunteer, first.backup, first.score]


def test_a_run_is_replayed_whatever_changed_since(session: Session) -> None:
    pairing = proposed(session)
    session.get_one(Volunteer, pairing.volunteer_id).capacity = 0
    assert replayed(session, f"{HERE}-R1") == {
        "id": f"{HERE}-R1",
        "kind": "run",
        "rules": DEFAULT_RULES.version,
        "same": True,
        "differences": [],
    }
    assert replayed(session, pairing.id)["same"] is True


def test_a_replay_says_what_came_out_otherwise(session: Session) -> None:
    pairing = proposed(session)
    frozen = pairing.frozen
    pairing.frozen = frozen | {"volunteer": frozen["volunteer"] | {"load": 1}}
    told = replayed(session, pairing.id)
    assert told["same"] is False
    what = [row["what"] for row in told["differences"]]  # type: ignore[attr-defined]
    assert what == ["load", "score"]


def test_what_was_never_decided_cannot_be_replayed(session: Session) -> None:
    with pytest.raises(NotFound):
        replay_match(session, {"id": f"{HERE}-H009-N1-A1"})


def test_a_run_from_before_runs_were_kept_says_so(session: Session) -> None:
    register(session)
    hear(session)
    run = session.get_one(MatchRun, match(session)["run"])
    run.inputs = run.result = None
    with pytest.raises(Conflict, match="it is too old, or somebody in it was erased"):
        replay_match(session, {"id": run.id})
