"""What is new for those who have the desk open: told once it is committed, in every process.

A use case calls ``tell``; the commit carries it to the lines of this process, and on PostgreSQL by
NOTIFY to the other processes of the service. SQLite serves one process only.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import eventlet
import sqlalchemy as sa
from eventlet.hubs import trampoline
from sqlalchemy import event
from sqlalchemy.orm import Session

from servicekit.telemetry import log

CHANNEL = "desk"
AT_ONCE = 40
"""Ids in one NOTIFY, whose text may not be longer than 8,000 bytes."""
RETRY_SECONDS = 1.0
ME = secrets.token_hex(4)


@dataclass
class News:
    """Notifications that are new or changed, and communities in which something happened."""

    notifications: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def add(self, other: News) -> None:
        self.notifications |= other.notifications
        self.places |= other.places


Hear = Callable[[News], None]
_listeners: WeakKeyDictionary[sa.Engine, list[Hear]] = WeakKeyDictionary()


def tell(
    session: Session, *, notifications: Iterable[str] = (), places: Iterable[str] = ()
) -> None:
    """Say what changes with this transaction, should it commit."""
    news = session.info.setdefault("news", News())
    news.add(News(set(notifications), set(places)))


def listen(engine: sa.Engine, hear: Hear) -> None:
    """Call ``hear`` with what is committed on this engine, or by others in the same database."""
    _listeners.setdefault(engine, []).append(hear)


def follow(engine: sa.Engine) -> None:
    """Hear what other processes tell, until killed. Does nothing where there can be none."""
    while engine.dialect.name == "postgresql":
        try:
            _follow(engine)
        except (sa.exc.SQLAlchemyError, OSError, EOFError) as error:
            log.info("news.listener_reconnects", error=type(error).__name__)
            eventlet.sleep(RETRY_SECONDS)


def _follow(engine: sa.Engine) -> None:
    with closing(engine.raw_connection()) as pooled:
        pooled.detach()
        connection: Any = pooled.dbapi_connection
        connection.autocommit = True
        connection.cursor().execute(f"LISTEN {CHANNEL}")
        while True:
            trampoline(connection, read=True)
            connection.poll()
            while connection.notifies:
                _hear(engine, json.loads(connection.notifies.pop(0).payload))


def _hear(engine: sa.Engine, told: dict[str, Any]) -> None:
    if told["by"] != ME:
        _deliver(engine, News(set(told["notifications"]), set(told["places"])))


def _deliver(engine: sa.Engine, news: News) -> None:
    for hear in _listeners.get(engine, ()):
        hear(news)


@event.listens_for(Session, "before_commit")
def _tell_other_processes(session: Session) -> None:
    news = session.info.get("news")
    if news is None or session.get_bind().dialect.name != "postgresql":
        return
    ids, places = sorted(news.notifications), sorted(news.places)
    for start in range(0, max(len(ids), len(places), 1), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        told = {"by": ME, "notifications": ids[part], "places": places[part]}
        session.execute(sa.select(sa.func.pg_notify(CHANNEL, json.dumps(told))))


@event.listens_for(Session, "after_commit")
def _tell_this_process(session: Session) -> None:
    news = session.info.pop("news", None)
    if news is not None:
        _deliver(session.get_bind().engine, news)
