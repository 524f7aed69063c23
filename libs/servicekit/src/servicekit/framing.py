"""Messages to send, and how they look on the wire: AMQP 0-9-1 frames, written by hand.

py-amqp writes each message by itself, looks at the socket for each, and takes some ten times as
long to build it. A test compares what both write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from struct import Struct
from typing import Any

from amqp.serialization import dumps
from amqp.spec import Basic

MARK, MARKS = "x-position", 0x7FFFFFFF
"""A header by which returned messages are known, and its values: harmless to others."""

DEFAULTS = {"content_type": "application/json", "content_encoding": "utf-8", "delivery_mode": 2}
AFTER = (
    *(("correlation_id", 1 << 10), ("reply_to", 1 << 9), ("expiration", 1 << 8)),
    *(("message_id", 1 << 7), ("type", 1 << 5), ("user_id", 1 << 4), ("app_id", 1 << 3)),
)
"""Other properties that a message may have, in their order on the wire: all text."""

ALIKE = {"ce-specversion", "ce-source", "ce-type", "ce-dataschema"}
"""Headers with the same values again and again: how they look is remembered."""

END = b"\xce"
_MARK = bytes((len(MARK),)) + MARK.encode() + b"I"
_OCTETS = [bytes((number,)) for number in range(256)]
_opening = Struct(">BHI").pack
_acknowledgement = Struct(">BHIHHQBB").pack
_start = Struct(">HHQH").pack
_length = Struct(">I").pack


@dataclass(slots=True)  # freezing would triple what it costs to make one
class Outgoing:
    """A message to send: bytes, where to, and its AMQP properties."""

    body: bytes
    exchange: str
    routing_key: str
    headers: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    mandatory: bool = True


def frames(channel: Any, message: Outgoing, tag: int) -> bytes:
    """A message as frames: basic.publish, header, body; a ``tag`` other than 0 marks it."""
    body, number = message.body, channel.channel_id
    method = _method(message.exchange, message.routing_key, message.mandatory)
    head = _head(len(body), message.properties, _table(message.headers, tag))
    parts = [_opening(1, number, len(method)), method, END, _opening(2, number, len(head)), head]
    size = channel.connection.frame_max - 8
    for start in range(0, len(body), size):
        part = body[start : start + size]
        parts += (END, _opening(3, number, len(part)), part)
    parts.append(END)
    return b"".join(parts)


def acknowledgement(channel: Any, tag: int) -> bytes:
    """basic.ack of one message, as a frame."""
    return _acknowledgement(1, channel.channel_id, 13, *Basic.Ack, tag, 0, END[0])


def wired(channel: Any) -> bool:
    """Whether frames can be written to its connection: the embedded broker has no socket."""
    return hasattr(channel.connection, "transport")


def content(channel: Any, message: Outgoing, tag: int) -> Any:
    """The same for a broker that has no wire: headers, properties and body in one object."""
    properties = DEFAULTS | message.properties
    return channel.prepare_message(
        message.body,
        content_type=properties.pop("content_type"),
        content_encoding=properties.pop("content_encoding"),
        headers=message.headers | ({MARK: tag & MARKS} if tag else {}),
        properties=properties,
    )


def _head(size: int, given: Mapping[str, Any], table: bytes) -> bytes:
    flags, before, mode = _common(*[given.get(name, DEFAULTS[name]) for name in DEFAULTS])
    parts = [before, table, mode]
    for name, flag in AFTER:
        if name in given:
            flags |= flag
            text = given[name].encode("utf-8", "surrogatepass")
            parts += (_OCTETS[len(text)], text)
    return _start(Basic.CLASS_ID, 0, size, flags) + b"".join(parts)


@lru_cache(maxsize=1000)
def _common(
    content_type: str, content_encoding: str, delivery_mode: int
) -> tuple[int, bytes, bytes]:
    """What most messages have alike: flags, the properties before the headers, that behind."""
    return 0xF000, dumps("ss", (content_type, content_encoding)), dumps("o", (delivery_mode,))


def _table(headers: Mapping[str, Any], tag: int) -> bytes:
    parts: list[bytes] = []
    for name, value in headers.items():
        if type(value) is not str:  # a foreign message's header: whatever AMQP has
            parts.append(_entry(name, value))
        elif name in ALIKE:
            parts.append(_kept_entry(name, value))
        else:
            text = value.encode("utf-8", "surrogatepass")
            parts += (_name(name), _length(len(text)), text)
    if tag:
        parts.append(_MARK + _length(tag & MARKS))
    table = b"".join(parts)
    return _length(len(table)) + table


def _entry(name: str, value: Any) -> bytes:
    written: bytes = dumps("F", ({name: value},))[4:]
    return written


_kept_entry = lru_cache(maxsize=1000)(_entry)


@lru_cache(maxsize=1000)
def _name(name: str) -> bytes:
    """How a header begins whose value is text."""
    written: bytes = dumps("s", (name,))
    return written + b"S"


@lru_cache(maxsize=1000)
def _method(exchange: str, routing_key: str, mandatory: bool) -> bytes:
    written: bytes = dumps("BBBssbb", (*Basic.Publish, 0, exchange, routing_key, mandatory, False))
    return written
