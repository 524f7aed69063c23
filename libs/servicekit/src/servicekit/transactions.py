"""Statements that commit each by itself, and work that is begun anew after a deadlock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

Execute = Callable[..., Any]
"""Executes a statement, and its parameters where it has some."""


@contextmanager
def one_by_one(engine: sa.Engine) -> Iterator[Execute]:
    """A way to execute statements that commit each by itself.

    On PostgreSQL over one connection, which is kept meanwhile: so each costs one round trip, not
    the four of a transaction. SQLite has one connection for all, and gives it back each time.
    """
    if engine.dialect.name == "sqlite":
        yield partial(_in_a_transaction, engine)
        return
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT").execute


def _in_a_transaction(engine: sa.Engine, statement: sa.Executable, *parameters: Any) -> Any:
    with engine.begin() as connection:
        return connection.execute(statement, *parameters)


BROKEN_OFF = {"40001", "40P01"}
"""PostgreSQL's codes of a transaction that it gave up for another's sake."""

Result = TypeVar("Result")


def again(act: Callable[[], Result], *, times: int = 5) -> Result:
    """What ``act`` gives; begun anew where the database broke it off to resolve a deadlock."""
    for _ in range(times - 1):
        try:
            return act()
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "pgcode", None) not in BROKEN_OFF:
                raise
    return act()
