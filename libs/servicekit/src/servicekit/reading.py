"""py-amqp, reading ahead: it asks the socket for exactly the next few bytes, nine times a message.

Here a connection takes what the socket has, up to 64 KiB, and py-amqp is served from that, whole
frames at once; a message that is there as a whole is handed over as a whole; and tables of texts,
which is what headers are, are read without a call for each item. Together they halve what a
consumed message costs. Connections by TLS, and those of processes that don't use eventlet, are left
as they are.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from struct import unpack_from
from typing import Any

import eventlet
from amqp import serialization
from amqp.basic_message import Message
from amqp.connection import Connection
from amqp.transport import TCPTransport
from eventlet.greenio import GreenSocket

AHEAD_BYTES = 64 * 1024
METHOD, HEADER, BODY = 1, 2, 3
DELIVER = bytes((0, 60, 0, 60))
FRAME_END = 0xCE
LONG_TEXT = ord("S")

_setup = TCPTransport._setup_transport
_blocking_read = Connection.blocking_read
_loads = serialization.loads
_read_item = serialization._read_item


class _Ahead:
    """What came from the socket and was not read yet."""

    def __init__(self, transport: Any) -> None:
        self._transport, self._socket = transport, transport.sock
        self._bytes, self._at = b"", 0

    def read(self, n: int, _initial: bool = False) -> bytes:
        """Exactly ``n`` bytes. Raises OSError where the other side has closed."""
        if self._transport._read_buffer:  # given back: a read timed out within a frame
            self._bytes = self._transport._read_buffer + self._bytes[self._at :]
            self._at, self._transport._read_buffer = 0, b""
        while self._at + n > len(self._bytes):
            self.fill(self._at + n - len(self._bytes))
        self._at += n
        return self._bytes[self._at - n : self._at]

    def wait(self, timeout: float | None) -> None:
        """Wait for more, so many seconds at most; 0 is a look. Raises TimeoutError."""
        if timeout == 0:
            with self._transport.having_timeout(0):
                self.fill()
            return
        # most often nothing is there yet, and looking in vain takes as long as a short message
        self._socket._trampoline(
            self._socket.fd, read=True, timeout=timeout, timeout_exc=TimeoutError
        )
        self.fill()

    def fill(self, least: int = 0) -> None:
        """Take what is there, or wait for it."""
        more = self._socket.recv(max(AHEAD_BYTES, least))
        if not more:
            raise OSError("the broker has closed the connection")
        self._bytes, self._at = self._bytes[self._at :] + more, 0

    def frame(self) -> tuple[int, int, bytes] | None:
        """The next frame if it is here as a whole; what is no frame is left for py-amqp to say."""
        start = self._at + 7
        if self._transport._read_buffer or start > len(self._bytes):
            return None
        kind, channel, size = unpack_from(">BHI", self._bytes, self._at)
        end = start + size
        if end >= len(self._bytes) or self._bytes[end] != FRAME_END:
            return None
        self._at = end + 1
        return kind, channel, self._bytes[start:end]

    def content(self, channel: int) -> tuple[bytes, bytes] | None:
        """Header and body of a message, if both are here, in one frame each."""
        start, header = self._at, self.frame()
        if header and header[:2] == (HEADER, channel):
            size = unpack_from(">Q", header[2], 4)[0]
            body = self.frame() if size else (BODY, channel, b"")
            if body and body[:2] == (BODY, channel) and len(body[2]) == size:
                return header[2], body[2]
        self._at = start
        return None

    def empty(self) -> bool:
        """Whether all that came was read."""
        return self._at == len(self._bytes) and not self._transport._read_buffer


def _setup_reading_ahead(self: Any) -> None:
    _setup(self)
    if isinstance(self.sock, GreenSocket):
        self.ahead = _Ahead(self)
        self._read = self.ahead.read


def _read_ahead(self: Any, timeout: float | None = None) -> Any:
    ahead = getattr(self.transport, "ahead", None)
    if ahead is None:
        return _blocking_read(self, timeout)
    if ahead.empty():
        ahead.wait(timeout)
    delivered = False
    while frame := ahead.frame():
        if not _delivered(self, ahead, *frame):
            return self.on_inbound_frame(frame) or delivered
        delivered = True
    return delivered or _blocking_read(self, timeout)


def _delivered(connection: Any, ahead: _Ahead, kind: int, number: int, method: bytes) -> bool:
    """Hand a message over if it is here as a whole."""
    if kind != METHOD or not method.startswith(DELIVER):
        return False
    channel = connection.channels.get(number)
    content = None if channel is None or channel.is_closing else ahead.content(number)
    if content:
        connection.bytes_recv += 1  # it is alive
        _deliver(channel, method, *content)
    return content is not None


def _deliver(channel: Any, method: bytes, header: bytes, body: bytes) -> None:
    """As py-amqp does."""
    message = Message(body or "")
    message.inbound_header(header)
    if encoding := message.properties.get("content_encoding"):
        with suppress(Exception):  # then it stays as it came
            message.body = body.decode(encoding)
    at = 5 + method[4]
    consumer = _name(method[5:at])
    tag, redelivered = unpack_from(">Q?", method, at)
    exchange_at = at + 10
    key_at = exchange_at + method[exchange_at - 1] + 1
    exchange, key = _name(method[exchange_at : key_at - 1]), _name(method[key_at:])
    channel._on_basic_deliver(consumer, tag, redelivered, exchange, key, message)


def _loads_table(form: str, buf: bytes, at: int) -> tuple[list[Any], int]:
    """As py-amqp's, for which a table is one of many things to read."""
    if form != "F":
        return _loads(form, buf, at)  # type: ignore[no-any-return]
    end = at + 4 + unpack_from(">I", buf, at)[0]
    table, at = {}, at + 4
    while at < end:
        value_at = at + 1 + buf[at]
        name = _name(buf[at + 1 : value_at])
        if buf[value_at] == LONG_TEXT:
            start = value_at + 5
            at = start + unpack_from(">I", buf, value_at + 1)[0]
            table[name] = _text(buf[start:at])
        else:
            table[name], at = _read_item(buf, value_at)
    return [table], at


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw


_name = lru_cache(maxsize=1000)(_text)  # every message has the same few


def give_way(connection: Any) -> None:
    """Let others go on with what was read, before the socket is looked at for the next.

    Where more has come already, that is read first: so it is worked on, and answered, together.
    """
    if read_out(connection):
        eventlet.sleep(0)


def read_out(connection: Any) -> bool:
    """Whether all that came was read; of connections that don't read ahead nobody knows."""
    ahead = getattr(getattr(connection, "transport", None), "ahead", None)
    return ahead is not None and bool(ahead.empty())


def install() -> None:
    """Teach py-amqp; doing it again changes nothing."""
    TCPTransport._setup_transport = _setup_reading_ahead
    Connection.blocking_read = _read_ahead
    serialization.loads = _loads_table
