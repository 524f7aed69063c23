"""The relay: takes events from the outbox to the broker, in order, and only then forgets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import eventlet
import sqlalchemy as sa
from eventlet.event import Event as Signal
from eventlet.timeout import Timeout

from servicekit import clock, failpoints
from servicekit.db import outbox
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE, Event, write
from servicekit.publishing import Outgoing, Publisher
from servicekit.telemetry import OUTBOX_ROWS, PUBLISHED, UNROUTABLE, log

WINDOW = 1000
POLL_SECONDS = 1.0
LOCK_KEY = 0x53554E  # one relay at a time per database keeps the order of each subject
LOCK_TRIES = 25
LOCK_PAUSE_SECONDS = 0.02


class Relay:
    """Moves one service's outbox; woken by each commit, and looking by itself once a second.

    Of several processes on one PostgreSQL database one relays at a time (an advisory lock): the
    one whose commit woke it, as soon as the other has sent what it has. Rows leave in the order
    of their ids, which is the order of each subject's events: whoever publishes about a subject
    holds its row until the commit. What no queue wanted is sent again after ``unroutable_seconds``.
    """

    def __init__(
        self, service: str, engine: sa.Engine, publisher: Publisher, unroutable_seconds: float
    ) -> None:
        self.service = service
        self._pause = timedelta(seconds=unroutable_seconds)
        self._engine = engine
        self._publisher = publisher
        self._signal = Signal()
        self._stopping = False

    def wake(self) -> None:
        """There is something new in the outbox."""
        if not self._signal.ready():
            self._signal.send()

    def stop(self) -> None:
        """Make ``run`` return after the window it is at."""
        self._stopping = True
        self.wake()

    def run(self) -> None:
        """Relay until stopped; a broker or database that is away is tried again."""
        while not self._stopping:
            self._signal = Signal()  # before looking: what is committed from now on wakes again
            try:
                self.relay_all()
            except (Unavailable, sa.exc.SQLAlchemyError) as error:
                log.warning("relay.waiting", service=self.service, error=type(error).__name__)
            self._rest()
        self._publisher.close()

    def relay_all(self) -> None:
        """Send window after window until there is nothing left, unless another process does."""
        if self._engine.dialect.name != "postgresql":  # SQLite: one process, one connection
            while self._send_window(self._engine.begin) == WINDOW and not self._stopping:
                pass
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _locked(connection):
                return
            try:
                # autocommit: no transaction is open while the broker is awaited
                while self._send_window(lambda: nullcontext(connection)) == WINDOW:
                    if self._stopping:
                        break
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK_KEY)))

    def _send_window(self, begin: Callable[[], AbstractContextManager[sa.Connection]]) -> int:
        with begin() as connection:
            rows = connection.execute(_next_window(self._pause)).all()
        OUTBOX_ROWS.labels(self.service).set(len(rows))
        if rows:
            failpoints.reached("relay.read")
            returned = self._publisher.send([self._message(row) for row in rows])
            failpoints.reached("relay.confirmed")
            with begin() as connection:
                self._settle(connection, rows, set(returned))
            failpoints.reached("relay.deleted")
        return len(rows)

    def _message(self, row: Any) -> Outgoing:
        event = Event(
            type=row.type,
            source=self.service,
            subject=row.subject,
            id=row.event_id,
            time=row.created_at,
            data=row.data,
            traceparent=row.traceparent,
        )
        body, headers = write(event)
        properties = {"message_id": event.id, "type": event.type}
        return Outgoing(body, EXCHANGE.format(self.service), event.type, headers, properties)

    def _settle(self, connection: sa.Connection, rows: Sequence[Any], returned: set[int]) -> None:
        """Forget what the broker has; keep, mark and report what no queue wanted."""
        sent = [row.id for position, row in enumerate(rows) if position not in returned]
        kept = [rows[position].id for position in returned]
        if kept:
            mark = sa.update(outbox).where(outbox.c.id.in_(kept))
            connection.execute(mark.values(unroutable_at=clock.now()))
        # by id, never by range: between two of them may lie one that was committed meanwhile
        connection.execute(sa.delete(outbox).where(outbox.c.id.in_(sent)))
        OUTBOX_ROWS.labels(self.service).set(len(kept))
        self._count(PUBLISHED, [row for at, row in enumerate(rows) if at not in returned])
        self._count(UNROUTABLE, [rows[position] for position in returned])
        for position in sorted(returned):
            log.warning("event.unroutable", service=self.service, event_id=rows[position].event_id)

    def _count(self, counter: Any, rows: Sequence[Any]) -> None:
        for type_, number in Counter(row.type for row in rows).items():
            counter.labels(self.service, type_).inc(number)

    def _rest(self) -> None:
        with Timeout(POLL_SECONDS, exception=False):
            self._signal.wait()


def _locked(connection: sa.Connection) -> bool:
    """Whether this process may relay now; another one that does is waited for a little."""
    for _ in range(LOCK_TRIES):
        if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))):
            return True
        eventlet.sleep(LOCK_PAUSE_SECONDS)
    return False


def _next_window(pause: timedelta) -> sa.Select[Any]:
    unroutable_at = outbox.c.unroutable_at
    due = sa.or_(unroutable_at.is_(None), unroutable_at < clock.now() - pause)
    return sa.select(outbox).where(due).order_by(outbox.c.id).limit(WINDOW)
