"""The connections on which a service consumes, reconnecting for ever.

One for all its events, one for its calls (in ``answering``), because answers are written to it: a
broker that is short of memory reads nothing more from whoever publishes, and acknowledgements of
events are what helps it out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import eventlet
from amqp.exceptions import AccessRefused, NotFound, PreconditionFailed
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore
from kombu import Connection, Consumer, Queue
from nameko.extensions import SharedExtension

from servicekit import reading, tolerance
from servicekit.publishing import BROKER_ERRORS, open_connection, patience
from servicekit.settings import settings_of
from servicekit.telemetry import BROKER_UP, log

reading.install()
tolerance.install()

START_SECONDS = 5.0
DRAIN_SECONDS = 0.05
BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)


class Misdeclared(Exception):
    """A queue has other arguments than ours, or is missing: waiting would not mend it."""


class Reader(Protocol):
    """What reads a queue: an entry point."""

    queue: Queue
    queues: Sequence[Queue]

    @property
    def prefetch(self) -> int: ...
    def declare(self, channel: Any) -> None: ...
    def on_message(self, message: Any) -> None: ...
    def busy(self) -> bool: ...
    def forget(self) -> None: ...


class Inbound(SharedExtension):
    """Consumes all queues of events of one service; stops only when nothing is in flight.

    A broker that is away, at the start or later, is tried again; meanwhile the service lives and
    ``connected`` is False.
    """

    carries = "events"

    def __init__(self) -> None:
        self._readers: list[Reader] = []
        self._consumers: list[Consumer] = []
        self._thread: Any = None
        self.stopping = False
        self._told_to_stop = Signal()
        self._settling = Semaphore()
        self._first = Signal()
        self._connected = self._listening = False

    def add(self, reader: Reader) -> None:
        """Called by an entry point in its ``setup``."""
        self._readers.append(reader)

    @property
    def connected(self) -> bool:
        """Whether all that shall be consumed is."""
        return self._connected or not self._readers

    def readers(self) -> list[Any]:
        """The entry points that read from here."""
        return self._readers

    def start(self) -> None:
        if self._readers and self._thread is None:
            self._thread = self.container.spawn_managed_thread(self._run, identifier=self.carries)
            _wait(self._first, START_SECONDS)

    def drain(self) -> None:
        """Stop taking messages, and return when those in flight are settled."""
        self.stopping = True
        for signal in (self._told_to_stop, self._first):  # nobody waits for a broker any more
            if not signal.ready():
                signal.send()
        if self._listening:
            eventlet.kill(self._thread, TimeoutError())  # as if nothing had come in time
        if self._thread is not None:
            self._thread.wait()

    def settle(self, action: Callable[[], None]) -> None:
        """Acknowledge or requeue; on a connection that is gone the broker has the message again."""
        try:
            with self._settling:
                action()
        except BROKER_ERRORS:
            log.info("message.settled_too_late", service=self.container.service_name)

    def acknowledge(self, messages: Sequence[Any], oldest: float) -> None:
        """Acknowledge all: in one go those before ``oldest``, the lowest tag that is unsettled."""
        together = [message for message in messages if message.delivery_tag < oldest]
        if together:
            last = max(together, key=lambda message: message.delivery_tag)
            self.settle(lambda: last.ack(multiple=True))
        for message in messages:
            if message.delivery_tag > oldest:
                self.settle(message.ack)

    def _run(self) -> None:
        attempt, settings = 0, settings_of(self.container)
        while not self.stopping:
            try:
                with open_connection(settings.amqp_uri, settings.heartbeat) as connection:
                    attempt = 0
                    self._consume(connection)
            except BROKER_ERRORS as error:
                self._set_connected(False)
                for reader in self._readers:
                    reader.forget()
                log.warning("broker.away", **self._told(), error=type(error).__name__)
                _wait(self._told_to_stop, BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1
        self._set_connected(False)

    def _consume(self, connection: Connection) -> None:
        try:
            self._consumers = [self._consumer(connection, reader) for reader in self._readers]
        except PreconditionFailed as error:
            raise Misdeclared(str(error)) from error
        self._set_connected(True)
        log.info("broker.connected", **self._told())
        idle = patience(connection)
        while not (self.stopping and self._drained()):
            self._adjust()
            self._listening = True
            try:
                connection.drain_events(timeout=DRAIN_SECONDS if self.stopping else idle)
            except TimeoutError:
                connection.heartbeat_check()
            finally:
                self._listening = False

    def _consumer(self, connection: Connection, reader: Reader) -> Consumer:
        channel = connection.channel()
        try:
            reader.declare(channel)
        except AccessRefused:  # so they were made for us
            channel = connection.channel()
            _expect(reader.queues, channel)
        consumer = Consumer(
            channel,
            [reader.queue],
            on_message=reader.on_message,
            # kombu could not decompress it: the reader gets it as it is, and settles it
            on_decode_error=lambda message, _error: reader.on_message(message),
            auto_declare=False,
            prefetch_count=reader.prefetch,
        )
        consumer.consume()
        return consumer

    def _adjust(self) -> None:
        """Let the broker hand out what each reader wants now; a consumer keeps its first limit."""
        for consumer, reader in zip(self._consumers, self._readers, strict=False):
            if consumer.prefetch_count != reader.prefetch:
                consumer.cancel()
                consumer.prefetch_count = reader.prefetch
                consumer.qos(prefetch_count=reader.prefetch)
                consumer.consume()

    def _drained(self) -> bool:
        for consumer in self._consumers:
            consumer.cancel()
        self._consumers = []
        return not any(reader.busy() for reader in self._readers)

    def _set_connected(self, connected: bool) -> None:
        self._connected = connected
        BROKER_UP.labels(**self._told()).set(connected)
        if connected and not self._first.ready():
            self._first.send()

    def _told(self) -> dict[str, str]:
        return {"service": self.container.service_name, "carries": self.carries}


def _expect(queues: Sequence[Queue], channel: Any) -> None:
    """Raise Misdeclared where one of them is missing."""
    for queue in queues:
        try:
            queue(channel).queue_declare(passive=True)
        except NotFound as error:
            if "no queue" not in str(error):  # its node is away
                raise
            raise Misdeclared(
                f"{queue.name} is missing, and this account may not declare it; import the"
                " definitions that `sunshine definitions` writes"
            ) from error


def _wait(signal: Signal, seconds: float) -> None:
    """Return when ``signal`` has come, or after so many seconds."""
    with eventlet.Timeout(seconds, exception=False):
        signal.wait()
