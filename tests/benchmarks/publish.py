"""Durable publishing with confirms: our relay emptying an outbox on PostgreSQL, and its peers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from kombu import Connection
from nameko.standalone.events import event_dispatcher

from benchmarks.place import HERE, Place, event
from benchmarks.rounds import Table, race
from servicekit import clock, db
from servicekit.publishing import Publisher
from servicekit.relay import Relay

COUNT = 4_000
WINDOW = 500
C_CLIENT, NAMEKO = f"C client, window {WINDOW}", "stock nameko, confirm each"
TARGETS = {C_CLIENT: 0.8, NAMEKO: 10.0}


def tables(place: Place, rounds: int) -> list[Table]:
    engine = db.create_engine(place.postgres_url)
    db.messaging.create_all(engine)
    folder = Path(tempfile.mkdtemp())
    program = folder / "publisher"
    source = HERE / "publisher.c"
    subprocess.run(["cc", "-O2", source, "-lrabbitmq", "-o", program], check=True)
    try:
        return [_table(place, engine, program, rounds, kind) for kind in ("classic", "quorum")]
    finally:
        shutil.rmtree(folder)
        db.messaging.drop_all(engine)
        engine.dispose()


def _table(place: Place, engine: sa.Engine, program: Path, rounds: int, kind: str) -> Table:
    queue = f"bench.publish.{kind}"
    place.bind(queue, **{"x-queue-type": kind})
    _relay(place, engine, queue, 1)
    message = _taken(place, queue)  # all send the very bytes that the relay does
    peers = {
        C_CLIENT: partial(_c_client, place, program, message),
        "relay": partial(_relay, place, engine, queue, COUNT),
        NAMEKO: partial(_nameko, place, message),
    }
    checked = {name: partial(_rate, place, queue, act) for name, act in peers.items()}
    results = race(checked, rounds=rounds)
    place.delete(queue)
    title = f"{COUNT:,} durable events, confirmed, to a {kind} queue; ours from outbox to deleted"
    return Table(title, "events/s", results, ours="relay", targets=TARGETS)


def _rate(place: Place, queue: str, act: Callable[[], float]) -> float:
    seconds = act()
    found = place.purge(queue)
    if found != COUNT:
        raise RuntimeError(f"{found} of {COUNT} events are in the queue")
    return COUNT / seconds


def _c_client(place: Place, program: Path, message: Any) -> float:
    uri = urlsplit(place.amqp_uri)
    headers = {key: value for key, value in message.headers.items() if key != "x-position"}
    words = [str(uri.port), uri.path[1:], "maker.events", "thing.made", str(COUNT), str(WINDOW)]
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
    began = time.perf_counter()
    Relay("maker", engine, publisher, 60).relay_all()
    seconds = time.perf_counter() - began
    publisher.close()
    with engine.connect() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(db.outbox)):
            raise RuntimeError("the relay left events in the outbox")
    return seconds


def _nameko(place: Place, message: Any) -> float:
    dispatch = event_dispatcher({"AMQP_URI": place.amqp_uri}, headers=message.headers)
    data = event("t1000").data
    dispatch("maker", "thing.else", data)  # it connects
    began = time.perf_counter()
    for _ in range(COUNT):
        dispatch("maker", "thing.made", data)
    return time.perf_counter() - began


def _taken(place: Place, queue: str) -> Any:
    with Connection(place.amqp_uri) as connection:
        message = connection.channel().basic_get(queue, no_ack=True)
        if message is None:
            raise RuntimeError("the relay sent nothing")
        return message
