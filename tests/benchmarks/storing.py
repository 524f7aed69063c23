"""A hundred thousand needs and as many volunteers on PostgreSQL: read, solved, proposals and events
stored, and one new need answered among them. Seconds of the clock, and of this process's CPU.
"""

from __future__ import annotations

import gc
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
from servicekit.db import create_engine
from servicekit.outbox import Contract
from volunteers.contracts import PUBLISHED
from volunteers.domain.matching import regret
from volunteers.models import NeedCopy
from volunteers.usecases import answering, matching

SIZE = (100_000, 100_000)
STORE_SECONDS, ANSWER_MILLISECONDS = 120.0, 50.0
ANSWERS = 21


def tables(place: Place, _rounds: int) -> list[Table]:
    settle(place.postgres_url, *SIZE)
    engine = create_engine(place.postgres_url, pool_size=1)
    answers = _answers(engine)
    wall, cpu = _stages(engine)
    engine.dispose()
    size = " × ".join(f"{count:,}" for count in SIZE)
    stages = ("reading", "solving", "storing", "keeping")
    return [
        Table(
            f"A run over {size}, all of it new",
            "s",
            {"storing": [wall["storing"]]}
            | {f"{name}, clock": [wall[name]] for name in stages if name != "storing"}
            | {f"{name}, CPU": [cpu[name]] for name in stages},
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


def _stages(engine: sa.Engine) -> tuple[dict[str, float], dict[str, float]]:
    """What each stage took by the clock and of the processor, as the matcher's process runs it."""
    began: dict[str, tuple[float, float]] = {}

    def tell(stage: str, done: int, of: int) -> None:
        # what is told of storing is told after its first part: it began when solving ended
        began.setdefault(stage, (time.perf_counter(), time.process_time()))

    def compute(function: Any, *arguments: Any) -> Any:
        found = function(*arguments)
        if function is regret:
            tell("storing", 0, 0)
        return found

    gc.disable()
    data = {"community": HERE, "dry_run": False}
    matching.run(lambda: _session(engine), data, now=NOW, compute=compute, tell=tell)
    tell("end", 0, 0)
    gc.enable()
    marks = list(began.items())
    wall, cpu = (
        {
            stage: marks[place + 1][1][clock] - at[clock]
            for place, (stage, at) in enumerate(marks[:-1])
        }
        for clock in (0, 1)
    )
    return wall, cpu


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
