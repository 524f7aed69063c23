"""The outbox: events are stored with the change that causes them, and leave after the commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import failpoints
from servicekit.db import as_one, insert_ignore, one_of, outbox
from servicekit.events import event_id
from servicekit.schemas import EventData


@dataclass(frozen=True)
class Contract:
    """What a service says to others: its name, and the schema of each event it publishes."""

    source: str
    published: Mapping[str, type[EventData]] = field(default_factory=dict)


def publish(
    session: Session, type_: str, *, subject: str, version: int, data: dict[str, Any], now: datetime
) -> None:
    """Store an event in the caller's transaction; it is relayed once that has committed.

    ``data`` is checked strictly against the schema published for ``type_``, because a wrong
    event cannot be taken back. The same type, subject and version again is the same event.
    """
    publish_many(session, type_, [(subject, version, data)], now=now)


def publish_many(
    session: Session, type_: str, told: Iterable[tuple[str, int, dict[str, Any]]], *, now: datetime
) -> None:
    """The same for many events of a type, each a subject, a version and data."""
    contract: Contract = session.info["contract"]
    if type_ not in contract.published:
        raise ValueError(f"{type_} is not published by {contract.source}; add it to PUBLISHED")
    schema = contract.published[type_]()
    rows = [
        {
            "event_id": event_id(type_, subject, version),
            "type": type_,
            "subject": subject,
            "data": _checked(schema, f"{type_} {subject}", data),
            "traceparent": session.info.get("traceparent"),
            "created_at": now,
        }
        for subject, version, data in told
    ]
    insert_ignore(session, outbox, rows)
    session.info["wake"] = True
    failpoints.reached("outbox.stored")


def _checked(schema: EventData, what: str, data: dict[str, Any]) -> Any:
    try:
        body = schema.dump(data)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{what} breaks its own contract: not writable") from error
    problems = schema.validate(body)
    if problems or body.keys() != data.keys():
        raise ValueError(f"{what} breaks its own contract: {problems or body.keys() ^ data.keys()}")
    return body


Statement = tuple[sa.Executable, dict[str, Any]]
"""A statement and its parameters: the relay's are made once, since it asks for each event."""


def waiting(dialect: str, sent: Collection[int], tried: datetime, limit: int) -> Statement:
    """The events that shall leave next, but those just ``sent`` and those tried after ``tried``."""
    return _waiting(dialect), {"sent": as_one(sent, dialect), "tried": tried, "limit": limit}


@cache
def _waiting(dialect: str) -> sa.Select[Any]:
    columns = [outbox.c[name] for name in ("id", "event_id", "type", "subject", "traceparent")]
    data = sa.cast(outbox.c.data, sa.Text).label("data")  # nobody looks into it on its way
    untried = outbox.c.unroutable_at.is_(None) | (outbox.c.unroutable_at < sa.bindparam("tried"))
    # not by range: one with a lower id may have been committed meanwhile
    unsent = sa.not_(one_of(outbox.c.id, sa.bindparam("sent", type_=sa.types.NullType()), dialect))
    query = sa.select(*columns, outbox.c.created_at, data).where(untried, unsent)
    return query.order_by(outbox.c.id).limit(sa.bindparam("limit", type_=sa.Integer()))


def forget(dialect: str, ids: Collection[int]) -> Statement:
    """They are with the broker."""
    return _forget(dialect), {"sent": as_one(ids, dialect)}


@cache
def _forget(dialect: str) -> sa.Delete:
    sent = sa.bindparam("sent", type_=sa.types.NullType())
    delete = sa.delete(outbox).where(one_of(outbox.c.id, sent, dialect))
    if dialect == "postgresql":
        # not synced: if a crash takes it back, they are sent once more, and known by their ids
        setting = sa.select(sa.func.set_config("synchronous_commit", "off", True))
        delete = delete.where(setting.scalar_subquery() == "off")
    return delete


def mark_unroutable(dialect: str, ids: Collection[int], now: datetime) -> sa.Update:
    """No queue wanted them."""
    return sa.update(outbox).where(one_of(outbox.c.id, ids, dialect)).values(unroutable_at=now)
