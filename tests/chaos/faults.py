"""What befalls servers: a power cut of the broker, of the database, a full disk."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import eventlet
from eventlet import tpool

import servers


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
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    databases.kill()
    eventlet.sleep(away)
    databases.start()


@contextlib.contextmanager
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
