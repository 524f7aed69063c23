"""The outbox: events are stored with the change that causes them, and leave after the commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import failpoints
from servicekit.db import insert_ignore, one_of, outbox
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


def waiting(dialect: str, sent: Collection[int], tried: datetime, limit: int) -> sa.Select[Any]:
    """The events that shall leave next, but those just ``sent`` and those tried after ``tried``."""
    columns = [outbox.c[name] for name in ("id", "event_id", "type", "subject", "traceparent")]
    data = sa.cast(outbox.c.data, sa.Text).label("data")  # nobody looks into it on its way
    query = sa.select(*columns, outbox.c.created_at, data)
    query = query.where(sa.or_(outbox.c.unroutable_at.is_(None), outbox.c.unroutable_at < tried))
    if sent:  # not by range: one with a lower id may have been committed meanwhile
        query = query.where(sa.not_(one_of(outbox.c.id, sent, dialect)))
    return query.order_by(outbox.c.id).limit(limit)


def forget(dialect: str, ids: Collection[int]) -> sa.Delete:
    """They are with the broker."""
    delete = sa.delete(outbox).where(one_of(outbox.c.id, ids, dialect))
    if dialect == "postgresql":
        # not synced: if a crash takes it back, they are sent once more, and known by their ids
        setting = sa.select(sa.func.set_config("synchronous_commit", "off", True))
        delete = delete.where(setting.scalar_subquery() == "off")
    return delete


def mark_unroutable(dialect: str, ids: Collection[int], now: datetime) -> sa.Update:
    """No queue wanted them."""
    return sa.update(outbox).where(one_of(outbox.c.id, ids, dialect)).values(unroutable_at=now)
