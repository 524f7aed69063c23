"""Operators look into what was given up, replay or discard it, and say why."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import PARKED, Keeper, Stage, gates, kept_by, settled, staged, tries

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from servicekit import clock, db
from servicekit.db import interventions
from servicekit.errors import Forbidden, Invalid
from waiting import eventually
from wire import bytes_of

stage = pytest.fixture(params=["embedded", "classic", "quorum"])(staged)


def parked(stage: Stage, **filters: Any) -> list[dict[str, Any]]:
    answer = stage.call("keeper", "list_parked", **filters)
    return sorted(answer["items"], key=lambda item: str(item["id"]))


def settle(stage: Stage, action: str, **filters: Any) -> int:
    answer = stage.call("keeper", "settle_parked", action=action, reason="mended", **filters)
    return int(answer["settled"])


def deeds(stage: Stage) -> list[tuple[str, str, str, str]]:
    engine = db.create_engine(stage.databases["keeper"])
    with engine.connect() as connection:
        columns = interventions.c
        query = sa.select(columns.action, columns.event_id, columns.error_type, columns.reason)
        rows = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    return sorted(rows)


def park(stage: Stage, *names: str) -> None:
    for name in names:
        headers = {"ce-id": name, "ce-source": "outside", "ce-type": "thing.made"}
        stage.wire.things(name, headers=headers)
    eventually(lambda: stage.wire.waiting(PARKED) == len(names))


def test_the_list_says_what_is_parked_and_why_but_not_what_it_says(stage: Stage) -> None:
    with stage.running(Keeper):
        park(stage, "bad-1", "wrong-1")
        first, second = parked(stage)
        assert (first["id"], first["type"], first["error"]) == ("bad-1", "thing.made", "Conflict")
        assert first["message"] == "there is no room; make some"
        assert (second["id"], second["error"]) == ("wrong-1", "Invalid")
        assert "body" not in first
        detail = parked(stage, id="bad-1", detail=True)[0]
        assert "in keep" in detail["traceback"]
        assert detail["headers"]["x-origin-exchange"] == "outside.events"
        assert stage.wire.waiting(PARKED) == 2


def test_what_was_mended_is_replayed_once_and_the_reason_is_kept(stage: Stage) -> None:
    with stage.running(Keeper):
        park(stage, "later-1", "later-2", "wrong-1")
        gates["later-1"].send()
        gates["later-2"].send()
        assert settle(stage, "replay", error="Conflict") == 2
        eventually(kept_by(stage, "later-1", "later-2"))
        assert [item["id"] for item in parked(stage)] == ["wrong-1"]
        assert settle(stage, "replay", error="Conflict") == 0
    assert settled(stage)
    assert [deed[:2] for deed in deeds(stage)] == [("replay", "later-1"), ("replay", "later-2")]


def test_what_fails_again_is_parked_again_with_its_attempts_counted_anew(stage: Stage) -> None:
    with stage.running(Keeper):
        park(stage, "bad-1")
        tried = tries["bad-1"]
        before = bytes_of(stage.wire.take(PARKED))
        park(stage, "bad-1")
        assert settle(stage, "replay") == 1
        eventually(lambda: tries["bad-1"] == 3 * tried)
        eventually(lambda: [item["attempts"] for item in parked(stage)] == [3])
        assert bytes_of(stage.wire.take(PARKED)) == before


def test_a_discarded_event_is_gone_and_its_reason_is_kept(stage: Stage) -> None:
    with stage.running(Keeper):
        park(stage, "wrong-1", "wrong-2")
        assert settle(stage, "discard", id="wrong-1", dry_run=True) == 1
        assert len(parked(stage)) == 2
        assert settle(stage, "discard", id="wrong-1") == 1
        assert [item["id"] for item in parked(stage)] == ["wrong-2"]
    assert deeds(stage) == [("discard", "wrong-1", "Invalid", "mended")]


def test_filters_choose_by_handler_type_error_and_time(stage: Stage) -> None:
    with stage.running(Keeper):
        park(stage, "wrong-1")
        minute = timedelta(minutes=1)
        now = clock.now()
        chosen: list[dict[str, Any]] = [
            {},
            {"handler": "keep"},
            {"handler": "keeper.keep"},
            {"type": "thing.made"},
            {"since": (now - minute).isoformat(), "until": (now + minute).isoformat()},
        ]
        others: list[dict[str, Any]] = [
            {"handler": "note"},
            {"type": "thing.lost"},
            {"error": "Conflict"},
            {"since": (now + minute).isoformat()},
            {"until": (now - minute).isoformat()},
        ]
        assert [len(parked(stage, **filters)) for filters in chosen] == [1] * len(chosen)
        assert [len(parked(stage, **filters)) for filters in others] == [0] * len(others)


def test_only_operators_may_look_and_a_reason_is_asked_for(stage: Stage) -> None:
    staff = {"actor": "S1", "role": "coordinator", "communities": "210103008001"}
    with stage.running(Keeper):
        park(stage, "wrong-1")
        with pytest.raises(Forbidden):
            stage.client.call("keeper", "list_parked", context=staff)
        with pytest.raises(Forbidden):
            stage.client.call(
                "keeper", "settle_parked", context=staff, action="discard", reason="mine"
            )
        with pytest.raises(Invalid, match="reason"):
            stage.call("keeper", "settle_parked", action="discard", reason="")
        assert stage.wire.waiting(PARKED) == 1


def test_what_waits_too_long_or_was_given_up_raises_an_alarm(stage: Stage) -> None:
    with stage.running(Keeper):
        assert stage.status("keeper")["alarms"] == []
        park(stage, "wrong-1")
        assert stage.status("keeper")["alarms"] == ["parked"]
        stage.host.extension("keeper", "database").sample()
        metrics = stage.get("keeper", "metrics")[1]
        assert 'sunshine_alarm{alarm="parked",service="keeper"} 1.0' in metrics
        assert settle(stage, "discard") == 1
        stage.host.extension("keeper", "database").sample()
        metrics = stage.get("keeper", "metrics")[1]
        assert 'sunshine_alarm{alarm="parked",service="keeper"} 0.0' in metrics
        queue = stage.call("keeper", "queues")[0]
        assert (queue["queue"], queue["ready"], queue["parked"]) == ("keeper.keep", 0, 0)
