"""Durable publishing with confirms: our relay emptying an outbox on PostgreSQL, and its peers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from kombu import Connection
from nameko.standalone.events import event_dispatcher

from benchmarks.place import HERE, Place, event
from benchmarks.rounds import Table, race
from servicekit import clock, db, failpoints
from servicekit.database import spare_the_collector
from servicekit.publishing import Publisher
from servicekit.relay import Relay

MANY, FEW = 10_000, 1_000  # as many for each of a comparison; stock nameko takes its time
WINDOW = 500


def tables(place: Place, rounds: int) -> list[Table]:
    spare_the_collector()  # as a service does at its start
    engine = db.create_engine(place.postgres_url)
    db.messaging.create_all(engine)
    folder = Path(tempfile.mkdtemp())
    program = folder / "publisher"
    source = HERE / "publisher.c"
    subprocess.run(["cc", "-O2", source, "-lrabbitmq", "-o", program], check=True)
    try:
        return [
            table
            for kind in ("classic", "quorum")
            for table in _compared(place, engine, program, rounds, kind)
        ]
    finally:
        shutil.rmtree(folder)
        db.messaging.drop_all(engine)
        engine.dispose()


def _compared(
    place: Place, engine: sa.Engine, program: Path, rounds: int, kind: str
) -> Iterator[Table]:
    queue = f"bench.publish.{kind}"
    place.bind(queue, **{"x-queue-type": kind})
    _relay(place, engine, queue, 1)
    message = _taken(place, queue)  # all send the very bytes that the relay does
    peers = [
        (f"C client, window {WINDOW}", partial(_c_client, place, program, message), MANY, 0.8),
        ("stock nameko, confirm each", partial(_nameko, place, message), FEW, 10.0),
    ]
    for peer, act, count, target in peers:
        race_of = {
            "relay": partial(_rate, place, queue, partial(_relay, place, engine, queue), count),
            peer: partial(_rate, place, queue, act, count),
        }
        yield Table(
            f"{count:,} durable events to a {kind} queue, confirmed; ours from outbox to deleted",
            "events/s",
            race(race_of, rounds=rounds),
            ours="relay",
            targets={peer: target},
        )
    place.delete(queue)


def _rate(place: Place, queue: str, act: Callable[[int], float], count: int) -> float:
    seconds = act(count)
    found = place.purge(queue)
    if found != count:
        raise RuntimeError(f"{found} of {count} events are in the queue")
    return count / seconds


def _c_client(place: Place, program: Path, message: Any, count: int) -> float:
    uri = urlsplit(place.amqp_uri)
    headers = {key: value for key, value in message.headers.items() if key != "x-position"}
    words = [str(uri.port), uri.path[1:], "maker.events", "thing.made", str(count), str(WINDOW)]
    words += [message.body, message.properties["message_id"], message.properties["type"]]
    words += [f"{key}={value}" for key, value in headers.items()]
    said = subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
    return float(said)


def _relay(place: Place, engine: sa.Engine, queue: str, count: int) -> float:
    rows = [
        {
            "event_id": made.id,
            "type": made.type,
            "subject": made.subject,
            "data": made.data,
            "traceparent": made.traceparent,
            "created_at": clock.now(),
        }
        for made in map(event, (f"t{number}" for number in range(1000, 1000 + count)))
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(db.outbox), rows)
    publisher = Publisher(place.amqp_uri)
    publisher.depth(queue)  # it connects
    deleted: list[float] = []  # it lingers after the last

    def note(name: str) -> None:
        if name == "relay.deleted":
            deleted.append(time.perf_counter())

    failpoints.reached = note
    began = time.perf_counter()
    Relay("maker", engine, publisher, 60).relay_all()
    seconds = deleted[-1] - began
    publisher.close()
    with engine.connect() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(db.outbox)):
            raise RuntimeError("the relay left events in the outbox")
    return seconds


def _nameko(place: Place, message: Any, count: int) -> float:
    dispatch = event_dispatcher({"AMQP_URI": place.amqp_uri}, headers=message.headers)
    data = event("t1000").data
    dispatch("maker", "thing.else", data)  # it connects
    began = time.perf_counter()
    for _ in range(count):
        dispatch("maker", "thing.made", data)
    return time.perf_counter() - began


def _taken(place: Place, queue: str) -> Any:
    with Connection(place.amqp_uri) as connection:
        message = connection.channel().basic_get(queue, no_ack=True)
        if message is None:
            raise RuntimeError("the relay sent nothing")
        return message
