"""Who takes events from a queue: each a program, ``python -m benchmarks.consumers WHO URI URL``.

It says how many it handles in a second. Each counts at the start of a batch: what came before it
is done by then.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and sys.argv[1] in {"ours", "stock nameko"}:
    import eventlet

    eventlet.monkey_patch()

import asyncio
import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from kombu import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.place import PAD

QUEUE = "taker.keep"
BATCH = 200


class Base(DeclarativeBase):
    pass


class Thing(Base):
    """The one row that each event leaves."""

    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


KEEP = sa.text("INSERT INTO thing (name) SELECT unnest(:names)")


class Watch:
    """How many of ``count`` were taken, and how fast."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.before: list[tuple[float, int]] = []

    def saw(self, number: int) -> bool:
        """Count; whether these were the last."""
        self.before.append((time.perf_counter(), number))
        self.left -= number
        return self.left <= 0

    def rate(self) -> float:
        done = sum(number for _, number in self.before[:-1])
        return done / (self.before[-1][0] - self.before[0][0])


def ours(uri: str, url: str, watch: Watch) -> None:
    from eventlet.event import Event

    from servicekit import testing
    from servicekit.hosting import Host
    from servicekit.schemas import EventData, Id
    from servicekit.service import Database, Service, on_event

    class ThingEvent(EventData):
        thing = Id(required=True)

    done = Event()

    class Taker(Service):
        name = "taker"
        database = Database({})

        @on_event("thing.made", source="maker", schema=ThingEvent, batch=True)
        def keep(self, call: Any, events: list[Any]) -> None:
            if watch.saw(len(events)):
                done.send()
            call.session.execute(KEEP, {"names": [each.subject for each in events]})

    config = {"AMQP_URI": uri, "DATABASE_URL": url, "FIELD_KEY": testing.KEY, "TIMERS": False}
    with Host({Taker: {**config, "LOG_LEVEL": "ERROR"}}):
        done.wait()


MARK = """
    INSERT INTO inbox SELECT 'keep', source, id, now() FROM unnest(%s, %s) AS new (source, id)
    ON CONFLICT DO NOTHING RETURNING source, event_id
"""


def raw(uri: str, url: str, watch: Watch) -> None:
    """py-amqp and psycopg2, and nothing that could be left out."""
    import psycopg2

    database = psycopg2.connect(url.replace("+psycopg2", ""))
    batch: list[Any] = []
    with Connection(uri) as connection, database.cursor() as cursor:
        channel = connection.channel()
        channel.basic_qos(0, 2 * BATCH, False)
        channel.basic_consume(QUEUE, callback=batch.append)
        last = False
        while not last:
            while len(batch) < min(BATCH, watch.left):
                connection.drain_events()
            last = watch.saw(len(batch))
            events = {}
            for message in batch:
                headers = message.headers
                key = headers["ce-source"], headers["ce-id"]
                events[key] = headers["ce-subject"], json.loads(message.body)
            cursor.execute(MARK, ([key[0] for key in events], [key[1] for key in events]))
            names = [events[key][0] for key in cursor.fetchall()]
            cursor.execute("INSERT INTO thing (name) SELECT unnest(%s)", (names,))
            database.commit()
            channel.basic_ack(batch[-1].delivery_tag, multiple=True)
            batch.clear()


def nameko(uri: str, url: str, watch: Watch) -> None:
    """Its own event handler, ten workers, the ORM: a mark and a row and a commit for each."""
    from eventlet.event import Event
    from nameko.containers import ServiceContainer
    from nameko.events import event_handler

    from servicekit import db

    class Mark(Base):
        __table__ = sa.Table("inbox", Base.metadata, *(c.copy() for c in db.inbox.columns))

    engine, done = sa.create_engine(url, pool_size=10), Event()

    class Taker:
        name = "taker"

        @event_handler("maker", "thing.made")
        def keep(self, data: dict[str, Any]) -> None:
            if watch.saw(1):
                done.send()
            with Session(engine) as session:
                key = f"thing.made:{data['thing']}:1"
                at = datetime.now(UTC)
                session.add(Mark(handler="keep", source="maker", event_id=key, handled_at=at))
                session.add(Thing(name=data["thing"]))
                session.commit()

    container = ServiceContainer(Taker, {"AMQP_URI": uri, "max_workers": 10})
    container.start()
    done.wait()
    container.stop()


def faststream(uri: str, _url: str, watch: Watch) -> None:
    """The event's JSON read, and nothing done."""
    from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

    async def consume() -> None:
        broker, done = RabbitBroker(uri, logger=None), asyncio.Event()
        queue = RabbitQueue(QUEUE, declare=False)

        @broker.subscriber(queue, channel=Channel(prefetch_count=2 * BATCH))
        async def keep(data: dict[str, Any]) -> None:
            if watch.saw(1):
                done.set()

        async with broker:
            await broker.start()
            await done.wait()

    asyncio.run(consume())


def celery(uri: str, _url: str, watch: Watch) -> None:
    """A task that does nothing, in one process like the others."""
    from celery import Celery
    from celery.exceptions import WorkerShutdown

    app = Celery("taker", broker=uri)
    app.conf.worker_prefetch_multiplier = 2 * BATCH
    app.conf.update(task_ignore_result=True, worker_redirect_stdouts=False)

    @app.task(name="keep")
    def keep(data: dict[str, Any]) -> None:
        if watch.saw(1):
            raise WorkerShutdown

    for number in range(watch.left):
        keep.delay({"community": "210103008001", "version": 1, "thing": f"t{number}", "pad": PAD})
    worker = app.Worker(pool="solo", quiet=True, loglevel="CRITICAL", without_mingle=True)
    with suppress(SystemExit):
        worker.start()


WHO = {
    "ours": ours,
    "raw": raw,
    "stock nameko": nameko,
    "FastStream": faststream,
    "Celery": celery,
}

if __name__ == "__main__":
    who, uri, url, count = sys.argv[1:]
    watch = Watch(int(count))
    WHO[who](uri, url, watch)
    print(watch.rate(), flush=True)  # noqa: T201 - for the race
    os._exit(0)  # whatever threads and handlers the library leaves behind
