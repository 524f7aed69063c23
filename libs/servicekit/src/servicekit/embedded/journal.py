"""What the embedded broker writes down: one SQLite file, held by one process at a time."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from amqp.exceptions import InternalError

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS declared (
    kind TEXT, name TEXT, spec TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, queue TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
    properties BLOB NOT NULL, body BLOB NOT NULL, expires REAL NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0, returns INTEGER NOT NULL DEFAULT 0);
"""


class JournalError(RuntimeError):
    """The journal cannot be used: another process has it, or the path or the file is no good.

    Not an OSError on purpose: kombu would take that for a broker away, and retry for ever.
    """


class Journal:
    """Durable declarations and persistent messages; without a path it keeps nothing."""

    def __init__(self, path: str | None, sync: str = "normal") -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        if path is None:
            return
        try:
            self._open(Path(path), sync)
        except (OSError, sqlite3.Error) as exc:
            raise JournalError(f"journal {path} cannot be used: {exc}") from exc

    def _open(self, path: Path, sync: str) -> None:
        if sync not in {"normal", "full"}:
            raise JournalError(f"journal {path}: sync is 'normal' or 'full', not {sync!r}")
        self._lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise JournalError(f"journal {path} is in use by another broker") from None
        # RPC arguments may hold personal data: SQLite gives its side files the same mode.
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._prepare(self._db, sync)

    def _prepare(self, db: sqlite3.Connection, sync: str) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise JournalError(f"journal {self.path} is of version {version}, not {_VERSION}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {sync}")
        db.execute("PRAGMA secure_delete = ON")
        db.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is on disk when this ends, also when it ends in an error."""
        try:
            try:
                yield
            finally:
                self.commit()
        except sqlite3.Error as exc:
            if self._db and self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise InternalError(f"journal {self.path}: {exc}") from exc

    def commit(self) -> None:
        if self._db and self._db.in_transaction:
            self._db.execute("COMMIT")

    def write(self, sql: str, *row: object) -> None:
        if self._db is None:
            return
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.execute(sql, row)

    def declare(self, kind: str, name: object, *spec: object) -> None:
        sql = "INSERT OR REPLACE INTO declared VALUES (?, ?, ?)"
        self.write(sql, kind, json.dumps(name), json.dumps(spec))

    def undeclare(self, kind: str, name: object) -> None:
        sql = "DELETE FROM declared WHERE kind = ? AND name = ?"
        self.write(sql, kind, json.dumps(name))

    def declared(self, kind: str) -> list[tuple[Any, list[Any]]]:
        sql = "SELECT name, spec FROM declared WHERE kind = ?"
        rows = self._db.execute(sql, (kind,)) if self._db else ()
        return [(json.loads(name), json.loads(spec)) for name, spec in rows]

    def messages(self) -> list[tuple[Any, ...]]:
        return self._db.execute("SELECT * FROM message ORDER BY id").fetchall() if self._db else []

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
            os.close(self._lock)
