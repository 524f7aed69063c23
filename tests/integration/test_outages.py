"""While the broker or the database is away nothing is lost, health says so, and all resumes."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import QUEUES, Keeper, Maker, Stage, gates, say, sqlite, tries

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import eventlet
import pytest
import sqlalchemy as sa
from eventlet import tpool

import servers
from servicekit import clock, db
from servicekit.calling import RpcClient
from servicekit.errors import Unavailable
from waiting import eventually
from wire import bytes_of


@pytest.fixture(scope="module")
def own_rabbitmq() -> Iterator[servers.Rabbitmq]:
    """A broker that may be killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TEST_AMQP_URI", raising=False)
        server = servers.rabbitmq()
    yield server
    server.close()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[servers.Postgres]:
    """A database server that may be killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TEST_DATABASE_URI", raising=False)
        server = servers.postgres()
    yield server
    server.close()


@pytest.fixture
def on_own_broker(own_rabbitmq: servers.Rabbitmq, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(own_rabbitmq.make_vhost(tmp_path.name), sqlite(tmp_path))
    stage.set_up()
    yield stage
    stage.close()
    clock.return_to_present()


@pytest.fixture
def on_own_database(rabbitmq_uri: str, own_postgres: servers.Postgres) -> Iterator[Stage]:
    databases = {name: own_postgres.make_database(name) for name in ("maker", "keeper")}
    stage = Stage(rabbitmq_uri, databases)
    stage.set_up()
    yield stage
    stage.close()
    stage.wire.delete(*QUEUES)


def make_without_rpc(stage: Stage, thing: str) -> None:
    """A change and its event, made by something that needs no broker."""
    with stage.host.extension("maker", "database").transaction() as session:
        session.info["traceparent"] = None
        say(SimpleNamespace(session=session, now=clock.now()), "thing.made", thing)


def restarted(start: Callable[[], Any]) -> None:
    """Start a server again while the services of this process go on."""
    tpool.execute(start)


def test_a_broker_that_is_away_at_the_start_is_waited_for(
    on_own_broker: Stage, own_rabbitmq: servers.Rabbitmq
) -> None:
    stage = on_own_broker
    own_rabbitmq.kill()
    with stage.running(Maker, Keeper, UNROUTABLE_SECONDS=1):  # the keeper may be the later one
        assert stage.get("maker", "healthz")[0] == 200
        assert stage.ready("maker") == (503, ["broker"])
        assert (
            'sunshine_broker_up{carries="calls",service="maker"} 0.0'
            in stage.get("maker", "metrics")[1]
        )
        make_without_rpc(stage, "t1")
        restarted(own_rabbitmq.start)
        eventually(lambda: stage.ready("maker") == (200, []), timeout=30)
        eventually(lambda: stage.kept() == ["t1"], timeout=30)
        # what was said before the other's queue was there again waits a minute
        clock.travel(clock.now() + timedelta(minutes=2))
        eventually(lambda: stage.things("maker", "noted") == ["t1"])


def test_after_the_brokers_death_and_return_everything_resumes(
    on_own_broker: Stage, own_rabbitmq: servers.Rabbitmq
) -> None:
    stage = on_own_broker
    with stage.running(Maker, Keeper):
        assert stage.call("maker", "make", thing="t1") == "t1"
        eventually(lambda: stage.things("maker", "noted") == ["t1"])
        answer = eventlet.spawn(stage.call, "maker", "wait", thing="w1")
        eventually(lambda: tries["w1"] == 1)
        own_rabbitmq.kill()
        with pytest.raises(Unavailable, match="broker is not there"):
            answer.wait()
        gates["w1"].send()  # the reply finds no broker, and harms nobody
        eventually(lambda: stage.ready("keeper") == (503, ["broker"]))
        with pytest.raises(Unavailable):
            stage.client.call("maker", "make", timeout=1, thing="lost")
        patient = RpcClient(stage.uri, timeout=60, retries=True)
        late = eventlet.spawn(patient.call, "maker", "make", thing="t0")
        make_without_rpc(stage, "t2")
        restarted(own_rabbitmq.start)
        eventually(lambda: stage.ready("keeper") == (200, []), timeout=30)
        assert late.wait() == "t0"
        patient.close()
        eventually(lambda: stage.kept() == ["t0", "t1", "t2"], timeout=30)
        clock.travel(clock.now() + timedelta(minutes=2))
        eventually(lambda: stage.things("maker", "noted") == ["t0", "t1", "t2"])
        assert eventually(lambda: answered(stage, "t3"), timeout=30)
        eventually(lambda: "t3" in stage.kept())


def answered(stage: Stage, thing: str) -> bool:
    try:
        return bool(stage.client.call("maker", "make", timeout=1, thing=thing) == thing)
    except Unavailable:
        return False


def test_while_the_database_is_away_events_wait_and_nothing_is_parked(
    on_own_database: Stage, own_postgres: servers.Postgres
) -> None:
    stage = on_own_database
    with stage.running(Maker, Keeper):
        stage.call("maker", "make", thing="t1")
        eventually(lambda: stage.kept() == ["t1"])
        own_postgres.kill()
        stage.wire.things("t2", "t3")
        with pytest.raises(Unavailable, match="database is away; try again later"):
            stage.call("maker", "make", thing="lost")
        assert stage.ready("keeper") == (503, ["database"])
        assert stage.get("keeper", "healthz")[0] == 200
        assert stage.wire.waiting("keeper.keep.parked") == 0
        restarted(own_postgres.start)
        eventually(lambda: stage.kept() == ["t1", "t2", "t3"], timeout=30)
        eventually(lambda: stage.ready("keeper") == (200, []))
        assert stage.call("maker", "make", thing="t4") == "t4"
        eventually(lambda: "t4" in stage.kept())
    assert stage.wire.waiting("keeper.keep.parked") == 0
    assert not [queue for queue in QUEUES[3:] if "retry" in queue and stage.wire.waiting(queue)]


def test_a_service_starts_without_its_database_and_recovers(
    on_own_database: Stage, own_postgres: servers.Postgres
) -> None:
    stage = on_own_database
    own_postgres.kill()
    with stage.running(Maker, Keeper):
        assert stage.ready("maker") == (503, ["database"])
        restarted(own_postgres.start)
        eventually(lambda: stage.ready("maker") == (200, []), timeout=30)
        stage.call("maker", "make", thing="t1")
        eventually(lambda: stage.things("maker", "noted") == ["t1"])


def test_two_processes_share_the_events_of_one_queue(on_own_database: Stage) -> None:
    stage = on_own_database
    names = [f"t{number}" for number in range(200)]
    with stage.running(Maker, Keeper, EVENT_BATCH=5), stage.running(Maker, Keeper, EVENT_BATCH=5):
        for name in names:
            stage.call("maker", "make", thing=name)
        eventually(lambda: stage.things("maker", "noted") == sorted(names), timeout=30)
    assert stage.kept() == sorted(names)


def test_an_append_only_table_refuses_on_postgresql_too(own_postgres: servers.Postgres) -> None:
    engine = db.create_engine(own_postgres.make_database("append"))
    metadata = db.new_metadata()
    table = sa.Table("line", metadata, sa.Column("id", sa.Integer, primary_key=True))
    db.append_only(table)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert().values(id=1))
    for statement in (sa.update(table).values(id=2), sa.delete(table)):
        with pytest.raises(sa.exc.DBAPIError, match="line is append-only"), engine.begin() as again:
            again.execute(statement)
    engine.dispose()


def test_only_new_rows_are_inserted_and_named_on_postgresql_too(
    own_postgres: servers.Postgres,
) -> None:
    engine = db.create_engine(own_postgres.make_database("rows"))
    metadata = db.new_metadata()
    columns = (sa.Column(name, sa.Integer, primary_key=True) for name in "ab")
    table = sa.Table("pair", metadata, *columns)
    metadata.create_all(engine)
    with engine.begin() as connection:
        assert db.insert_ignore(connection, table, [{"a": 1, "b": 1}]) == [(1, 1)]
        rows = [{"a": 1, "b": number} for number in range(10_000)]
        assert len(db.insert_ignore(connection, table, rows)) == 9_999
    engine.dispose()


@pytest.mark.parametrize("kind", ["content type", "headers", "header time"])
def test_properties_that_cannot_be_read_harm_nobody(
    rabbitmq_uri: str, tmp_path: Path, kind: str
) -> None:
    stage = Stage(rabbitmq_uri, sqlite(tmp_path))
    stage.set_up()
    with stage.running(Keeper):
        publish_raw(rabbitmq_uri, kind)
        stage.wire.things("t1")
        eventually(lambda: stage.kept() == ["t1"])
        eventually(lambda: stage.wire.waiting("keeper.keep.parked") == 1)
    assert bytes_of(stage.wire.take("keeper.keep.parked")) == b"{}"
    stage.close()
    stage.wire.delete(*QUEUES)


class Never(datetime):
    """A time some 30,000 years from now."""

    def utctimetuple(self) -> Any:
        return (9999, 12, 31, 0, 0, 10**12)


def publish_raw(uri: str, kind: str) -> None:
    """Properties that py-amqp writes and cannot read: bytes, and times beyond the calendar."""
    from amqp import Connection, Message

    parts = urlsplit(uri)
    message = Message(b"{}", content_type="text/plain")
    if kind == "content type":
        message.properties["content_type"] = b"\xff\xfe"
    elif kind == "headers":
        message.properties["application_headers"] = {b"\xff": b"\xfe", "compression": b"\xff"}
    else:
        message.properties["application_headers"] = {"when": Never.now()}
    with Connection(
        f"{parts.hostname}:{parts.port}", virtual_host=parts.path[1:], confirm_publish=True
    ) as connection:
        channel = connection.channel()
        channel.basic_publish(message, "outside.events", "thing.made")
