"""The HTTP server: eventlet's, with what keeps strangers from stopping it.

As it comes, running out of file descriptors ends the process, a body of any size is taken, and who
sends a request slowly enough keeps a connection for ever.
"""

from __future__ import annotations

import errno
import io
from typing import Any

import eventlet
from eventlet import wsgi

from servicekit.telemetry import log

REQUEST_SECONDS = 15
MAX_BODY = 1 << 20
MAX_CONNECTIONS = 4000
FULL_SECONDS = 0.2
GRACE_SECONDS = 5
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def serve(socket: Any, app: Any, pool: eventlet.GreenPool) -> None:
    """Answer requests, each in a thread of ``pool``, until killed."""
    wsgi.server(
        _Listener(socket),
        app,
        # the access log would hold addresses of people
        log=io.StringIO(),
        log_output=False,
        debug=False,
        custom_pool=pool,
        protocol=_Protocol,
        socket_timeout=REQUEST_SECONDS,
        minimum_chunk_size=1,
    )


def finish(pool: eventlet.GreenPool) -> None:
    """Let the requests that are under way end, for a while; then end them."""
    with eventlet.Timeout(GRACE_SECONDS, exception=False):
        pool.waitall()
    for thread in list(pool.coroutines_running):
        thread.kill()


class _Listener:
    """A listening socket that waits where the process has no file descriptor left."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    def accept(self) -> Any:
        while True:
            try:
                return self._socket.accept()
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                log.warning("web.full", error=errno.errorcode[error.errno])
                eventlet.sleep(FULL_SECONDS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


class _Protocol(wsgi.HttpProtocol):
    """The request line and the headers have a deadline each, the body a size."""

    close_connection: bool

    def _read_request_line(self) -> Any:
        line = b""  # too late: the connection is closed
        with eventlet.Timeout(REQUEST_SECONDS, exception=False):
            line = super()._read_request_line()
        return line  # noqa: RET504 - the deadline may have passed

    def parse_request(self) -> bool:
        good = False
        with eventlet.Timeout(REQUEST_SECONDS, exception=False):
            good = bool(super().parse_request()) and not self._too_large()
        if not good:
            self.close_connection = True
        return good

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.rfile.close()  # where the visitor is gone, closing the other half raised before

    def _too_large(self) -> bool:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length[:20]) <= MAX_BODY:
            return False
        self.wfile.write(TOO_LARGE)
        return True
