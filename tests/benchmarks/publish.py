"""Durable publishing with confirms: our relay emptying an outbox on PostgreSQL, and its peers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from nameko.standalone.events import event_dispatcher

from benchmarks.place import HERE, Place, event
from benchmarks.rounds import Table, race
from servicekit import db
from servicekit.publishing import Publisher
from servicekit.relay import Relay

QUEUE = "bench.publish"
COUNT, FEW = 20_000, 1_000


def tables(place: Place, rounds: int) -> list[Table]:
    place.bind(QUEUE)
    engine = db.create_engine(place.postgres_url)
    db.messaging.create_all(engine)
    folder = Path(tempfile.mkdtemp())
    try:
        peers = {
            "C client, window 500": lambda: _c_client(place, folder),
            "relay": lambda: _relay(place, engine),
            "stock nameko": lambda: _nameko(place),
        }
        results = race(peers, rounds=rounds)
    finally:
        shutil.rmtree(folder)
        db.messaging.drop_all(engine)
        engine.dispose()
    title = "Durable publish, confirmed: outbox on PostgreSQL, read, sent, deleted"
    targets = {"C client, window 500": 0.8, "stock nameko": 10.0}
    return [Table(title, "events/s", results, ours="relay", targets=targets)]


def _c_client(place: Place, folder: Path) -> float:
    program = folder / "publisher"
    if not program.exists():
        source = HERE / "publisher.c"
        subprocess.run(["cc", "-O2", source, "-lrabbitmq", "-o", program], check=True)
    uri = urlsplit(place.amqp_uri)
    words = [str(uri.port), uri.path[1:], "maker.events", "thing.made", str(COUNT), "500", "500"]
    said = subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
    _all_there(place, COUNT)
    return COUNT / float(said)


def _relay(place: Place, engine: sa.Engine) -> float:
    rows = []
    for number in range(COUNT):
        made = event(f"t{number}")
        rows.append(
            {
                "event_id": made.id,
                "type": made.type,
                "subject": made.subject,
                "data": made.data,
                "traceparent": made.traceparent,
                "created_at": datetime.now(UTC),
            }
        )
    with engine.begin() as connection:
        connection.execute(sa.insert(db.outbox), rows)
    publisher = Publisher(place.amqp_uri)
    began = time.perf_counter()
    Relay("maker", engine, publisher, 60).relay_all()
    seconds = time.perf_counter() - began
    publisher.close()
    _all_there(place, COUNT)
    return COUNT / seconds


def _nameko(place: Place) -> float:
    dispatch = event_dispatcher({"AMQP_URI": place.amqp_uri})
    data = event("t0").data
    dispatch("maker", "thing.made", data)  # it connects
    began = time.perf_counter()
    for _ in range(FEW):
        dispatch("maker", "thing.made", data)
    seconds = time.perf_counter() - began
    _all_there(place, FEW + 1)
    return FEW / seconds


def _all_there(place: Place, count: int) -> None:
    found = place.purge(QUEUE)
    if found != count:
        raise RuntimeError(f"{found} of {count} events are in the queue")
