"""The control socket of an embedded system: JSON lines, and only its owner opens it."""

from __future__ import annotations

import json
import socket as sockets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import eventlet

from servicekit.errors import ServiceError, Unavailable, rebuild


class Target(Protocol):
    """What the socket leads to."""

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any: ...
    def tail(self) -> Iterator[dict[str, Any]]: ...


def answers(path: Path) -> bool:
    """Whether a system listens at ``path``; what a crash left behind does not count."""
    try:
        _connect(path).close()
    except OSError:
        return False
    return True


class Client:
    """Calls services of the embedded system that listens at ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        request = {"service": service, "method": method, "kwargs": kwargs}
        return _unpack(next(self._ask(request)))

    def tail(self) -> Iterator[dict[str, Any]]:
        for line in self._ask({"tail": True}):
            yield _unpack(line)

    def _ask(self, request: dict[str, Any]) -> Iterator[str]:
        try:
            with _connect(self._path) as connection, connection.makefile("rw") as stream:
                stream.write(json.dumps(request) + "\n")
                stream.flush()
                yield from stream
        except OSError as error:
            raise Unavailable(f"the system stopped answering ({error}); start it again") from None


def serve(path: Path, target: Target) -> None:
    """Answer commands until the process ends."""
    path.unlink(missing_ok=True)
    listener = eventlet.listen(str(path), family=sockets.AF_UNIX)
    path.chmod(0o600)
    while True:
        connection, _ = listener.accept()
        eventlet.spawn_n(_answer, connection, target)


def _answer(connection: Any, target: Target) -> None:
    # a command that was ended does not listen any more
    with suppress(OSError), connection, connection.makefile("rw") as stream:
        for reply in _replies(json.loads(stream.readline() or "{}"), target):
            stream.write(json.dumps(reply, ensure_ascii=False) + "\n")
            stream.flush()


def _replies(request: dict[str, Any], target: Target) -> Iterator[dict[str, Any]]:
    if request.get("tail"):
        yield from ({"result": event} for event in target.tail())
        return
    try:
        result = target.call(request["service"], request["method"], **request["kwargs"])
    except ServiceError as error:
        yield {"error": [type(error).__name__, *error.args]}
    except Exception as error:  # noqa: BLE001 - the command shall see it, the system shall go on
        yield {"error": [type(error).__name__, str(error)]}
    else:
        yield {"result": result}


def _unpack(line: str) -> Any:
    reply = json.loads(line)
    if "error" not in reply:
        return reply["result"]
    name, *args = reply["error"]
    raise rebuild(name, args) or Unavailable(f"{name}: {args}; the system's log says more")


def _connect(path: Path) -> sockets.socket:
    connection = sockets.socket(sockets.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection
