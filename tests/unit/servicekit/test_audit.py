"""The audit: every reading is kept, in order, and nobody changes it unnoticed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.db import audit_entries, new_metadata
from servicekit.testing import session_for

HERE, ELSEWHERE = "210103008001", "210103008002"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[Session]:
    with session_for(new_metadata(), published={}) as session:
        yield session


def read(session: Session, purpose: str = "a call", *, now: datetime = NOW) -> None:
    audit.record(
        session,
        community=HERE,
        subject=f"{HERE}-H001",
        fields=["name", "phone"],
        purpose=purpose,
        actor=Actor("S07", "coordinator", (HERE,)),
        now=now,
    )


def tamper(session: Session, statement: str) -> None:
    """As somebody who may do anything with the database."""
    for verb in ("update", "delete"):
        session.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_entries_no_{verb}"))
    session.execute(sa.text(statement))


def test_an_entry_says_who_read_what_of_whom_when_and_why(session: Session) -> None:
    read(session, "first visit")
    read(session, "second visit")
    rows = session.execute(sa.select(audit_entries).order_by(audit_entries.c.sequence))
    first, second = [dict(row) for row in rows.mappings()]
    assert second["id"] == f"{HERE}-A000002"
    assert first["digest"] != second["digest"]
    del first["digest"]
    assert first == {
        "id": f"{HERE}-A000001",
        "community": HERE,
        "sequence": 1,
        "at": NOW,
        "actor": "S07",
        "subject": f"{HERE}-H001",
        "fields": ["name", "phone"],
        "purpose": "first visit",
    }


def test_a_chain_that_nobody_touched_is_intact(session: Session) -> None:
    in_shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    for now in (NOW, in_shanghai, NOW + timedelta(microseconds=1)):
        read(session, now=now)
    assert audit.verify(session, HERE) == audit.Verdict(HERE, entries=3)
    assert audit.verify(session, HERE).intact


def test_each_community_has_a_chain_of_its_own(session: Session) -> None:
    read(session)
    tamper(session, "UPDATE audit_entries SET actor = 'nobody'")
    assert not audit.verify(session, HERE).intact
    assert audit.verify(session, ELSEWHERE) == audit.Verdict(ELSEWHERE, entries=0)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 2", 2),
        ("UPDATE audit_entries SET subject = 'nobody' WHERE sequence = 2", 2),
        ("UPDATE audit_entries SET fields = '[]' WHERE sequence = 3", 3),
        ("UPDATE audit_entries SET purpose = 'lunch' WHERE sequence = 1", 1),
        ("UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 3", 3),
        ("UPDATE audit_entries SET community = '210103008002' WHERE sequence = 1", 2),
        ("DELETE FROM audit_entries WHERE sequence = 1", 2),
        ("DELETE FROM audit_entries WHERE sequence = 2", 3),
        ("DELETE FROM audit_entries WHERE sequence = 3", 3),
        ("DELETE FROM audit_entries", 1),
        ("UPDATE audit_heads SET sequence = 4", 4),
        ("DELETE FROM audit_heads", 4),
    ],
)
def test_tampering_is_noticed_and_where_it_begins(
    session: Session, tampering: str, broken_at: int
) -> None:
    for purpose in ("one", "two", "three"):
        read(session, purpose)
    tamper(session, tampering)
    assert audit.verify(session, HERE).broken_at == audit.entry_id(HERE, broken_at)


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries"]
)
def test_the_database_itself_refuses_to_change_an_entry(session: Session, tampering: str) -> None:
    read(session)
    with pytest.raises(sa.exc.IntegrityError, match="audit_entries is append-only"):
        session.execute(sa.text(tampering))


def test_what_is_rolled_back_was_not_read(session: Session) -> None:
    read(session)
    session.commit()
    read(session)
    session.rollback()
    assert audit.verify(session, HERE) == audit.Verdict(HERE, entries=1)


def test_a_digest_covers_every_fact_and_what_went_before() -> None:
    entry = {"id": "A1", "at": NOW}
    digests = {
        audit.digest(audit.BEGINNING, entry),
        audit.digest("1" * 64, entry),
        audit.digest(audit.BEGINNING, entry | {"id": "A2"}),
        audit.digest(audit.BEGINNING, entry | {"at": NOW + timedelta(microseconds=1)}),
    }
    assert len(digests) == 4
