"""Publishing to the broker: one connection of its own, windows of messages, confirms, a deadline.

Several windows may be on their way at once: one greenlet reads the confirms of them all. py-amqp
reads the socket while it publishes, so frames are written to the socket as they are. A write to a
black-holed peer hangs, so it has a deadline.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import eventlet
from amqp.exceptions import AccessRefused, AMQPError, NotFound
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore
from kombu import Connection
from kombu.exceptions import KombuError

from servicekit.errors import Unavailable
from servicekit.framing import MARK, MARKS, Outgoing, content, frames

__all__ = ["BROKER_ERRORS", "Outgoing", "Publisher", "Window", "open_connection", "patience"]

CONFIRM_SECONDS = 15.0
FAREWELL_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
JOINED = 100  # messages in one write
SOCKET_TIMEOUTS = {"read_timeout": CONFIRM_SECONDS, "write_timeout": CONFIRM_SECONDS}
BROKER_ERRORS = (AMQPError, KombuError, OSError)


class Publisher:
    """Sends windows of messages, each settled once the broker has confirmed all of it.

    ``declare`` is called with the channel of each new connection.
    """

    def __init__(self, amqp_uri: str, declare: Callable[[Any], None] | None = None) -> None:
        self._uri = amqp_uri
        self._declare = declare
        self._lock = Semaphore()
        self._link: _Link | None = None

    def send(self, messages: Sequence[Outgoing]) -> list[int]:
        """Send all; return the positions of those that no queue wanted. Raises Unavailable."""
        return self.post(messages).wait() if messages else []

    def post(
        self, messages: Sequence[Outgoing], when_settled: Callable[[], None] | None = None
    ) -> Window:
        """Write all, and return before the broker has confirmed them. Raises Unavailable."""
        with self._lock, self._attempt() as link:
            return link.write(messages, when_settled)

    def depth(self, queue: str) -> int:
        """How many messages are ready in ``queue``; 0 where there is none. Raises Unavailable."""
        with self._lock, self._attempt() as link:
            link.finish()
            try:
                return int(link.channel.queue_declare(queue, passive=True).message_count)
            except NotFound as error:
                self._drop(error)  # the broker has closed the channel
                return 0

    def close(self) -> None:
        """Forget the connection; the next send makes a new one."""
        with self._lock:
            self._drop(ConnectionError("closed"))

    @contextmanager
    def _attempt(self) -> Iterator[_Link]:
        try:
            if self._link is None or self._link.lost:
                connection = open_connection(self._uri)
                self._link = _Link(connection)
                if self._declare is not None:
                    # an account that may not finds made what it needs, or hears of it later
                    with suppress(AccessRefused), connection.channel() as channel:
                        self._declare(channel)
            yield self._link
        except BROKER_ERRORS as error:
            raise self._drop(error) from error
        except BaseException as error:
            self._drop(error)  # perhaps cut short in the midst of a frame
            raise

    def _drop(self, error: BaseException) -> Unavailable:
        link, self._link = self._link, None
        return link.end(error) if link else _away(error)


class Window:
    """Messages that were sent together."""

    def __init__(self, first: int, size: int, when_settled: Callable[[], None] | None) -> None:
        self.first = first  # delivery tags
        self.last = first + size - 1
        self.deadline = time.monotonic() + CONFIRM_SECONDS
        self.returned: list[int] = []
        self._when_settled = when_settled
        self._outcome = Signal()

    @property
    def settled(self) -> bool:
        """Whether ``wait`` returns at once."""
        return bool(self._outcome.ready())

    def wait(self) -> list[int]:
        """Once the broker has all: the positions that no queue wanted. Raises Unavailable."""
        self._outcome.wait()
        return sorted(self.returned)

    def settle(self, error: Unavailable | None = None) -> None:
        """All are confirmed, or nobody will ever know."""
        if error:
            self._outcome.send_exception(error)
        else:
            self._outcome.send()
        if self._when_settled is not None:
            self._when_settled()


class _Link:
    """One connection that counts confirms; windows are settled in the order they were sent."""

    def __init__(self, connection: Any) -> None:
        self.channel = connection.default_channel
        self.lost = False
        self._connection = connection
        # the embedded broker has no socket
        self._wire = connection.connection if hasattr(connection.connection, "transport") else None
        self._windows: deque[Window] = deque()
        self._next = self._lowest = 1  # the next tag to give; the lowest that is not confirmed
        self._early: set[int] = set()  # confirmed before a lower one
        self._reader: Any = None
        self.channel.confirm_select()
        # before the first publish: confirms would vanish
        self.channel.events["basic_return"] = {self._on_return}
        self.channel.events["basic_ack"] = {self._on_ack}
        self.channel.events["basic_nack"] = {self._on_nack}

    def write(
        self, messages: Sequence[Outgoing], when_settled: Callable[[], None] | None
    ) -> Window:
        window = Window(self._next, len(messages), when_settled)
        self._next += len(messages)
        self._windows.append(window)
        if self._reader is None:  # even now: what comes back may fill the pipe while we write
            self._reader = eventlet.spawn(self._read)
        with eventlet.Timeout(CONFIRM_SECONDS, TimeoutError("the broker takes nothing")):
            for start in range(0, len(messages), JOINED):
                if self.lost:
                    raise ConnectionError("lost in the midst of it")
                self._write(messages[start : start + JOINED], window.first + start)
        return window

    def _write(self, messages: Sequence[Outgoing], first: int) -> None:
        tagged = enumerate(messages, first)
        if self._wire is not None:
            data = b"".join([frames(self.channel, message, tag) for tag, message in tagged])
            self._wire.transport.write(data)
            return
        for tag, message in tagged:
            to = message.exchange, message.routing_key, message.mandatory
            self.channel.basic_publish(content(self.channel, message, tag), *to)

    def finish(self) -> None:
        """Return when nothing is on its way and nobody reads. Raises Unavailable."""
        while self._windows:
            self._windows[-1].wait()

    def end(self, error: BaseException) -> Unavailable:
        """Close; whoever waits for a confirm hears why there will be none."""
        away = _away(error)
        if not self.lost:
            self.lost = True
            if self._reader is not None and self._reader is not eventlet.getcurrent():
                self._reader.kill()
            # a frozen broker would have us wait, a broken connection says anything
            with suppress(Exception), eventlet.Timeout(FAREWELL_SECONDS, exception=False):
                self._connection.release()
            if self._wire is not None:
                self._wire.collect()
            while self._windows:
                self._windows.popleft().settle(away)
        return away

    def _read(self) -> None:
        try:
            while self._windows:
                remaining = max(0.001, self._windows[0].deadline - time.monotonic())
                self._connection.drain_events(timeout=remaining)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear
            self.end(error)
        self._reader = None

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._lowest = max(self._lowest, tag + 1)
            self._early = {early for early in self._early if early > tag}
        else:
            self._early.add(tag)
        while self._lowest in self._early:
            self._early.remove(self._lowest)
            self._lowest += 1
        while self._windows and self._windows[0].last < self._lowest:
            self._windows.popleft().settle()

    def _on_nack(self, _tag: int, _multiple: bool) -> None:
        raise AMQPError("the broker refused a message")

    def _on_return(self, _error: Any, _exchange: str, _routing_key: str, message: Any) -> None:
        for window in self._windows:
            position = (message.headers[MARK] - window.first) & MARKS
            if position <= window.last - window.first:
                window.returned.append(position)


def open_connection(amqp_uri: str, heartbeat: int = 0) -> Connection:
    """A connected kombu connection whose socket never waits for ever.

    Of several addresses (``amqp://a;amqp://b``: the nodes of a cluster) one that answers; any of
    them, so that processes spread over the nodes.
    """
    addresses = amqp_uri.split(";")
    *others, last = random.sample(addresses, len(addresses))
    for address in others:
        with suppress(*BROKER_ERRORS):
            return _connect(address, heartbeat)
    return _connect(last, heartbeat)


def patience(connection: Connection) -> float:
    """Seconds that a reader may wait for something before it looks after the heartbeats."""
    interval = connection.get_heartbeat_interval()
    return min(PATIENCE_SECONDS, interval / 4) if interval else PATIENCE_SECONDS


def _connect(address: str, heartbeat: int) -> Connection:
    # the embedded broker takes no socket options
    options = SOCKET_TIMEOUTS if address.startswith(("amqp", "pyamqp")) else {}
    connection = Connection(
        address, transport_options=options, heartbeat=heartbeat, connect_timeout=5
    )
    try:
        connection.connect()
    except BROKER_ERRORS:
        connection.release()
        raise
    return connection


def _away(error: BaseException) -> Unavailable:
    return Unavailable(f"the broker does not confirm ({type(error).__name__}); it is tried again")
