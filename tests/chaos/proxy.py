"""A TCP proxy that behaves as badly as networks do, before a broker or a database."""

import contextlib
import socket
import struct
from typing import Any

import eventlet
from eventlet.event import Event

from hosting import LOCAL, free_port

CHUNK = 65536
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards a port; each fault holds until `heal()`.

    `latency` in seconds for each chunk, `rate` in bytes a second (0: unlimited).
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.latency = 0.0
        self.rate = 0
        self._open = True
        self._flows = Event()
        self._flows.send()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = eventlet.listen((LOCAL, self.port))
        self._accepting = eventlet.spawn(self._accept)

    def heal(self) -> None:
        """Forward as a good network does; what was held back flows on."""
        self.latency, self.rate, self._open = 0.0, 0, True
        if not self._flows.ready():
            self._flows.send()

    def slow(self, latency: float, rate: int) -> None:
        self.latency, self.rate = latency, rate

    def cut(self) -> None:
        """Close every connection, and refuse new ones."""
        self._open = False
        self._end(reset=False)

    def reset(self) -> None:
        """Reset every connection (RST); new ones are welcome."""
        self._end(reset=True)

    def swallow(self) -> None:
        """A black hole: connections stay, nothing comes through, nobody is told."""
        if self._flows.ready():
            self._flows = Event()

    def close(self) -> None:
        self._accepting.kill()
        self._listener.close()
        self._end(reset=True)
        self.heal()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            eventlet.spawn(self._connect, near)

    def _connect(self, near: socket.socket) -> None:
        try:
            if not self._open:
                raise ConnectionRefusedError
            far = socket.create_connection((LOCAL, self.target), timeout=5)
        except OSError:
            _end(near, reset=True)
            return
        far.settimeout(None)
        pair = (near, far)
        self._pairs.add(pair)
        eventlet.spawn(self._pump, pair, near, far)
        eventlet.spawn(self._pump, pair, far, near)

    def _pump(self, pair: Any, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                eventlet.sleep(self.latency + (len(data) / self.rate if self.rate else 0))
                sink.sendall(data)
        self._pairs.discard(pair)
        for each in pair:
            _end(each, reset=False)

    def _end(self, *, reset: bool) -> None:
        for pair in list(self._pairs):
            for each in pair:
                _end(each, reset=reset)
        self._pairs.clear()


def _end(connection: socket.socket, *, reset: bool) -> None:
    with contextlib.suppress(OSError):
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        else:
            connection.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        connection.close()
