"""py-amqp, reading ahead: it asks the socket for exactly the next few bytes, nine times a message.

Here a connection takes what the socket has, up to 64 KiB, and py-amqp is served from that: about
a quarter of the time that a consumed message costs. TLS connections are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amqp.transport import TCPTransport

AHEAD_BYTES = 64 * 1024

_setup = TCPTransport._setup_transport


def _setup_reading_ahead(self: Any) -> None:
    _setup(self)
    self._read = _reader(self, self.sock.recv)


def _reader(transport: Any, receive: Callable[[int], bytes]) -> Callable[..., bytes]:
    """``read(n)``: exactly ``n`` bytes. Raises OSError where the other side has closed."""
    buffer, at = b"", 0

    def read(n: int, _initial: bool = False) -> bytes:
        nonlocal buffer, at
        if transport._read_buffer:  # what py-amqp gave back when a read timed out within a frame
            buffer, at, transport._read_buffer = transport._read_buffer + buffer[at:], 0, b""
        while at + n > len(buffer):
            more = receive(max(AHEAD_BYTES, at + n - len(buffer)))
            if not more:
                raise OSError("the broker has closed the connection")
            buffer, at = buffer[at:] + more, 0
        at += n
        return buffer[at - n : at]

    return read


def install() -> None:
    """Teach py-amqp; doing it again changes nothing."""
    TCPTransport._setup_transport = _setup_reading_ahead
