"""Handlers that take a whole batch, and what stands alone: the failed and the redelivered."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import PARKED, Keeper, Stage, ThingEvent, add, gates, kept_by, settled, staged, tries

import json
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import clock, in_hand, parking
from servicekit.errors import Conflict
from servicekit.service import EXTERNAL, Database, Service, on_event
from waiting import eventually
from wire import COMMUNITY, Wire

stage = pytest.fixture(params=["embedded", "classic", "quorum"])(staged)

batches: list[int] = []


class BatchKeeper(Service):
    """Keeps things a batch at a time; a `bad…` one spoils its batch."""

    name = "keeper"
    database = Database({})

    @on_event("thing.made", source=EXTERNAL, schema=ThingEvent, batch=True)
    def keep(self, call: Any, events: list[Any]) -> None:
        names = [event.data["thing"] for event in events]
        batches.append(len(names))
        for name in names:
            add(call, name, "kept")
            if name.startswith("slow"):
                call.session.flush()
                gates[name].wait()
        if any(name.startswith("bad") for name in names):
            raise Conflict("there is no room; make some")


def batch_on(wire: Wire, *names: str) -> None:
    with wire.channel() as channel:
        for name in names:
            data = {"community": COMMUNITY, "version": 1, "thing": name}
            message = channel.prepare_message(json.dumps(data).encode())
            channel.basic_publish(message, exchange="outside.events", routing_key="thing.made")


def take_behind_a_slow_one(stage: Stage, slow: str, names: list[str], times: int) -> None:
    """Have each thing told so many times while a handler is at work, and all of them kept."""
    batches.clear()
    with stage.running(BatchKeeper):
        batch_on(stage.wire, slow)
        eventually(lambda: batches == [1])
        batch_on(stage.wire, *names * times)
        eventually(lambda: stage.wire.waiting("keeper.keep") == len(names) * times - 1)
        gates[slow].send()
        eventually(kept_by(stage, slow, *names))
        eventually(lambda: settled(stage))
    assert settled(stage)


def test_a_handler_can_take_a_batch_in_one_go(stage: Stage) -> None:
    take_behind_a_slow_one(stage, "slow-1", [f"t{number}" for number in range(50)], 2)
    assert len(batches) < 25


def test_a_handler_whose_batches_are_quick_is_given_more_and_more(stage: Stage) -> None:
    take_behind_a_slow_one(stage, "slow-2", [f"t{number}" for number in range(500)], 1)
    assert max(batches) > 50


def test_a_batch_with_bad_events_comes_again_in_parts_until_the_bad_ones_stand_alone(
    stage: Stage,
) -> None:
    good = [f"t{number}" for number in range(30)]
    with stage.running(BatchKeeper):
        batch_on(stage.wire, "bad-1", *good[:10], "bad-2", *good[10:], "bad-3")
        eventually(kept_by(stage, *good))
        eventually(lambda: stage.wire.waiting(PARKED) == 3)
    assert settled(stage)


HEADERS = {"ce-id": "e1", "ce-source": "outside", "ce-type": "thing.made"}


def deliver_and_never_settle(stage: Stage, times: int) -> None:
    """Somebody has the event so many times, and goes."""
    with stage.running(Keeper):
        pass  # the queue is there and bound
    stage.wire.things("t1", headers=HEADERS)
    for _ in range(times):
        with stage.wire.channel() as channel:
            eventually(lambda channel=channel: channel.basic_get("keeper.keep"))  # type: ignore[misc]


def take_in_hand(stage: Stage, times: int) -> int:
    """Count it in the database, as a process does that dies of it each time; how often now."""
    event: Any = SimpleNamespace(source="outside", id="e1")
    counted = 0
    with sa.create_engine(stage.databases["keeper"]).begin() as connection:
        for _ in range(times):
            now = clock.now()
            counted = in_hand.count(Session(connection), "keep", [event], now=now)["outside", "e1"]
    return counted


def test_an_event_that_was_held_and_never_in_hand_is_applied_however_often(stage: Stage) -> None:
    deliver_and_never_settle(stage, parking.IN_HAND_LIMIT + 5)
    with stage.running(Keeper):
        eventually(kept_by(stage, "t1"))
        eventually(lambda: settled(stage))
    assert settled(stage)
    assert tries["t1"] == 1


def test_an_event_that_was_in_hand_and_is_applied_after_all_is_counted_no_more(
    stage: Stage,
) -> None:
    deliver_and_never_settle(stage, 1)
    take_in_hand(stage, parking.IN_HAND_LIMIT - 1)
    with stage.running(Keeper):
        eventually(kept_by(stage, "t1"))
        eventually(lambda: settled(stage))
    assert take_in_hand(stage, 1) == 1


def test_an_event_that_was_in_hand_too_often_is_parked_untouched(stage: Stage) -> None:
    deliver_and_never_settle(stage, 1)
    take_in_hand(stage, parking.IN_HAND_LIMIT)
    with stage.running(Keeper):
        eventually(lambda: stage.wire.waiting(PARKED) == 1)
    assert settled(stage)
    assert tries["t1"] == 0
    assert stage.wire.take(PARKED).headers["x-error-type"] == "Unsettled"
