"""Messages byte by byte: what no client library would write, and brokers carry all the same."""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import eventlet
from amqp.serialization import dumps
from amqp.spec import Basic

from servicekit.publishing import open_connection

TEXTS = {
    "content_type": 15,
    "content_encoding": 14,
    "correlation_id": 10,
    "reply_to": 9,
    "message_id": 7,
    "type": 5,
    "app_id": 3,
}
"""Properties that are short texts, and their bits; the highest comes first."""
HEADERS, DELIVERY_MODE = 13, 12
FRAME_OVERHEAD = 8
MOST = 1000  # messages in a window


@dataclass(frozen=True)
class Rough:
    """A message as it goes over the wire; texts and the headers' names may be any bytes."""

    body: bytes
    headers: Mapping[bytes, Any] = field(default_factory=dict)
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def frames(self, method: bytes, frame_max: int) -> bytes:
        """As basic.publish, header and body on channel 1."""
        head = struct.pack(">HHQ", Basic.CLASS_ID, 0, len(self.body)) + self.properties()
        size = frame_max - FRAME_OVERHEAD
        bodies = [self.body[at : at + size] for at in range(0, len(self.body), size)]
        kinds = ((1, method), (2, head), *((3, part) for part in bodies))
        return b"".join(
            struct.pack(">BHI", kind, 1, len(payload)) + payload + b"\xce"
            for kind, payload in kinds
        )

    def properties(self) -> bytes:
        """Flags, then each property that is there: persistent, with headers and texts."""
        parts = {HEADERS: table(self.headers), DELIVERY_MODE: b"\2"}
        parts |= {TEXTS[name]: bytes([len(text)]) + text for name, text in self.texts.items()}
        flags = sum(1 << bit for bit in parts)
        return struct.pack(">H", flags) + b"".join(parts[bit] for bit in sorted(parts)[::-1])


def table(items: Mapping[bytes, Any]) -> bytes:
    """A table of headers; its values are of any type that RabbitMQ carries."""
    content = b"".join(bytes([len(name)]) + name + value(each) for name, each in items.items())
    return sized(content)


def value(what: Any) -> bytes:
    """A value of a table, with the letter that tells its type."""
    for kind, (letter, write) in WRITERS.items():
        if isinstance(what, kind):
            return letter + write(what)
    return b"V"


def sized(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


WRITERS: dict[type, tuple[bytes, Callable[[Any], bytes]]] = {
    bytes: (b"S", sized),
    bool: (b"t", lambda what: bytes([what])),  # before int, which it is too
    int: (b"l", lambda what: struct.pack(">q", what)),
    float: (b"d", lambda what: struct.pack(">d", what)),
    dict: (b"F", table),
    list: (b"A", lambda what: sized(b"".join(map(value, what)))),
}


class RoughPublisher:
    """Sends windows of such messages, and waits for the confirms of each window."""

    def __init__(self, uri: str, exchange: str, key: str) -> None:
        self._connection, self._channel = opened(uri)
        self._channel.confirm_select()
        self._channel.events["basic_ack"] = {self._on_ack}
        arguments = dumps("Bssbb", (0, exchange, key, False, False))
        self._method = struct.pack(">HH", *Basic.Publish) + arguments
        self._sent = 0
        self._unconfirmed: set[int] = set()

    def send(self, window: Sequence[Rough]) -> None:
        wire = self._channel.connection
        wire.transport.write(b"".join(each.frames(self._method, wire.frame_max) for each in window))
        self._unconfirmed = {self._sent + number for number in range(1, len(window) + 1)}
        self._sent += len(window)
        while self._unconfirmed:
            wire.drain_events(timeout=60)

    def waiting(self, queue: str) -> int:
        """How many messages are ready there."""
        return int(self._channel.queue_declare(queue, passive=True).message_count)

    def close(self) -> None:
        self._connection.release()

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._unconfirmed -= set(range(1 + tag - MOST, tag + 1)) if multiple else {tag}


def opened(uri: str) -> tuple[Any, Any]:
    """A connection and its channel."""
    connection = open_connection(uri)
    return connection, connection.default_channel


def taken(uri: str, queue: str, window: int) -> Iterator[Any]:
    """Every message of a queue as it comes, acknowledged soon; None now and then."""
    connection, channel = opened(uri)
    arrived: list[Any] = []
    channel.basic_qos(0, window, False)
    channel.basic_consume(queue, callback=arrived.append)
    try:
        while True:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.2)
            yield from arrived
            if arrived:
                channel.basic_ack(arrived[-1].delivery_tag, multiple=True)
                arrived.clear()
            yield None
            eventlet.sleep(0)
    finally:
        connection.release()
