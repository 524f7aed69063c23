"""The running system as the command sees it: call a service, wait until all is quiet.

Three ways lead to it: over RabbitMQ; over the control socket of an embedded system that runs; or
by hosting the three services in this process for as long as the command lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import eventlet

from servicekit import embedded
from servicekit.calling import RpcClient
from servicekit.errors import Unavailable
from servicekit.hosting import Host
from servicekit.migrations import upgrade
from sunshine import control
from sunshine.place import SERVICES, Place

CALL_SECONDS = 120.0
STATUS_SECONDS = 5.0
QUIET_ROUNDS = 3
ROUND_SECONDS = 0.03


class System(Protocol):
    """What every way to the system offers."""

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any: ...


class Remote:
    """Calls over the broker, as the operator or, with ``acting``, as a member of the staff."""

    def __init__(self, client: RpcClient, context: dict[str, Any] | None = None) -> None:
        self._client = client
        self._context = context

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        return self._client.call(service, method, context=self._context, **kwargs)

    def acting(self, staff: str, role: str, community: str) -> Remote:
        return Remote(self._client, {"actor": staff, "role": role, "communities": community})


@contextmanager
def connect(place: Place) -> Iterator[System]:
    """The system at ``place``: one that runs, or one hosted here and stopped at the end."""
    if not place.embedded:
        client = RpcClient(place.broker, timeout=CALL_SECONDS)
        try:
            yield Remote(client)
        finally:
            client.close()
    elif control.answers(place.socket):
        yield control.Client(place.socket)
    else:
        with hosted(place) as (system, _host):
            yield system
            settle(system)


@contextmanager
def hosted(place: Place, *, first_port: int = 0) -> Iterator[tuple[Remote, Host]]:
    """The three services in this process, their databases brought up to date first.

    They serve HTTP on ``first_port`` and the two after it; 0 takes free ones.
    """
    # two thirds of a command's start, which those that only ask are spared
    from sunshine.definitions import SERVICES as KINDS

    place.prepare()
    if place.embedded:
        embedded.install()
    for service in SERVICES:
        upgrade(service, place.url_of(service))
    ports = [first_port + number if first_port else 0 for number in range(len(KINDS))]
    configs = [place.config_of(kind.name, port) for kind, port in zip(KINDS, ports, strict=True)]
    host = Host(dict(zip(KINDS, configs, strict=True)))
    client = RpcClient(place.broker, timeout=CALL_SECONDS)
    with host:
        try:
            yield Remote(client), host
        finally:
            client.close()


def settle(system: System, timeout: float = 120.0) -> None:
    """Wait until no event is on its way: outboxes empty, handlers idle, several times in a row."""
    with eventlet.Timeout(timeout, Unavailable("events are still on their way; look at status")):
        quiet = 0
        while quiet < QUIET_ROUNDS:
            eventlet.sleep(ROUND_SECONDS if quiet else 0)
            quiet = quiet + 1 if all(_idle(system, service) for service in SERVICES) else 0


def _idle(system: System, service: str) -> bool:
    status = system.call(service, "status")
    return not (status["outbox"] or status["busy"] or status["queued"])


def each_status(system: System) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Every service's status; None where it does not answer."""
    for service in SERVICES:
        try:
            yield service, system.call(service, "status", timeout=STATUS_SECONDS)
        except Unavailable:
            yield service, None


Progress = Callable[[str, int, int], None]
"""``progress(what, done, total)``."""
