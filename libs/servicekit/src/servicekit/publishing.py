"""Publishing to the broker: one connection of its own, a window of messages, confirms, a deadline.

py-amqp reads the socket while it publishes, so a connection that somebody else drains must never
be published on; and a write to a black-holed peer hangs, so the socket has timeouts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from struct import pack
from typing import Any

from amqp.exceptions import AccessRefused, AMQPError, NotFound
from amqp.serialization import dumps
from amqp.spec import Basic
from eventlet.semaphore import Semaphore
from kombu import Connection
from kombu.exceptions import KombuError

from servicekit.errors import Unavailable

CONFIRM_SECONDS = 15.0
JOINED = 100  # messages in one write
SOCKET_TIMEOUTS = {"read_timeout": CONFIRM_SECONDS, "write_timeout": CONFIRM_SECONDS}
BROKER_ERRORS = (AMQPError, KombuError, OSError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: bytes, where to, and its AMQP properties."""

    body: bytes
    exchange: str
    routing_key: str
    headers: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    mandatory: bool = True


class Publisher:
    """Sends windows of messages and returns only when the broker has confirmed them all.

    ``declare`` is called with the channel of each new connection.
    """

    def __init__(self, amqp_uri: str, declare: Callable[[Any], None] | None = None) -> None:
        self._uri = amqp_uri
        self._declare = declare
        self._lock = Semaphore()
        self._connection: Connection | None = None
        self._channel: Any = None

    def send(self, messages: Sequence[Outgoing]) -> list[int]:
        """Send all; return the positions of those that no queue wanted. Raises Unavailable."""
        with self._lock:
            try:
                return _Window(self._open(), messages).send()
            except BROKER_ERRORS as error:
                self.close()
                raise Unavailable(
                    f"the broker does not confirm ({type(error).__name__}); it is tried again"
                ) from error
            except BaseException:
                self.close()  # cut short: late confirms would meet another window
                raise

    def depth(self, queue: str) -> int:
        """How many messages are ready in ``queue``; 0 where there is none. Raises Unavailable."""
        with self._lock:
            try:
                return int(self._open().queue_declare(queue, passive=True).message_count)
            except NotFound:
                self.close()  # the broker has closed the channel
                return 0
            except BROKER_ERRORS as error:
                self.close()
                raise Unavailable("the broker does not answer; try again later") from error

    def close(self) -> None:
        """Forget the connection; the next send makes a new one."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(*BROKER_ERRORS):  # a broken connection needs no farewell
                connection.release()

    def _open(self) -> Any:
        if self._connection is None:
            connection = open_connection(self._uri)
            self._channel = connection.default_channel
            if hasattr(self._channel, "confirm_select"):
                self._channel.confirm_select()
            self._connection = connection
            if self._declare is not None:
                # an account that may not declare finds made what it needs, or hears of it later
                with suppress(AccessRefused), connection.channel() as channel:
                    self._declare(channel)
        return self._channel


class _Window:
    """One round of publishing: what is unconfirmed, what came back."""

    def __init__(self, channel: Any, messages: Sequence[Outgoing]) -> None:
        self.channel = channel
        self.messages = messages
        self.returned: list[int] = []
        self.unconfirmed: set[int] = set()
        self.lowest = 0  # no tag below it is unconfirmed
        self.nacked = False

    def send(self) -> list[int]:
        # before the first publish: confirms would vanish
        events = self.channel.events
        events["basic_return"] = {self._on_return}
        events["basic_ack"] = {self._on_ack}
        events["basic_nack"] = {self._on_nack}
        if hasattr(self.channel, "confirm_select"):
            self._expect_confirms()
        contents = [self._content(position) for position in range(len(self.messages))]
        if hasattr(self.channel.connection, "transport"):
            self._write(contents)
        else:  # the embedded broker has no wire
            for message, content in zip(self.messages, contents, strict=True):
                self.channel.basic_publish(
                    content,
                    exchange=message.exchange,
                    routing_key=message.routing_key,
                    mandatory=message.mandatory,
                )
        self._wait()
        return sorted(self.returned)

    def _expect_confirms(self) -> None:
        self.lowest = getattr(self.channel, "next_tag", 1)
        self.channel.next_tag = self.lowest + len(self.messages)
        self.unconfirmed = set(range(self.lowest, self.channel.next_tag))

    def _content(self, position: int) -> Any:
        message = self.messages[position]
        properties = {"delivery_mode": 2} | message.properties
        return self.channel.prepare_message(
            message.body,
            content_type=properties.pop("content_type", "application/json"),
            content_encoding=properties.pop("content_encoding", "utf-8"),
            # a position for _on_return to find; the header is ours and harmless to others
            headers=message.headers | {"x-position": position},
            properties=properties,
        )

    def _write(self, contents: Sequence[Any]) -> None:
        write = self.channel.connection.transport.write
        for start in range(0, len(contents), JOINED):
            messages = self.messages[start : start + JOINED]
            pairs = zip(messages, contents[start : start + JOINED], strict=True)
            write(b"".join(frames(self.channel, *pair) for pair in pairs))

    def _wait(self) -> None:
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self.unconfirmed and not self.nacked:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError(f"{len(self.unconfirmed)} messages unconfirmed")
            self.channel.connection.drain_events(timeout=remaining)
        if self.nacked:
            raise AMQPError("the broker refused a message")

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            self.unconfirmed.difference_update(range(self.lowest, tag + 1))
            self.lowest = max(self.lowest, tag + 1)
        else:
            self.unconfirmed.discard(tag)

    def _on_nack(self, _tag: int, _multiple: bool) -> None:
        self.nacked = True

    def _on_return(
        self, _error: Exception, _exchange: str, _routing_key: str, message: Any
    ) -> None:
        self.returned.append(message.headers["x-position"])


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


def frames(channel: Any, message: Outgoing, content: Any) -> bytes:
    """A published message as AMQP 0-9-1 frames (basic.publish, header, body), to be joined.

    py-amqp writes each message by itself and looks at the socket for each; joined writes carry
    several times as many.
    """
    method = _method(message.exchange, message.routing_key, message.mandatory)
    body = content.body
    header = pack(">HHQ", Basic.CLASS_ID, 0, len(body)) + content._serialize_properties()
    size = channel.connection.frame_max - len(_frame(3, 0, b""))
    parts = [_frame(1, channel.channel_id, method), _frame(2, channel.channel_id, header)]
    parts += [
        _frame(3, channel.channel_id, body[at : at + size]) for at in range(0, len(body), size)
    ]
    return b"".join(parts)


@lru_cache(maxsize=1000)
def _method(exchange: str, routing_key: str, mandatory: bool) -> bytes:
    arguments = (0, exchange, routing_key, mandatory, False)
    written: bytes = dumps("Bssbb", arguments)
    return pack(">HH", *Basic.Publish) + written


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"
