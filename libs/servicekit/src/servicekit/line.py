"""A kept connection for calls and replies: what is sent is written soon and not waited for.

py-amqp looks at the socket whenever it publishes, and takes away what the reader waits for. So
whole messages are written to the socket, those of one moment together, and one greenlet reads what
comes: replies, and messages that no queue wanted. Whoever waits has a deadline of his own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import eventlet
from eventlet.semaphore import Semaphore
from kombu import Connection

from servicekit import reading, tolerance
from servicekit.errors import Unavailable
from servicekit.framing import Outgoing, content, frames, wired
from servicekit.publishing import BROKER_ERRORS, open_connection, patience
from servicekit.telemetry import log

reading.install()
tolerance.install()

HEARTBEAT = 60
FAREWELL_SECONDS = 1.0


class Line:
    """Opened when it is first needed, and anew after it was lost.

    ``opened`` is called with each new connection, ``lost`` when one has ended.
    """

    def __init__(
        self,
        amqp_uri: str,
        opened: Callable[[Connection], None] = lambda _connection: None,
        lost: Callable[[Unavailable], None] = lambda _error: None,
    ) -> None:
        self._uri = amqp_uri
        self._opened = opened
        self._lost = lost
        self._lock = Semaphore()
        self._connection: Connection | None = None
        self._channel: Any = None
        self._reader: Any = None
        self._unwritten: list[bytes] = []

    def open(self) -> None:
        """Connect where that is needed. Raises Unavailable."""
        if self._channel is None:
            self._do(self._connect)

    def send(self, message: Outgoing, *, alone: bool = False) -> None:
        """Have it written as soon as others have had their turn, or at once where there are none.

        What the broker makes of it is not known. Raises Unavailable.
        """
        channel = self._channel
        if channel is None:
            raise Unavailable("the broker was lost at this moment; call again")
        if not wired(channel):
            to = message.exchange, message.routing_key, message.mandatory
            channel.basic_publish(content(channel, message, 0), *to)
            return
        self._unwritten.append(frames(channel, message, 0))
        if alone:
            self.flush()
        elif len(self._unwritten) == 1:
            eventlet.spawn_n(self.flush)

    def flush(self) -> None:
        """Return when all that was sent is written; what cannot be is given up."""
        with suppress(Unavailable):  # whoever waits was told
            self._do(self._write)

    def close(self) -> None:
        """End the connection; the next ``open`` makes a new one."""
        self._lost(Unavailable("the connection was closed; call again"))
        connection = self._forget()
        if connection is not None:
            with suppress(*BROKER_ERRORS), eventlet.Timeout(FAREWELL_SECONDS, exception=False):
                connection.release()

    def _do(self, action: Callable[[], None]) -> None:
        with self._lock:
            try:
                action()
            except BROKER_ERRORS as error:
                raise self._drop(error) from error
            except BaseException as error:
                self._drop(error)  # perhaps cut short in the midst of a frame
                raise

    def _connect(self) -> None:
        if self._channel is not None:
            return  # somebody else was first
        self._connection = open_connection(self._uri, HEARTBEAT)
        self._opened(self._connection)
        self._channel = self._connection.default_channel
        self._reader = eventlet.spawn(self._read, self._connection)

    def _write(self) -> None:
        data, self._unwritten = b"".join(self._unwritten), []
        if data and self._channel is not None:
            self._channel.connection.transport.write(data)

    def _read(self, connection: Connection) -> None:
        try:
            while True:
                try:
                    connection.drain_events(timeout=patience(connection))
                except TimeoutError:
                    with self._lock:
                        connection.heartbeat_check()
        except Exception as error:  # noqa: BLE001 - without a reader nobody would hear anything
            if self._connection is connection:
                self._drop(error)

    def _drop(self, error: BaseException) -> Unavailable:
        """Forget a broken connection, and tell whoever waits for something from it."""
        kind = type(error).__name__
        away = Unavailable(f"the broker is not there ({kind}); check its address")
        was_open = self._channel is not None
        connection = self._forget()
        if connection is not None:
            with suppress(*BROKER_ERRORS):
                connection.collect()
        if was_open:
            log.info("rpc.line_lost", error=kind)
            self._lost(away)
        return away

    def _forget(self) -> Connection | None:
        connection, reader = self._connection, self._reader
        self._connection = self._channel = self._reader = None
        self._unwritten = []
        if reader is not None and reader is not eventlet.getcurrent():
            reader.kill()
        return connection
