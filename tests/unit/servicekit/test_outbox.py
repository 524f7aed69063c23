"""The outbox: an event is stored with its change, and never breaks its own contract."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from marshmallow import fields

from servicekit import db, outbox
from servicekit.codes import LabelledEnum
from servicekit.schemas import Code, EventData, Id, LocalDate
from servicekit.testing import published, session_for

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


class Kind(LabelledEnum):
    ELDERLY = "elderly", "助老", "elderly care"


class Made(EventData):
    thing = Id(required=True)
    kind = Code(Kind, required=True)
    on = LocalDate(required=True, allow_none=True)
    minutes = fields.Integer()


DATA: dict[str, Any] = {
    "community": "210103008001",
    "version": 1,
    "thing": "t1",
    "kind": Kind.ELDERLY,
    "on": date(2026, 11, 23),
}


def store(session: Any, **changes: Any) -> None:
    data = {key: value for key, value in (DATA | changes).items() if value is not ...}
    outbox.publish(
        session, "thing.made", subject="t1", version=data.get("version", 1), data=data, now=NOW
    )


@pytest.fixture
def session() -> Any:
    with session_for(db.new_metadata(), published={"thing.made": Made}) as session:
        yield session


def test_an_event_waits_as_plain_json(session: Any) -> None:
    store(session)
    data = {**DATA, "kind": "elderly", "on": "2026-11-23"}
    assert published(session) == [{"type": "thing.made", "subject": "t1", "data": data}]


def test_an_event_vanishes_with_the_change_that_is_rolled_back(session: Any) -> None:
    store(session)
    session.rollback()
    assert published(session) == []


def test_the_same_thing_in_the_same_version_is_stored_once(session: Any) -> None:
    store(session)
    store(session)
    store(session, version=2)
    rows = session.execute(sa.select(db.outbox.c.event_id).order_by(db.outbox.c.id)).scalars()
    assert list(rows) == ["thing.made:t1:1", "thing.made:t1:2"]


@pytest.mark.parametrize(
    "changes",
    [
        {"community": ...},
        {"version": ...},
        {"thing": ...},
        {"thing": None},
        {"thing": "not an id"},
        {"thing": "张三"},
        {"community": "永环社区"},
        {"surprise": 1},
        {"name": "张三"},
        {"kind": "gardening"},
        {"on": "23.11."},
        {"minutes": "many"},
    ],
)
def test_an_event_that_breaks_its_contract_is_refused(
    session: Any, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"thing\.made t1 breaks its own contract"):
        store(session, **changes)
    assert published(session) == []


def test_a_code_may_be_given_as_its_text(session: Any) -> None:
    store(session, kind="elderly")
    assert published(session)[0]["data"]["kind"] == "elderly"


def test_a_type_that_is_not_published_is_refused(session: Any) -> None:
    with pytest.raises(
        ValueError, match=r"thing\.lost is not published by test; add it to PUBLISHED"
    ):
        outbox.publish(session, "thing.lost", subject="t1", version=1, data=DATA, now=NOW)
