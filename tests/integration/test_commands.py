"""A command that its caller sends again is done once, and answered as it was the first time."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import QUEUES, Keeper, Maker, Stage, gates, staged, tries

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import eventlet
import pytest
import sqlalchemy as sa
from kombu.pools import reset as forget_pooled_connections
from nameko.standalone.rpc import ServiceRpcProxy

from servicekit import clock, db, housekeeping
from servicekit.calling import RpcClient
from servicekit.errors import Conflict, Invalid, NotFound
from waiting import eventually


@pytest.fixture(params=["embedded", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """SQLite without any server, or PostgreSQL with RabbitMQ: there two callers really meet."""
    if request.param == "embedded":
        yield from staged(request, tmp_path)
        return
    make = request.getfixturevalue("make_database")
    databases = {name: make(name) for name in ("maker", "keeper")}
    stage = Stage(request.getfixturevalue("rabbitmq_uri"), databases)
    stage.set_up()
    yield stage
    stage.close()
    clock.return_to_present()
    forget_pooled_connections()
    stage.wire.delete(*QUEUES)


def command(stage: Stage, key: Any, method: str = "make", **more: Any) -> Any:
    context = {"idempotency_key": key, **more.pop("context", {})}
    return stage.client.call("maker", method, context=context, **{"thing": "t1", **more})


def answers(stage: Stage, service: str = "maker") -> list[Any]:
    engine = sa.create_engine(stage.databases[service], poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.select(db.answered)))


def test_a_command_under_the_same_key_is_done_once(stage: Stage) -> None:
    with stage.running(Maker):
        assert [command(stage, "k1") for _ in range(3)] == ["t1"] * 3
        assert command(stage, "k2") == "t1"
    assert stage.things("maker", "made") == ["t1", "t1"]


def test_answers_are_kept_sealed(stage: Stage) -> None:
    with stage.running(Maker):
        assert command(stage, "k1", thing="zhang-san") == "zhang-san"
    (row,) = answers(stage)
    assert b"zhang" not in bytes(row.reply)
    assert "zhang" not in row.arguments


def test_a_key_is_for_one_command_of_one_caller(stage: Stage) -> None:
    with stage.running(Maker):
        command(stage, "k1")
        with pytest.raises(Conflict, match="idempotency key came with other arguments"):
            command(stage, "k1", thing="t2")
        with pytest.raises(Conflict, match="or from somebody else"):
            command(stage, "k1", context={"actor": "S1"})
        command(stage, "k1", "lose")  # another method's keys are others
    assert stage.things("maker", "made") == ["t1"]


def test_a_command_that_failed_may_be_tried_again(stage: Stage) -> None:
    with stage.running(Maker):
        for _ in range(2):
            with pytest.raises(Conflict, match="never finished"):
                command(stage, "k1", thing="half-1")
        assert answers(stage) == []
        assert command(stage, "k1", thing="t2") == "t2"


def test_of_two_at_once_one_is_done_and_both_are_answered(stage: Stage) -> None:
    with stage.running(Maker):
        both = [eventlet.spawn(command, stage, "k1", "wait") for _ in range(2)]
        eventually(lambda: tries["t1"] == 1)
        eventlet.sleep(0.1)  # the other one arrives
        gates["t1"].send()
        assert [each.wait() for each in both] == ["at last"] * 2
    assert tries["t1"] == 1


@pytest.mark.parametrize("key", ["", 5, "x" * 201, "half \0"])
def test_a_key_that_cannot_be_kept_is_refused(stage: Stage, key: Any) -> None:
    with stage.running(Maker), pytest.raises(Invalid, match="idempotency_key: is no text of 1"):
        command(stage, key)
    assert stage.things("maker", "made") == []


def test_a_key_does_not_travel_on(stage: Stage) -> None:
    with stage.running(Maker, Keeper):
        for _ in range(2):
            arguments: dict[str, Any] = {"service": "maker", "method": "make"}
            context = {"idempotency_key": "k1"}
            assert stage.client.call("keeper", "ask", context=context, **arguments) == "t1"
        assert (len(answers(stage, "keeper")), len(answers(stage))) == (1, 0)
    assert stage.things("maker", "made") == ["t1"]


def test_a_foreign_caller_sends_its_key_in_a_header(stage: Stage) -> None:
    config, context = {"AMQP_URI": stage.uri}, {"idempotency_key": "k1"}
    with stage.running(Maker):
        for _ in range(2):
            with ServiceRpcProxy("maker", config, context, timeout=5) as maker:
                assert maker.make(thing="t1") == "t1"
    assert stage.things("maker", "made") == ["t1"]


def test_keys_are_forgotten_after_some_days(stage: Stage) -> None:
    with stage.running(Maker, ANSWERED_DAYS=7):
        command(stage, "k1")
        database = stage.host.extension("maker", "database")
        clock.travel(clock.now() + timedelta(days=8))
        assert housekeeping.purge(database, now=clock.now())["answered"] == 1
        command(stage, "k1")
    assert stage.things("maker", "made") == ["t1", "t1"]


def test_a_client_that_retries_waits_for_its_service(stage: Stage) -> None:
    client = RpcClient(stage.uri, timeout=20, retries=True)
    answer = eventlet.spawn(client.call, "maker", "make", thing="t1")
    eventlet.sleep(0.3)  # it has tried by now
    with stage.running(Maker):
        assert answer.wait() == "t1"
        with pytest.raises(NotFound):  # an answer is no reason to ask again
            client.call("maker", "unmake", thing="t1")
    client.close()
    assert stage.things("maker", "made") == ["t1"]
