"""A hundred thousand needs and as many volunteers on PostgreSQL: read, solved, proposals and events
stored, and one new need answered among them, by the clock.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.districts import HERE
from benchmarks.place import Place
from benchmarks.rounds import Table
from benchmarks.settled import NOW, settle
from servicekit.apart import apart
from servicekit.db import create_engine
from servicekit.outbox import Contract
from volunteers import matcher
from volunteers.contracts import PUBLISHED
from volunteers.models import NeedCopy
from volunteers.usecases import answering

SIZE = (100_000, 100_000)
STORE_SECONDS, ANSWER_MILLISECONDS = 120.0, 50.0
ANSWERS = 21


def tables(place: Place, _rounds: int) -> list[Table]:
    settle(place.postgres_url, *SIZE)
    engine = create_engine(place.postgres_url, pool_size=1)
    _answers(engine)  # the first ones of a process read modules, and compile statements
    answers = _answers(engine)
    engine.dispose()
    seconds = _stages(place.postgres_url)
    size = " × ".join(f"{count:,}" for count in SIZE)
    return [
        Table(
            f"A run over {size}, all of it new, in the process that a service runs it in",
            "s",
            {"storing": [seconds.pop("storing")]} | {name: [it] for name, it in seconds.items()},
            ours="storing",
            limit=STORE_SECONDS,
            lower_is_better=True,
        ),
        Table(
            f"One new need among {SIZE[1]:,} volunteers, read, decided, stored with its event",
            "ms",
            {"clock": [statistics.median(answers[0])], "CPU": [statistics.median(answers[1])]},
            ours="clock",
            limit=ANSWER_MILLISECONDS,
            lower_is_better=True,
        ),
    ]


@contextmanager
def _session(engine: sa.Engine) -> Iterator[Session]:
    info = {"contract": Contract("volunteers", PUBLISHED), "zone": ZoneInfo("Asia/Shanghai")}
    with Session(engine, info=info, expire_on_commit=False) as session, session.begin():
        yield session


def _stages(url: str) -> dict[str, float]:
    """What each stage took by the clock."""
    began: dict[str, float] = {}

    def tell(stage: list[Any]) -> None:
        # what is told of storing is told after its first part, which is a thousandth of it
        began.setdefault(stage[0], time.perf_counter())

    data = {"community": HERE, "dry_run": False}
    what = {"database_url": url, "timezone": "Asia/Shanghai", "now": NOW.isoformat(), "data": data}
    apart(matcher.__name__, what, tell)
    tell(["end"])
    ends = list(began.values())[1:]
    return {stage: ended - at for (stage, at), ended in zip(began.items(), ends, strict=False)}


def _answers(engine: sa.Engine) -> tuple[list[float], list[float]]:
    """Some needs of the district, answered one by one, and taken back."""
    with Session(engine) as session:
        wanted = sa.select(NeedCopy.id).order_by(sa.func.md5(NeedCopy.id)).limit(ANSWERS)
        needs = session.scalars(wanted).all()
    clock, cpu = [], []
    for need in needs:
        with _session(engine) as session:
            began = time.perf_counter(), time.process_time()
            answering.propose_for(session, HERE, [need], now=NOW + timedelta(seconds=1))
            session.flush()
            clock.append(1000 * (time.perf_counter() - began[0]))
            cpu.append(1000 * (time.process_time() - began[1]))
            session.rollback()
    return clock, cpu
