"""The HTTP server of a service among strangers: slow ones, large ones, many at once."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from typing import Any

import eventlet
import pytest
from flask import Flask, Response

from servicekit import serving
from servicekit.serving import MAX_BODY, finish, serve


@pytest.fixture
def pool() -> eventlet.GreenPool:
    return eventlet.GreenPool(50)


@pytest.fixture
def listening() -> Any:
    return eventlet.listen(("127.0.0.1", 0))


@pytest.fixture
def port(listening: Any, pool: eventlet.GreenPool) -> Iterator[int]:
    app = Flask("strangers")

    @app.get("/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            while True:
                yield "tick\n"
                eventlet.sleep(0.05)

        return Response(parts())

    @app.route("/", methods=["GET", "POST"])
    def hello() -> str:
        return "hello"

    thread = eventlet.spawn(serve, listening, app, pool)
    yield listening.getsockname()[1]
    thread.kill()


def said(port: int, request: bytes, *, first: int = 65536) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(first)


def test_an_ordinary_request_is_answered(port: int) -> None:
    assert b" 200 OK" in said(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(port: int) -> None:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
    assert b" 413 " in said(port, head.encode())


@pytest.mark.parametrize("part", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_does_not_finish_the_headers_is_cut_off(
    port: int, part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "REQUEST_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(part)

        def drip() -> None:  # each byte alone comes in time
            while True:
                eventlet.sleep(0.1)
                connection.sendall(b"a")

        dripping = eventlet.spawn(drip)
        try:
            assert connection.recv(100) == b""
        except ConnectionError:
            pass  # cut off as well
        finally:
            dripping.kill()


def test_running_out_of_file_descriptors_does_not_end_the_server(
    port: int, listening: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    accept = listening.accept

    def full_at_first() -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(errno.EMFILE, "too many open files")
        return accept()

    said(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")  # it waits in accept now
    monkeypatch.setattr(listening, "accept", full_at_first)
    monkeypatch.setattr(serving, "FULL_SECONDS", 0.01)
    for _ in range(2):
        request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert b" 200 OK" in said(port, request)
    assert len(tries) >= 3


def test_a_stream_does_not_keep_the_service_from_ending(
    port: int, pool: eventlet.GreenPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GRACE_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"tick" in connection.recv(4096) + connection.recv(4096)
        finish(pool)
        assert pool.running() == 0
