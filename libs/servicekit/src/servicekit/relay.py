"""The relay: takes events from the outbox to the broker, in order, and only then forgets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from eventlet.event import Event as Signal
from eventlet.timeout import Timeout

from servicekit import clock, failpoints
from servicekit.db import outbox
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE, Event, write
from servicekit.publishing import Outgoing, Publisher
from servicekit.telemetry import OUTBOX_ROWS, PUBLISHED, UNROUTABLE, log

WINDOW = 500
POLL_SECONDS = 1.0
LOCK_KEY = 0x53554E  # one relay at a time per database keeps the order of each subject


class Relay:
    """Moves one service's outbox; woken by each commit, and looking by itself once a second.

    Of several processes on one PostgreSQL database one relays at a time (an advisory lock);
    the next takes over when it is gone. What no queue wanted is sent again after
    ``unroutable_seconds``.
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
            try:
                full = self.relay_once() == WINDOW
            except (Unavailable, sa.exc.SQLAlchemyError) as error:
                log.warning("relay.waiting", service=self.service, error=type(error).__name__)
                full = False
            if not full:
                self._rest()
        self._publisher.close()

    def relay_once(self) -> int:
        """Send one window; return how many events it had."""
        with self._alone() as alone:
            return self._send_window() if alone else 0

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether this process may relay now; SQLite has one process anyway."""
        if self._engine.dialect.name != "postgresql":
            yield True
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            got = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))))
            try:
                yield got
            finally:
                if got:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK_KEY)))

    def _send_window(self) -> int:
        with self._engine.begin() as connection:
            rows = connection.execute(_next_window(self._pause)).all()
        OUTBOX_ROWS.labels(self.service).set(len(rows))
        if rows:  # no transaction is open while the broker is awaited
            failpoints.reached("relay.read")
            returned = self._publisher.send([self._message(row) for row in rows])
            failpoints.reached("relay.confirmed")
            self._settle(rows, set(returned))
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

    def _settle(self, rows: Sequence[Any], returned: set[int]) -> None:
        """Forget what the broker has; keep, mark and report what no queue wanted."""
        sent = [row.id for position, row in enumerate(rows) if position not in returned]
        kept = [rows[position].id for position in returned]
        with self._engine.begin() as connection:
            connection.execute(sa.delete(outbox).where(outbox.c.id.in_(sent)))
            if kept:
                mark = (
                    sa.update(outbox).where(outbox.c.id.in_(kept)).values(unroutable_at=clock.now())
                )
                connection.execute(mark)
        OUTBOX_ROWS.labels(self.service).set(len(kept))
        for position, row in enumerate(rows):
            counter = UNROUTABLE if position in returned else PUBLISHED
            counter.labels(self.service, row.type).inc()
        for position in sorted(returned):
            log.warning("event.unroutable", service=self.service, event_id=rows[position].event_id)

    def _rest(self) -> None:
        with Timeout(POLL_SECONDS, exception=False):
            self._signal.wait()
        self._signal = Signal()


def _next_window(pause: timedelta) -> sa.Select[Any]:
    unroutable_at = outbox.c.unroutable_at
    due = sa.or_(unroutable_at.is_(None), unroutable_at < clock.now() - pause)
    return sa.select(outbox).where(due).order_by(outbox.c.id).limit(WINDOW)
