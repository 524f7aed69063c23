"""Pooled connections that rested: the server may have closed them meanwhile."""

from __future__ import annotations

import math
import time
from typing import Any

import sqlalchemy as sa

REST_SECONDS = 1.0


def look_after_rest(engine: sa.Engine) -> None:
    """Ask a connection whether it is alive, unless it was just used: that costs a round trip."""

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", math.inf) < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.InvalidatePoolError from error  # the pool connects anew
