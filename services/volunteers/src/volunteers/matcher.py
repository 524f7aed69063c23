"""A large community's run of matching as a process of its own (see `servicekit.apart`)."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from servicekit.db import create_engine
from servicekit.outbox import Contract
from servicekit.transactions import again
from volunteers.contracts import PUBLISHED
from volunteers.usecases.matching import run

if TYPE_CHECKING:  # the process needs none of it
    from servicekit.database import Call

BEHIND = 10
"""How far the process stands back where processors are short: those who wait come first."""

STORING_AT_ONCE = 2
"""While the database takes one part of the proposals, the next is made ready."""


def asked(call: Call, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the process is to know: the database and the time of the call."""
    return {
        "database_url": call.settings.database_url,
        "timezone": call.settings.timezone,
        "now": call.now.isoformat(),
        "data": data,
    }


def main() -> None:
    what = json.load(sys.stdin)
    os.nice(BEHIND)
    gc.disable()  # looking for circles means walking over everybody, again and again
    say("result", match(what))


def match(what: Mapping[str, Any]) -> dict[str, Any]:
    """Run as `asked` says."""
    engine = create_engine(what["database_url"], pool_size=STORING_AT_ONCE)
    info = {"contract": Contract("volunteers", PUBLISHED), "zone": ZoneInfo(what["timezone"])}

    @contextmanager
    def begin() -> Iterator[Session]:
        with Session(engine, info=dict(info), expire_on_commit=False) as session, session.begin():
            yield session

    now = datetime.fromisoformat(what["now"])
    with ThreadPoolExecutor(STORING_AT_ONCE) as threads:
        # what is stored already is not proposed again
        return again(
            lambda: run(
                begin,
                what["data"],
                now=now,
                spread=threads.map,
                tell=lambda *stage: say("tell", stage),
            )
        )


def say(what: str, value: Any) -> None:
    sys.stdout.write(json.dumps({what: value}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
