"""From the commit that causes an event to the commit that handled it, at 100 events a second.

Ours goes through outbox, relay, RabbitMQ and inbox; beside it the same without a framework: commit,
publish, consume, commit. Two processes each, whose first second is not counted: what they do for
the first time takes longer. And what a system costs that has nothing to do.

As a program it is one side: ``python -m benchmarks.latency WHO SIDE URI URL``.
"""

from __future__ import annotations

import sys

import eventlet

if __name__ != "__main__" or sys.argv[1] == "ours":
    eventlet.monkey_patch()

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import sqlalchemy as sa
from eventlet.event import Event
from kombu import Connection

from benchmarks.consumers import Base, Thing
from benchmarks.place import HERE, Place
from benchmarks.rounds import Table
from servicekit import db, failpoints, outbox, testing
from servicekit.hosting import Host
from servicekit.schemas import EventData, Id
from servicekit.service import Database, Service, on_event
from waiting import eventually

COUNT, PER_SECOND, WARMING = 600, 100, 100
IDLE_SECONDS, AT_WORK = 20, 0.1
RAW_QUEUE = "bench.latency"
NAMES = [f"t{number}" for number in range(COUNT)]


class ThingEvent(EventData):
    thing = Id(required=True)


class Maker(Service):
    name = "maker"
    database = Database({"thing.made": ThingEvent})


class Keeper(Service):
    name = "keeper"
    database = Database({})

    @on_event("thing.made", source="maker", schema=ThingEvent)
    def keep(self, call: Any, event: Any) -> None:
        call.session.add(Thing(name=event.subject))
        in_hand.append(event.subject)


in_hand: list[str] = []
all_committed = Event()
committed: dict[str, float] = {}
"""When each thing's transaction had committed, by the clock that all processes share."""


def paced() -> Iterator[str]:
    """The names of the things, so many a second."""
    began = time.monotonic()
    for number, name in enumerate(NAMES):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        yield name


def data_of(name: str) -> dict[str, Any]:
    return {"community": "210103008001", "version": 1, "thing": name}


def ours_makes(uri: str, url: str) -> None:
    with Host({Maker: _config(uri, url)}) as host:
        database = host.extension("maker", "database")
        for name in paced():
            with database.transaction() as session:
                now, data = datetime.now(UTC), data_of(name)
                session.add(Thing(name=name))
                outbox.publish(session, "thing.made", subject=name, version=1, data=data, now=now)
                in_hand[:] = [name]
        eventually(lambda: not database.backlog(datetime.now(UTC))[0])  # the relay had the last


def ours_keeps(uri: str, url: str) -> None:
    with Host({Keeper: _config(uri, url)}):
        print("ready", flush=True)  # noqa: T201 - for whoever waits
        all_committed.wait()


def _config(uri: str, url: str) -> dict[str, Any]:
    """And note the time at each commit: where the chaos suite would end the process."""

    def note(name: str) -> None:
        if name in {"outbox.committed", "handler.committed"}:
            committed.update(dict.fromkeys(in_hand, time.monotonic()))
            in_hand.clear()
            if len(committed) == COUNT and not all_committed.ready():
                all_committed.send()

    failpoints.reached = note
    return {
        "AMQP_URI": uri,
        "DATABASE_URL": url,
        "FIELD_KEY": testing.KEY,
        "LOG_LEVEL": "ERROR",
    }


def raw_makes(uri: str, url: str) -> None:
    database = psycopg2.connect(url.replace("+psycopg2", ""))
    with Connection(uri) as connection, database.cursor() as cursor:
        channel = connection.channel()
        for name in paced():
            cursor.execute("INSERT INTO thing (name) VALUES (%s)", (name,))
            database.commit()
            committed[name] = time.monotonic()
            message = channel.prepare_message(
                json.dumps(data_of(name)).encode(), properties={"delivery_mode": 2}
            )
            channel.basic_publish(message, exchange="", routing_key=RAW_QUEUE)


def raw_keeps(uri: str, url: str) -> None:
    database = psycopg2.connect(url.replace("+psycopg2", ""))
    with Connection(uri) as connection, database.cursor() as cursor:
        channel = connection.channel()

        def keep(message: Any) -> None:
            name = json.loads(message.body)["thing"]
            mark = "INSERT INTO inbox VALUES ('keep', 'maker', %s, now()) ON CONFLICT DO NOTHING"
            cursor.execute(mark, (name,))
            cursor.execute("INSERT INTO thing (name) VALUES (%s)", (name,))
            database.commit()
            committed[name] = time.monotonic()
            channel.basic_ack(message.delivery_tag)

        channel.basic_qos(0, 100, False)
        channel.basic_consume(RAW_QUEUE, callback=keep)
        print("ready", flush=True)  # noqa: T201
        while len(committed) < COUNT:
            connection.drain_events()


SIDES: dict[tuple[str, str], Callable[[str, str], None]] = {
    ("ours", "makes"): ours_makes,
    ("ours", "keeps"): ours_keeps,
    ("raw", "makes"): raw_makes,
    ("raw", "keeps"): raw_keeps,
}


def tables(place: Place, rounds: int) -> list[Table]:
    place.bind(RAW_QUEUE)
    p50: dict[str, list[float]] = {"ours": [], "raw": []}
    p99: dict[str, list[float]] = {"ours": [], "raw": []}
    for _ in range(rounds):
        for who in ("ours", "raw"):
            place.purge(RAW_QUEUE)
            times = sorted(_milliseconds(place, who))
            p50[who].append(statistics.median(times))
            p99[who].append(times[len(times) * 99 // 100])
    idle = {"ours": [_idle_percent() for _ in range(2)]}
    title = "Commit to handled at 100 events a second, two services on PostgreSQL"
    return [
        Table(f"{title}, p50", "ms", p50, ours="ours", limit=8.0, lower_is_better=True),
        Table(f"{title}, p99", "ms", p99, ours="ours", limit=25.0, lower_is_better=True),
        Table(
            "All three services in one process, idle",
            "% of a core",
            idle,
            ours="ours",
            limit=2.0,
            lower_is_better=True,
        ),
    ]


def _milliseconds(place: Place, who: str) -> list[float]:
    """What each thing took, in a round of its own."""
    with _side(place, who, "keeps") as keeper:
        if keeper.stdout is None or keeper.stdout.readline() != "ready\n":
            raise RuntimeError(f"{who} does not start")
        with _side(place, who, "makes") as maker:
            made = json.loads(maker.communicate()[0])
        kept = json.loads(keeper.communicate(timeout=60)[0])
    return [(kept[name] - made[name]) * 1000 for name in NAMES[WARMING:]]


def _side(place: Place, who: str, side: str) -> subprocess.Popen[str]:
    """One of the two processes, with an empty database of its own."""
    url = sa.make_url(place.postgres_url)
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS bench_{side} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE bench_{side} TEMPLATE template0"))
    server.dispose()
    own = url.set(database=f"bench_{side}").render_as_string(hide_password=False)
    engine = sa.create_engine(own)
    for metadata in (db.messaging, Base.metadata):
        metadata.create_all(engine)
    engine.dispose()
    words = [sys.executable, "-W", "ignore", "-m", "benchmarks.latency", who, side]
    words += [place.amqp_uri, own]
    return subprocess.Popen(words, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)


def _idle_percent() -> float:
    """What ``sunshine run`` uses of a core when the sample is in and nobody comes."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(sys.executable).with_name("sunshine"))
        words = [program, "--data", folder, "run", "--port", "0"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as system:
            if system.stdout is None or not any("is up" in line for line in system.stdout):
                raise RuntimeError("the system does not start")
            while _used(system.pid, 1) > AT_WORK:  # on what the sample caused
                pass
            used = _used(system.pid, IDLE_SECONDS)
            system.terminate()
    return used * 100


def _used(pid: int, seconds: float) -> float:
    """The part of a core that a process uses in the next seconds."""
    before = _cpu_seconds(pid)
    time.sleep(seconds)
    return (_cpu_seconds(pid) - before) / seconds


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    who, side, *rest = sys.argv[1:]
    SIDES[who, side](*rest)
    print(json.dumps(committed), flush=True)  # noqa: T201
