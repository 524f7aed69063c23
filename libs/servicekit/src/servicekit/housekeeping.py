"""What is not needed any more goes, a little at a time.

After the inbox has forgotten an event, the handlers' natural keys still know what was done. The
outbox holds only what was not sent, and the interventions of operators are kept for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicekit.db import answered, in_hand, inbox

CHUNK = 5_000
"""Rows in one transaction: nobody waits long for a lock."""


def purge(database: Any, *, now: datetime) -> Mapping[str, int]:
    """Forget handled events and answers older than the settings say; return how many of each."""
    settings = database.settings
    handled = now - timedelta(days=settings.inbox_days)
    return {
        "inbox": _purge(database, inbox.c.handled_at, handled),
        "in_hand": _purge(database, in_hand.c.taken_at, handled),
        "answered": _purge(
            database, answered.c.answered_at, now - timedelta(days=settings.answered_days)
        ),
    }


def _purge(database: Any, moment: sa.Column[Any], before: datetime) -> int:
    table, total = moment.table, 0
    keys = sa.tuple_(*table.primary_key.columns)
    old = sa.select(*table.primary_key.columns).where(moment < before).limit(CHUNK)
    while True:
        with database.transaction() as session:
            gone: int = session.connection().execute(sa.delete(table).where(keys.in_(old))).rowcount
        total += gone
        if gone < CHUNK:
            return total
