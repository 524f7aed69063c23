"""How often a redelivered event was taken in hand: counted before, forgotten with its effects.

Only what was in hand may have ended its process. What brokers count is more: everything that a
process held when it died or, after a restart of the broker, everything that waited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import in_hand, insert_into
from servicekit.events import Event


def count(
    session: Session, handler: str, events: Sequence[Event], *, now: datetime
) -> dict[tuple[str, str], int]:
    """Count that they are taken in hand once more; how often now, by source and id."""
    insert = insert_into(session, in_hand)
    statement = insert.on_conflict_do_update(
        index_elements=in_hand.primary_key.columns,
        set_={"times": in_hand.c.times + 1, "taken_at": now},
    ).returning(in_hand.c.source, in_hand.c.event_id, in_hand.c.times)
    # in one order, so that no two processes wait for each other
    rows = [
        {"handler": handler, "source": source, "event_id": id_, "times": 1, "taken_at": now}
        for source, id_ in sorted(_keys(events))
    ]
    return {(source, id_): times for source, id_, times in session.execute(statement, rows)}


def forget(session: Session, handler: str, events: Sequence[Event]) -> None:
    """They did no harm: whatever is counted of them is of no interest any more."""
    key: Any = sa.tuple_(in_hand.c.source, in_hand.c.event_id)
    mine = in_hand.c.handler == handler
    session.execute(sa.delete(in_hand).where(mine, key.in_(sorted(_keys(events)))))


def _keys(events: Sequence[Event]) -> set[tuple[str, str]]:
    return {(event.source, event.id) for event in events}
