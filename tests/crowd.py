"""Sixty-four people who change one database at once, on PostgreSQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import eventlet
import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from servicekit.db import create_engine
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.migrations import upgrade
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from servicekit.transactions import again
from unit.volunteers.neighbourhood import ZONE
from volunteers.contracts import PUBLISHED

WORKERS = 64
ANSWERS = (Conflict, Invalid, NotFound, IntegrityError, StaleDataError)
"""What a caller may be told: it must not be, or somebody was quicker (the last two say so, too)."""


@contextmanager
def volunteers_at(url: str) -> Iterator[sa.Engine]:
    """The volunteers' tables, with a connection for everybody."""
    upgrade("volunteers", url)
    engine = create_engine(url, pool_size=WORKERS)
    yield engine
    engine.dispose()


@dataclass
class Crowded(ABC):
    """A database, and what everybody was told."""

    engine: sa.Engine
    told: Counter[str] = field(default_factory=Counter, kw_only=True)

    @contextmanager
    def session(self) -> Iterator[Session]:
        info = {"vault": Vault(KEY), "contract": Contract("volunteers", PUBLISHED), "zone": ZONE}
        with Session(self.engine, info=info, expire_on_commit=False) as session, session.begin():
            yield session

    def attempt(self, act: partial[Any]) -> None:
        """One call, as an entry point makes it: what the caller is told is counted."""
        try:
            again(lambda: self._alone(act))
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            answer = isinstance(error, ANSWERS)
            what = type(error).__name__ if answer else f"! {act.func.__name__}: {error!r}"
            self.told[what[:1500]] += 1
        else:
            self.told["done"] += 1

    def _alone(self, act: Callable[[Session], object]) -> None:
        with self.session() as session:
            act(session)

    @abstractmethod
    def broken(self) -> list[Any]:
        """What must never be."""

    def busy(self, worker: Callable[[Any, int], Any], attempts: int) -> None:
        """All work at once and share the attempts; nothing may be broken meanwhile, nor after."""
        at_work = GreenPool(WORKERS)
        for seed in range(WORKERS):
            share = attempts // WORKERS + (seed < attempts % WORKERS)
            at_work.spawn_n(worker(self, seed).work, share)
        while at_work.running():
            assert self.broken() == []
            eventlet.sleep(0.5)
        assert self.broken() == []
        assert self.told.total() == attempts
        assert [told for told in self.told if told.startswith("!")] == []
