"""Events taken from a queue: inbox, a row and the commit on PostgreSQL; peers do that or less."""

from __future__ import annotations

import subprocess
import sys

import sqlalchemy as sa

from benchmarks.consumers import QUEUE, Thing
from benchmarks.place import HERE, Place, event
from benchmarks.rounds import Table, race
from servicekit import db
from servicekit.events import write
from servicekit.publishing import Outgoing, Publisher

STOCK_QUEUE = "evt-maker-thing.made--taker.keep"
COUNTS = {
    "ours": 20_000,
    "raw": 20_000,
    "stock nameko": 2_000,
    "FastStream": 10_000,
    "Celery": 4_000,
}
TITLE = "Consumed: inbox, a row, the commit on PostgreSQL (FastStream and Celery: nothing done)"


def tables(place: Place, rounds: int) -> list[Table]:
    place.bind(QUEUE, **{"x-queue-type": "classic"})
    place.bind(STOCK_QUEUE)
    engine = sa.create_engine(place.postgres_url)
    for metadata in (db.messaging, Thing.metadata):
        metadata.create_all(engine)
    peers = {who: lambda who=who: _race(place, engine, who) for who in COUNTS}
    results = race(peers, rounds=rounds)
    engine.dispose()
    targets = {"raw": 0.85, "stock nameko": 15.0, "FastStream": 2.5}
    return [Table(TITLE, "events/s", results, ours="ours", targets=targets)]


def _race(place: Place, engine: sa.Engine, who: str) -> float:
    names = [f"t{number}" for number in range(COUNTS[who])]
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE inbox, thing"))
    for queue in (QUEUE, STOCK_QUEUE):
        place.purge(queue)
    if who != "Celery":
        _fill(place, STOCK_QUEUE if who == "stock nameko" else QUEUE, names)
    words = [sys.executable, "-W", "ignore", "-m", "benchmarks.consumers"]
    words += [who, place.amqp_uri, place.postgres_url, str(len(names))]
    said = subprocess.run(words, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True)
    if who in {"ours", "raw", "stock nameko"}:
        with engine.begin() as connection:
            kept = connection.scalars(sa.select(Thing.name)).all()
        if sorted(kept) != sorted(names):
            raise RuntimeError(f"{who} kept {len(kept)} of {len(names)} events")
    return float(said.stdout.split()[-1])


def _fill(place: Place, queue: str, names: list[str]) -> None:
    publisher = Publisher(place.amqp_uri)
    for start in range(0, len(names), 1000):
        made = [event(name) for name in names[start : start + 1000]]
        outgoing = [Outgoing(body, "", queue, headers) for body, headers in map(write, made)]
        publisher.send(outgoing)
    publisher.close()
