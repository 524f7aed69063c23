"""Databases: column types, the messaging tables, engines, what both dialects can do."""

from __future__ import annotations

import enum
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicekit.resting import look_after_rest

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
"""JSON, stored as JSONB where the database knows it."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> sa.MetaData:
    """Metadata whose constraints all have names, so that migrations can speak of them."""
    return sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime, UTC in and out, on databases with and without time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(sa.types.TypeDecorator[enum.StrEnum]):
    """A string enum stored as its value, checked on the way in."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> enum.StrEnum | None:
        return None if value is None else self.kind(value)


TYPES: dict[Any, Any] = {datetime: UtcDateTime(), dict[str, Any]: Json, list[Any]: Json}
"""For a service's ``Base.type_annotation_map``."""

messaging = new_metadata()
"""The tables that every service's database has beside its own: messages, and the audit."""

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

outbox = sa.Table(
    "outbox",
    messaging,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.String(300), nullable=False, unique=True),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("traceparent", sa.String(60)),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    # when the broker last said that no queue wants it; such a row waits and is tried again
    sa.Column("unroutable_at", UtcDateTime()),
)

# what commands answered: the same command again gets the same answer, and nothing is done twice
answered = sa.Table(
    "answered",
    messaging,
    sa.Column("method", sa.String(80), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("arguments", sa.String(64), nullable=False),  # their digest
    sa.Column("reply", sa.LargeBinary, nullable=False),  # sealed: it may hold personal data
    sa.Column("answered_at", UtcDateTime(), nullable=False, index=True),
)

# what operators did with parked events, and why
interventions = sa.Table(
    "interventions",
    messaging,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime(), nullable=False, index=True),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("queue", sa.String(200), nullable=False),
    sa.Column("event_id", sa.String(300), nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("error_type", sa.String(80), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
)

inbox = sa.Table(
    "inbox",
    messaging,
    sa.Column("handler", sa.String(80), primary_key=True),
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("event_id", sa.String(300), primary_key=True),
    sa.Column("handled_at", UtcDateTime(), nullable=False, index=True),
)

# redelivered events that were taken in hand and not settled; servicekit.in_hand counts them
in_hand = sa.Table(
    "in_hand",
    messaging,
    sa.Column("handler", sa.String(80), primary_key=True),
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("event_id", sa.String(300), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("taken_at", UtcDateTime(), nullable=False, index=True),
)

# who read whose personal data; servicekit.audit writes and verifies it
audit_entries = sa.Table(
    "audit_entries",
    messaging,
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("community", sa.String(12), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False, index=True),
    sa.Column("fields", Json, nullable=False),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("community", "sequence"),
)

# where a community's chain of entries ends
audit_heads = sa.Table(
    "audit_heads",
    messaging,
    sa.Column("community", sa.String(12), primary_key=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)


def insert_into(connection: Session | sa.Connection, table: Any) -> Any:
    """The INSERT of the database's dialect, which knows ON CONFLICT."""
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    return (postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert)(table)


def insert_ignore(
    connection: Session | sa.Connection, table: Any, rows: Iterable[Mapping[str, Any]]
) -> list[Any]:
    """Insert what is not there yet; return the primary keys of the rows that were new.

    A key of several columns comes back as a tuple. RETURNING tells exactly which rows are new;
    a row count does not. All rows have the same columns.
    """
    rows = list(rows)
    if not rows:
        return []
    keys = list(table.primary_key.columns)
    statement = insert_into(connection, table).on_conflict_do_nothing().returning(*keys)
    # as parameters, not as values(): the statement is compiled once, and split where it is long
    found: Sequence[Any] = connection.execute(statement, rows).all()
    return [tuple(row) if len(keys) > 1 else row[0] for row in found]


def one_of(
    column: Any, ids: Collection[int | str] | sa.BindParameter[Any], dialect: str
) -> sa.ColumnElement[bool]:
    """Whether a column is one of many ids, which travel as one parameter.

    With hundreds of ids that is some milliseconds cheaper than ``column.in_``. For a statement
    that is made once the parameter itself is given, and gets its value by ``as_one``.
    """
    if not isinstance(ids, sa.BindParameter):
        ids = sa.literal(as_one(ids, dialect), sa.types.NullType())
    if dialect == "postgresql":
        array = sa.cast(ids, postgresql.ARRAY(column.type))
        found: sa.ColumnElement[bool] = column == sa.any_(array)
        return found
    each = sa.func.json_each(ids).table_valued("value")
    return sa.cast(column.in_(sa.select(each.c.value)), sa.Boolean)


def as_one(ids: Collection[int | str], dialect: str) -> str:
    """Many ids as one value; an id has neither quotes nor backslashes."""
    if dialect == "postgresql":
        return "{" + ",".join(f'"{key}"' for key in ids) + "}"
    return json.dumps(list(ids))


def create_engine(url: str, *, pool_size: int = 10) -> sa.Engine:
    """An engine for one service: PostgreSQL with a pool, SQLite with one connection."""
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
    )
    look_after_rest(engine)
    return engine


def _sqlite_engine(url: str) -> sa.Engine:
    """One connection, BEGIN IMMEDIATE: two of them would wait for each other under eventlet."""
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver shall not begin transactions by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


APPEND_ONLY = {
    "sqlite": [
        """
        CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
        """
    ],
    "postgresql": [
        """
        CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$
        """,
        """
        CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_refuse()
        """,
    ],
}


def append_only_ddl(table: str, dialect: str) -> list[str]:
    """The statements that make the database itself refuse to change or delete rows of ``table``."""
    return [
        template.format(table=table, verb=verb)
        for verb in ("update", "delete")
        for template in APPEND_ONLY[dialect]
    ]


def append_only(table: Any) -> None:
    """Let ``metadata.create_all`` guard ``table``; its migration executes ``append_only_ddl``."""

    @sa.event.listens_for(table, "after_create")
    def guard(target: sa.Table, connection: sa.Connection, **_: Any) -> None:
        for statement in append_only_ddl(target.name, connection.dialect.name):
            connection.exec_driver_sql(statement)

    @sa.event.listens_for(table, "after_drop")
    def forget(target: sa.Table, connection: sa.Connection, **_: Any) -> None:
        if connection.dialect.name == "postgresql":  # triggers go with their table, functions don't
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {target.name}_refuse()")


append_only(audit_entries)
append_only(interventions)
