"""The relay: takes events from the outbox to the broker, in order, and only then forgets them."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import eventlet
import sqlalchemy as sa
from eventlet.event import Event as Signal
from eventlet.timeout import Timeout

from servicekit import clock, failpoints
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE, Event, attributes
from servicekit.outbox import forget, mark_unroutable, waiting
from servicekit.publishing import Outgoing, Publisher, Window
from servicekit.telemetry import OUTBOX_ROWS, PUBLISHED, UNROUTABLE, log

WINDOW = 1000  # events that are read, sent and forgotten together
AHEAD = 3  # windows on their way to the broker at once
POLL_SECONDS = 1.0
LOOK_SECONDS = 0.02  # what others commit while this process awaits confirms
LOCK_KEY = 0x53554E  # one relay at a time per database keeps the order of each subject
LOCK_MILLISECONDS = 500  # then a relay that queues for the lock looks whether it shall stop
LOCK_NOT_AVAILABLE = "55P03"
LINGER_SECONDS = 0.1  # the lock is kept where events come one after the other

_TIMEOUT = sa.func.set_config("lock_timeout", sa.bindparam("timeout"), True)  # for this query
TAKE_LOCK = sa.select(_TIMEOUT, sa.func.pg_advisory_lock(LOCK_KEY))
UNLOCK = sa.select(sa.func.pg_advisory_unlock_all())

Begin = Callable[[], AbstractContextManager[sa.Connection]]
Flight = tuple[Sequence[Any], Window]  # rows, and what becomes of them


class Relay:
    """Moves one service's outbox; woken by each commit, and looking by itself once a second.

    Of several processes on one PostgreSQL database one relays at a time (an advisory lock): the
    one whose commit woke it, as soon as the other finds nothing more for a moment; while that one
    looks, it takes what any of them has committed. Rows leave in the order of their ids, which is
    the order of each subject's events: whoever publishes about a subject holds its row until the
    commit. While the broker confirms some windows, the next are read. What no queue wanted is sent
    again after ``unroutable_seconds``.
    """

    def __init__(
        self, service: str, engine: sa.Engine, publisher: Publisher, unroutable_seconds: float
    ) -> None:
        self.service = service
        self._exchange = EXCHANGE.format(service)
        self._pause = timedelta(seconds=unroutable_seconds)
        self._engine = engine
        self._dialect = engine.dialect.name
        # as a connection is put back, the driver's own errors come through
        self._away = (Unavailable, sa.exc.SQLAlchemyError, engine.dialect.loaded_dbapi.Error)
        self._publisher = publisher
        self._signal = Signal()
        self._committed = self._stopping = False

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._committed = True
        self._nudge()

    def stop(self) -> None:
        """Make ``run`` return when the broker has confirmed what is on its way."""
        self._stopping = True
        self._nudge()

    def _nudge(self) -> None:
        if not self._signal.ready():
            self._signal.send()

    def run(self) -> None:
        """Relay until stopped; a broker or database that is away is tried again."""
        while not self._stopping:
            try:
                self.relay_all()
            except self._away as error:
                log.warning("relay.waiting", service=self.service, error=type(error).__name__)
                eventlet.sleep(POLL_SECONDS)  # not at each commit: it would try again and again
            else:
                if not self._stopping:  # who stops it has sent the signal already
                    self._rest(POLL_SECONDS)
        self._publisher.close()

    def relay_all(self) -> None:
        """Send window after window until there is nothing left, or the service stops."""
        if self._dialect != "postgresql":  # SQLite: one process, one connection
            self._relay(self._engine.begin, linger=0.0)
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                if self._locked(connection):
                    # autocommit: no transaction is open while the broker is awaited
                    self._relay(lambda: nullcontext(connection), linger=LINGER_SECONDS)
            finally:
                # all: a lock that is granted as its timeout strikes is held, and reported as not
                connection.execute(UNLOCK)

    def _locked(self, connection: sa.Connection) -> bool:
        """Queue until no other process relays; False when the service stops before."""
        while not self._stopping:
            try:
                connection.execute(TAKE_LOCK, {"timeout": str(LOCK_MILLISECONDS)})
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
                    raise
            else:
                return True
        return False

    def _relay(self, begin: Begin, *, linger: float) -> None:
        """Send what is there, and what comes within so many seconds after the last of it."""
        flying: deque[Flight] = deque()
        ends = look = time.monotonic()
        while True:
            self._signal = Signal()
            while flying and flying[0][1].settled:
                self._settle(begin, *flying.popleft())
            due = self._committed or time.monotonic() >= look
            more = due and len(flying) < AHEAD and not self._stopping
            rows = self._read(begin, flying) if more else []
            if more and len(rows) < WINDOW:
                look = time.monotonic() + LOOK_SECONDS
            if rows:
                messages = [self._message(row) for row in rows]
                flying.append((rows, self._publisher.post(messages, self._nudge)))
                ends = time.monotonic() + linger
            elif not flying and (self._stopping or time.monotonic() >= ends):
                return
            if len(rows) < WINDOW:
                self._rest(LOOK_SECONDS)

    def _read(self, begin: Begin, flying: Sequence[Flight]) -> Sequence[Any]:
        self._committed = False  # before looking: what is committed from now on is looked for
        sent = [row.id for rows, _window in flying for row in rows]
        tried = clock.now() - self._pause
        with begin() as connection:
            rows = connection.execute(*waiting(self._dialect, sent, tried, WINDOW)).all()
        OUTBOX_ROWS.labels(self.service).set(len(sent) + len(rows))
        if rows:
            failpoints.reached("relay.read")
        return rows

    def _message(self, row: Any) -> Outgoing:
        event = Event(
            type=row.type,
            source=self.service,
            subject=row.subject,
            id=row.event_id,
            time=row.created_at,
            data={},
            traceparent=row.traceparent,
        )
        properties = {"type": event.type}
        if len(event.id.encode()) < 256:  # a longer one has its header alone
            properties["message_id"] = event.id
        body = row.data.encode()  # JSON text, as the database has it
        return Outgoing(body, self._exchange, event.type, attributes(event), properties)

    def _settle(self, begin: Begin, rows: Sequence[Any], window: Window) -> None:
        """Forget what the broker has; keep, mark and report what no queue wanted."""
        returned = set(window.wait())
        failpoints.reached("relay.confirmed")
        kept = [row for position, row in enumerate(rows) if position in returned]
        sent = [row for position, row in enumerate(rows) if position not in returned]
        with begin() as connection:
            connection.execute(*forget(self._dialect, [row.id for row in sent]))
            if kept:
                unroutable = mark_unroutable(self._dialect, [row.id for row in kept], clock.now())
                connection.execute(unroutable)
        failpoints.reached("relay.deleted")
        OUTBOX_ROWS.labels(self.service).set(len(kept))
        self._count(PUBLISHED, sent)
        self._count(UNROUTABLE, kept)
        for row in kept:
            log.warning("event.unroutable", service=self.service, event_id=row.event_id)

    def _count(self, counter: Any, rows: Sequence[Any]) -> None:
        for type_, number in Counter(row.type for row in rows).items():
            counter.labels(self.service, type_).inc(number)

    def _rest(self, seconds: float) -> None:
        with Timeout(seconds, exception=False):
            self._signal.wait()
