"""For tests of use cases: a session on a database in memory, and what it is about to publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import create_engine, messaging, outbox
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.schemas import EventData

KEY = "c3Vuc2hpbmUgc3Vuc2hpbmUgc3Vuc2hpbmUgMTIzNCE="
"""A field key for tests only."""


@contextmanager
def session_for(
    metadata: sa.MetaData,
    *,
    published: Mapping[str, type[EventData]],
    source: str = "test",
    url: str = "sqlite://",
) -> Iterator[Session]:
    """A session as an entry point gives it to a use case, on tables made for the occasion."""
    engine = create_engine(url)
    metadata.create_all(engine)
    messaging.create_all(engine)
    info = {
        "vault": Vault(KEY),
        "contract": Contract(source, published),
        "zone": ZoneInfo("Asia/Shanghai"),
    }
    try:
        with Session(engine, info=info, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


def published(session: Session) -> list[dict[str, Any]]:
    """The events that wait in the outbox, in order."""
    session.flush()
    rows = session.execute(
        sa.select(outbox.c.type, outbox.c.subject, outbox.c.data).order_by(outbox.c.id)
    )
    return [dict(row._mapping) for row in rows]
