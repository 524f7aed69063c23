"""Databases: times in UTC, inserts that ignore what is there, tables that only grow."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from servicekit import db
from servicekit.codes import LabelledEnum
from servicekit.testing import session_for
from servicekit.transactions import again


class Kind(LabelledEnum):
    ONE = "one", "一", "one"


class Base(DeclarativeBase):
    metadata = db.new_metadata()
    type_annotation_map = db.TYPES


class Thing(Base):
    __tablename__ = "thing"
    __table_args__ = (sa.UniqueConstraint("name", "day"), sa.CheckConstraint("size > 0", "size"))
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    day: Mapped[date | None]
    size: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any] | None]
    kind: Mapped[Kind | None] = mapped_column(db.EnumText(Kind))


class Part(Base):
    __tablename__ = "part"
    thing: Mapped[str] = mapped_column(sa.ForeignKey("thing.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class Line(Base):
    __tablename__ = "line"
    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


db.append_only(Line.__table__)


def store_and_read(session: Session, **values: Any) -> Thing:
    session.add(Thing(id="t1", **values))
    session.commit()
    session.expire_all()
    return session.get_one(Thing, "t1")


def test_a_moment_is_utc_in_and_out() -> None:
    shanghai = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=8)))
    with session_for(Base.metadata, published={}) as session:
        at = store_and_read(session, at=shanghai).at
    assert at == shanghai
    assert at is not None
    assert at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with session_for(Base.metadata, published={}) as session:
        session.add(Thing(id="t1", at=datetime(2026, 11, 23)))  # noqa: DTZ001 - that is the point
        with pytest.raises(sa.exc.StatementError, match="use an aware datetime"):
            session.flush()


def test_a_code_is_stored_as_its_value_and_another_is_refused() -> None:
    with session_for(Base.metadata, published={}) as session:
        assert store_and_read(session, kind=Kind.ONE).kind is Kind.ONE
        assert session.scalar(sa.text("SELECT kind FROM thing")) == "one"
        session.add(Thing(id="t2", kind="two"))
        with pytest.raises(sa.exc.StatementError, match="not a valid Kind"):
            session.flush()


def test_json_comes_back_as_it_was() -> None:
    facts = {"名": ["a", 1, None, True, {"b": 2.5}]}
    with session_for(Base.metadata, published={}) as session:
        assert store_and_read(session, facts=facts).facts == facts


def test_only_new_rows_are_inserted_and_named() -> None:
    with session_for(Base.metadata, published={}) as session:
        rows = [{"id": "t1"}, {"id": "t2"}]
        assert sorted(db.insert_ignore(session, Thing.__table__, rows)) == ["t1", "t2"]
        again = [{"id": "t2"}, {"id": "t3"}]
        assert db.insert_ignore(session, Thing.__table__, again) == ["t3"]
        assert set(session.scalars(sa.select(Thing.id))) == {"t1", "t2", "t3"}
        assert set(session.scalars(sa.select(Thing.size))) == {1}


def test_what_breaks_any_unique_rule_counts_as_there() -> None:
    with session_for(Base.metadata, published={}) as session:
        day = date(2026, 11, 23)
        for id_, new in (("t1", ["t1"]), ("t2", [])):
            rows = [{"id": id_, "name": "a", "day": day}]
            assert db.insert_ignore(session, Thing.__table__, rows) == new


def test_a_key_of_several_columns_comes_back_as_a_tuple() -> None:
    with session_for(Base.metadata, published={}) as session:
        db.insert_ignore(session, Thing.__table__, [{"id": "t1"}])
        rows = [{"thing": "t1", "number": 1}, {"thing": "t1", "number": 1}]
        assert db.insert_ignore(session, Part.__table__, rows) == [("t1", 1)]


def test_inserting_nothing_is_no_error() -> None:
    with session_for(Base.metadata, published={}) as session:
        assert db.insert_ignore(session, Thing.__table__, []) == []


def test_ten_thousand_rows_go_in_at_once() -> None:
    rows = [
        {"id": f"t{number}", "name": "x", "size": 2, "day": None, "facts": None}
        for number in range(10_000)
    ]
    with session_for(Base.metadata, published={}) as session:
        assert len(db.insert_ignore(session, Thing.__table__, rows)) == 10_000


@pytest.mark.parametrize("statement", ["UPDATE line SET text = 'b'", "DELETE FROM line"])
def test_an_append_only_table_refuses_to_change_or_forget(statement: str) -> None:
    with session_for(Base.metadata, published={}) as session:
        session.add(Line(id="l1", text="a"))
        session.flush()
        with pytest.raises(sa.exc.IntegrityError, match="line is append-only"):
            session.execute(sa.text(statement))


def test_a_foreign_key_is_enforced_on_sqlite_too() -> None:
    with session_for(Base.metadata, published={}) as session:
        session.add(Part(thing="none", number=1))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()


def test_every_constraint_has_a_name() -> None:
    tables = (Base.metadata.tables[name] for name in ("thing", "part"))
    names = {str(each.name) for table in tables for each in table.constraints}
    assert names == {
        "pk_thing",
        "uq_thing_name_day",
        "ck_thing_size",
        "pk_part",
        "fk_part_thing_thing",
    }


class Refusal(Exception):
    """What a driver raises; `pgcode` is PostgreSQL's own code."""

    def __init__(self, pgcode: str) -> None:
        self.pgcode = pgcode


def failing(pgcode: str, times: int) -> Callable[[], int]:
    """An act that the database refuses so often; it gives the number of the attempt."""
    attempts = count(1)

    def act() -> int:
        attempt = next(attempts)
        if attempt <= times:
            raise sa.exc.DBAPIError("UPDATE", {}, Refusal(pgcode))
        return attempt

    return act


def test_what_a_deadlock_broke_off_is_begun_anew() -> None:
    assert again(failing("40P01", 4)) == 5
    with pytest.raises(sa.exc.DBAPIError):
        again(failing("40P01", 5))


def test_what_failed_for_another_reason_is_not() -> None:
    with pytest.raises(sa.exc.DBAPIError):
        again(failing("23505", 1))
