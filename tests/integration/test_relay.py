"""The relay between PostgreSQL and RabbitMQ: windows on their way at once, none forgotten early."""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
import sqlalchemy as sa

import servers
from servicekit import db, outbox, relay
from servicekit.errors import Unavailable
from servicekit.publishing import Publisher
from servicekit.relay import Relay
from waiting import eventually
from wire import Wire, bytes_of

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
QUEUE = "ear"
EVENTS = 3 * relay.WINDOW + 50


@dataclass
class Desk:
    """One service's outbox, and the queue that hears its events."""

    engine: sa.Engine
    wire: Wire

    def relay(self) -> Relay:
        return Relay("maker", self.engine, Publisher(self.wire.uri), 60)

    def store(self, names: Sequence[str]) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.insert(db.outbox), [row(name) for name in names])

    def left(self) -> list[str]:
        with self.engine.connect() as connection:
            query = sa.select(db.outbox.c.subject).order_by(db.outbox.c.id)
            return list(connection.scalars(query))

    def heard(self) -> list[str]:
        """The subjects that the queue holds, in order, and the queue is empty."""
        found = []
        with self.wire.channel() as channel:
            while message := channel.basic_get(QUEUE, no_ack=True):
                assert json.loads(bytes_of(message))["thing"] == message.headers["ce-subject"]
                found.append(message.headers["ce-subject"])
        return found

    def listen(self, **arguments: Any) -> None:
        with self.wire.channel() as channel:
            channel.exchange_declare("maker.events", "topic", durable=True, auto_delete=False)
            channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(QUEUE, "maker.events", "thing.made")


def row(name: str) -> dict[str, Any]:
    data = {"thing": name, "note": '永环 "1"\n'}
    return {
        "event_id": f"thing.made:{name}:1",
        "type": "thing.made",
        "subject": name,
        "data": data,
        "created_at": NOW,
    }


def named(count: int) -> list[str]:
    return [f"t{number}" for number in range(count)]


@pytest.fixture
def desk(rabbitmq_uri: str, make_database: Any) -> Iterator[Desk]:
    engine = db.create_engine(make_database(f"relay_{uuid4().hex[:6]}"))
    db.messaging.create_all(engine)
    desk = Desk(engine, Wire(rabbitmq_uri))
    yield desk
    desk.wire.delete(QUEUE)
    engine.dispose()


def test_an_id_that_is_too_long_for_a_property_holds_nothing_up(desk: Desk) -> None:
    desk.listen()
    names = ["户" * 90, "t1"]
    desk.store(names)
    desk.relay().relay_all()
    assert desk.left() == []
    assert desk.heard() == names


def test_many_windows_arrive_complete_and_in_order(desk: Desk) -> None:
    desk.listen()
    desk.store(named(EVENTS))
    desk.relay().relay_all()
    assert desk.left() == []
    assert desk.heard() == named(EVENTS)


def test_what_the_broker_refuses_stays_and_goes_out_later(desk: Desk) -> None:
    room = relay.WINDOW + 10  # in the second window the queue is full
    desk.listen(**{"x-max-length": room, "x-overflow": "reject-publish"})
    desk.store(named(EVENTS))
    with pytest.raises(Unavailable):
        desk.relay().relay_all()
    assert desk.left()[-relay.WINDOW :] == named(EVENTS)[-relay.WINDOW :]
    assert set(desk.left()) | set(desk.heard()) == set(named(EVENTS))
    left = desk.left()
    assert set(named(EVENTS)[room:]) <= set(left)
    desk.wire.delete(QUEUE)
    desk.listen()
    desk.relay().relay_all()
    assert desk.left() == []
    assert desk.heard() == left


def test_unroutable_events_among_others_stay_and_only_they(desk: Desk) -> None:
    desk.listen()
    desk.store(named(EVENTS))
    lost = named(EVENTS)[5::7]
    with desk.engine.begin() as connection:
        change = sa.update(db.outbox).where(db.outbox.c.subject.in_(lost))
        connection.execute(change.values(type="thing.lost"))
    desk.relay().relay_all()
    assert desk.left() == lost
    assert desk.heard() == [name for name in named(EVENTS) if name not in set(lost)]


def test_what_another_process_commits_goes_out_as_soon_as_this_one_lets_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL_SECONDS", 600)
    monkeypatch.setattr(relay, "LOCK_MILLISECONDS", 50)
    desk.listen()
    other = desk.relay()
    running = eventlet.spawn(other.run)
    with desk.engine.connect() as holder:  # as a process that relays
        holder.execute(sa.select(sa.func.pg_advisory_lock(relay.LOCK_KEY)))
        desk.store(["t1"])
        other.wake()
        eventlet.sleep(0.3)  # it has asked for the lock more than once
        assert desk.left() == ["t1"]
        holder.execute(sa.select(sa.func.pg_advisory_unlock(relay.LOCK_KEY)))
        eventually(lambda: desk.left() == [])
    other.stop()
    running.wait()
    assert desk.heard() == ["t1"]


def test_a_relay_that_waits_for_its_turn_can_be_stopped(desk: Desk) -> None:
    other = desk.relay()
    with desk.engine.connect() as holder:
        holder.execute(sa.select(sa.func.pg_advisory_lock(relay.LOCK_KEY)))
        running = eventlet.spawn(other.run)
        eventlet.sleep(0)
        other.stop()
        with eventlet.Timeout(5):
            running.wait()


def test_a_lock_that_was_granted_as_its_timeout_struck_is_not_kept(
    desk: Desk, postgres: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(postgres, servers.PrivatePostgres):
        pytest.skip("only a process of this machine can be frozen")
    monkeypatch.setattr(relay, "LOCK_MILLISECONDS", 200)
    desk.listen()
    desk.store(["t1"])
    with desk.engine.connect() as holder:
        holder.execute(sa.select(sa.func.pg_advisory_lock(relay.LOCK_KEY)))
        running = eventlet.spawn(desk.relay().relay_all)
        waits = sa.text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        pid = eventually(lambda: holder.scalar(waits))
        os.kill(pid, signal.SIGSTOP)  # too busy to notice either
        holder.execute(sa.select(sa.func.pg_advisory_unlock(relay.LOCK_KEY)))
        eventlet.sleep(0.3)
        os.kill(pid, signal.SIGCONT)
        running.wait()
        assert holder.scalar(sa.select(sa.func.pg_try_advisory_lock(relay.LOCK_KEY)))
    assert desk.heard() == ["t1"]


def test_a_database_that_dies_as_its_connection_is_put_back_is_awaited(desk: Desk) -> None:
    desk.listen()
    other = sa.create_engine(desk.engine.url, poolclass=sa.NullPool)
    dead: list[int] = []

    @sa.event.listens_for(desk.engine, "reset")
    def die(connection: Any, _record: Any, _state: Any) -> None:
        again = connection.isolation_level is not None  # only then does the driver ask the server
        if connection.autocommit and again and not dead:
            dead.append(connection.info.backend_pid)
            with other.connect() as killer:
                killer.execute(sa.select(sa.func.pg_terminate_backend(dead[0], 5000)))

    relaying = desk.relay()
    running = eventlet.spawn(relaying.run)
    eventually(lambda: dead)
    desk.store(["t1"])
    eventually(lambda: desk.left() == [])
    relaying.stop()
    running.wait()


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_what_was_committed_late_is_read_while_later_ones_are_on_their_way(
    desk: Desk, dialect: str
) -> None:
    engine = desk.engine if dialect == "postgresql" else db.create_engine("sqlite://")
    db.messaging.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(db.outbox), [row(name) for name in named(4)])
        ids = list(connection.scalars(sa.select(db.outbox.c.id).order_by(db.outbox.c.id)))
        sent = [ids[1], ids[2]]
        found = connection.execute(*outbox.waiting(dialect, sent, NOW, 10)).all()
        assert [each.subject for each in found] == ["t0", "t3"]
        assert json.loads(found[0].data) == row("t0")["data"]
        connection.execute(*outbox.forget(dialect, sent))
        connection.execute(outbox.mark_unroutable(dialect, [ids[0]], NOW))
        later = NOW + timedelta(seconds=1)
        assert [
            each.subject for each in connection.execute(*outbox.waiting(dialect, [], NOW, 9))
        ] == ["t3"]
        assert len(connection.execute(*outbox.waiting(dialect, [], later, 9)).all()) == 2
