"""The sample community's story, told on any broker and database, and what it leaves behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import eventlet
import sqlalchemy as sa

from servicekit.hosting import Host
from servicekit.testing import KEY
from sunshine import sample, tailing
from sunshine.place import SERVICES, Place
from sunshine.system import Remote, hosted, settle

OUT_OF_SCOPE = {"outbox", "inbox", "in_hand", "alembic_version", "audit_entries", "audit_heads"}
"""Messaging's own tables, and who read what in which order."""
BY_CHANCE = {("escalations", "version")}
"""What depends on which events came in one batch: taken on and resolved in one go is one step."""
Rows = dict[str, list[tuple[Any, ...]]]


class Story:
    """A system with the sample in it: calls, its rows, and every event that passed."""

    def __init__(self, place: Place, system: Remote, host: Host) -> None:
        self.place, self.system, self.host = place, system, host
        self.events: list[dict[str, Any]] = []
        self._listener = eventlet.spawn(self._listen)

    def _listen(self) -> None:
        for event in tailing.tail(self.place.broker):
            self.events.append(event)

    def prepare(self) -> None:
        sample.prepare(self.system, self.place.broker, lambda *_: None)

    def live(self) -> None:
        sample.live(self.system, lambda *_: None)

    def rows(self) -> Rows:
        """Every row of every table, by table; without times, sealed bytes and what is chained."""
        settle(self.system)
        return {
            f"{service}.{name}": rows
            for service in SERVICES
            for name, rows in _rows_of(self.place.url_of(service)).items()
        }

    def close(self) -> None:
        self._listener.kill()


class ServersPlace(Place):
    """RabbitMQ, and a PostgreSQL database for each service."""

    def __init__(self, data: Any, amqp_uri: str, urls: dict[str, str]) -> None:
        super().__init__(data, amqp_uri, overrides={"FIELD_KEY": KEY})
        object.__setattr__(self, "urls", urls)

    def url_of(self, service: str) -> str:
        urls: dict[str, str] = self.urls  # type: ignore[attr-defined]  # set above, on a frozen class
        return urls[service]


@contextmanager
def told(place: Place) -> Iterator[Story]:
    """A story at ``place``, on the sample's first day."""
    with sample.moved_clock(), hosted(place) as (system, host):
        story = Story(place, system, host)
        try:
            yield story
        finally:
            story.close()


def _rows_of(url: str) -> Rows:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(
                    (
                        tuple(_plain(value) for value in row)
                        for row in connection.execute(_stable(table))
                    ),
                    key=repr,
                )
                for table in tables_at(url)
                if table.name not in OUT_OF_SCOPE
            }
    finally:
        engine.dispose()


@cache
def tables_at(url: str) -> list[sa.Table]:
    """What the database consists of; to look it up takes longer than to read all of it."""
    engine, metadata = sa.create_engine(url), sa.MetaData()
    metadata.reflect(engine)
    engine.dispose()
    return metadata.sorted_tables


def _stable(table: sa.Table) -> sa.Select[Any]:
    """The columns that are equal in every run: neither moments nor sealed nor keyed by chance."""
    columns = [
        column
        for column in table.columns
        if not isinstance(column.type, sa.DateTime | sa.LargeBinary)
        and not column.name.endswith("_index")
        and (table.name, column.name) not in BY_CHANCE
    ]
    return sa.select(*columns)


def _plain(value: Any) -> Any:
    """SQLite's and PostgreSQL's notions of the same value."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict):
        return sorted((key, _plain(each)) for key, each in value.items())
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def part_of_the_sample(folder: Path, households: int) -> Path:
    """The first households, with their needs, and all who help."""
    part = folder / "examples"
    shutil.copytree(sample.find_examples(), part)
    last = f"H{households:03}"
    for name in ("households", "needs", "certified"):
        file = part / f"{name}.csv"
        head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text(head + "".join(row for row in rows if row[: len(last)] <= last))
    return part
