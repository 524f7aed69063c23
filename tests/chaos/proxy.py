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
        self._links: dict[socket.socket, tuple[socket.socket, list[Any]]] = {}
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
        self._end_all(reset=False)

    def reset(self) -> None:
        """Reset every connection (RST); new ones are welcome."""
        self._end_all(reset=True)

    def swallow(self) -> None:
        """A black hole: connections stay, nothing comes through, nobody is told."""
        if self._flows.ready():
            self._flows = Event()

    def close(self) -> None:
        self._accepting.kill()
        self._listener.close()
        self._end_all(reset=True)
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
            _close(near, reset=True)
            return
        far.settimeout(None)
        pumps = [eventlet.spawn(self._pump, *ways) for ways in ((near, far), (far, near))]
        self._links[near] = (far, pumps)
        for pump in pumps:
            pump.link(lambda _pump: self._end(near, reset=False))

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                eventlet.sleep(self.latency + (len(data) / self.rate if self.rate else 0))
                sink.sendall(data)

    def _end_all(self, *, reset: bool) -> None:
        for near in list(self._links):
            self._end(near, reset=reset)

    def _end(self, near: socket.socket, *, reset: bool) -> None:
        if near not in self._links:
            return
        far, pumps = self._links.pop(near)
        for pump in pumps:
            pump.kill()  # first: a closed socket's number may be another's at once
        for each in (near, far):
            _close(each, reset=reset)


def _close(connection: socket.socket, *, reset: bool) -> None:
    with contextlib.suppress(OSError):
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()
