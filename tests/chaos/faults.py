"""What befalls servers: power cuts, frozen processes, a full disk; and what networks do."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import eventlet
from eventlet import tpool

import servers
from chaos.proxy import Proxy
from hosting import Private


def cut_broker(broker: servers.Rabbitmq, away: float) -> None:
    """SIGKILL, and a start after so many seconds."""
    broker.kill()
    eventlet.sleep(away)
    broker.start()


def cut_database(databases: servers.Postgres, away: float) -> None:
    """SIGKILL of every process, and a start after so many seconds.

    The tests' server runs with fsync off: what it wrote is in the kernel's hands and outlives
    every process. Only a power cut of the machine would need fsync.
    """
    if isinstance(databases, servers.PrivatePostgres):
        for pid in _family(databases._processes[-1].pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    databases.kill()
    eventlet.sleep(away)
    databases.start()


def known(
    broker: servers.Rabbitmq, databases: servers.Postgres, to_broker: Proxy, to_database: Proxy
) -> dict[str, AbstractContextManager[None]]:
    """Faults by name; each lasts as long as its block."""
    both = (to_broker, to_database)
    found: dict[str, AbstractContextManager[None]] = {
        "slow": _while(lambda: _slow(*both), *both),
        "broker cut off": _while(to_broker.cut, to_broker),
        "broker's connections reset": _while(to_broker.reset, to_broker),
        "broker in a black hole": _while(to_broker.swallow, to_broker),
        "database cut off": _while(to_database.cut, to_database),
        "database's connections reset": _while(to_database.reset, to_database),
        "database in a black hole": _while(to_database.swallow, to_database),
    }
    if isinstance(broker, servers.PrivateRabbitmq) and isinstance(
        databases, servers.PrivatePostgres
    ):
        found["broker frozen"] = frozen(broker)
        found["database frozen"] = frozen(databases)
        found["disk full"] = full_disk(broker)
    return found


def _slow(*proxies: Proxy) -> None:
    for proxy in proxies:
        proxy.slow(latency=0.02, rate=20_000)


@contextmanager
def _while(fault: Callable[[], object], *proxies: Proxy) -> Iterator[None]:
    fault()
    try:
        yield
    finally:
        for proxy in proxies:
            proxy.heal()


@contextmanager
def frozen(server: Private) -> Iterator[None]:
    """SIGSTOP of all its processes, then SIGCONT."""
    pids = _family(server._processes[-1].pid)
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def full_disk(broker: servers.Rabbitmq) -> Iterator[None]:
    """The broker's disk alarm: it takes no message from anybody."""
    tpool.execute(broker.ctl, "set_disk_free_limit", "1000000GB")
    try:
        yield
    finally:
        tpool.execute(broker.ctl, "set_disk_free_limit", "50MB")


def _family(pid: int) -> list[int]:
    """A process and its children, the children first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [*map(int, children), pid]
