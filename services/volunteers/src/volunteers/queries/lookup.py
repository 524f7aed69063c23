"""Finding rows: one by its id, or a page of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, NotFound
from volunteers.models import Base, Participant, Volunteer

Row = TypeVar("Row", bound=Base)
Item = TypeVar("Item")
Person = TypeVar("Person", Participant, Volunteer)

CHUNK = 500
"""Rows per statement: SQLite takes 32,766 parameters, PostgreSQL 65,535."""


WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")

LOCK: Any = {"key_share": True}
"""How rows are locked until the commit: others may still store rows that refer to them.

Always needs first, then pairings, then volunteers, each in order of their ids, so that two who
lock at once wait for each other in one direction only.
"""


def one(session: Session, model: type[Row], key: str, *, lock: bool = False) -> Row:
    """The row with this id; NotFound where there is none. ``lock`` holds it until the commit."""
    row = session.get(model, key, with_for_update=lock and LOCK, populate_existing=lock)
    if row is None:
        raise NotFound(WORDS.sub(" ", model.__name__.removesuffix("Copy")).lower(), key)
    return row


def present(session: Session, model: type[Person], key: str, *, lock: bool = False) -> Person:
    """The same for a person; Conflict for one who was erased."""
    row = one(session, model, key, lock=lock)
    if row.erased_on is not None:
        raise Conflict(f"{key} was erased on {row.erased_on}; register them anew by another code")
    return row


def page_of(session: Session, statement: sa.Select[Row], data: Mapping[str, Any]) -> dict[str, Any]:
    """One page of an ordered statement: ``{items, total, page, size}``."""
    counting = sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())
    page, size = data["page"], data["size"]
    items = session.scalars(statement.limit(size).offset((page - 1) * size)).all()
    return {"items": items, "total": session.scalar(counting), "page": page, "size": size}


def matching(model: type[Base], **wanted: Any) -> list[sa.ColumnElement[bool]]:
    """Conditions for those of ``wanted`` that are given."""
    return [getattr(model, name) == value for name, value in wanted.items() if value is not None]


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """``items`` in parts small enough for one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def local_day(session: Session, now: datetime) -> date:
    """The local date of ``now``, in the zone that the session works in."""
    return now.astimezone(session.info["zone"]).date()
