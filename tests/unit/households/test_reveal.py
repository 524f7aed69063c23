"""Personal data is shown for a purpose, to who may see it, and the audit remembers."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.models import AuditEntry
from households.queries.auditing import verify_audit
from servicekit.actors import Actor
from servicekit.errors import Forbidden, Invalid, NotFound
from unit.households.givens import (
    ADDRESS,
    CHILD_NAME,
    ELSEWHERE,
    HERE,
    HOME,
    NAME,
    NOTE,
    NOW,
    PHONE,
    Desk,
    a_child,
    a_head,
    a_household,
    a_need,
)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a verified household and its need."""
    desk.register(a_household(members=[a_head(), a_child()]))
    desk.verify()
    desk.raise_need(a_need(note=NOTE))
    return desk


def entries(session: Session) -> list[AuditEntry]:
    return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence)))


def test_what_is_shown(desk: Desk) -> None:
    assert desk.reveal() == {
        "household": HOME,
        "address": ADDRESS,
        "phone": PHONE,
        "members": [
            {"member": f"{HOME}-M1", "role": "head", "name": NAME, "phone": None},
            {"member": f"{HOME}-M2", "role": "child", "name": CHILD_NAME, "phone": None},
        ],
        "needs": [{"need": f"{HOME}-N1", "note": NOTE}],
        "withheld": [],
    }


def test_each_reading_is_written_down(desk: Desk) -> None:
    desk.actor = Actor("S07", "social_worker", (HERE,))
    desk.reveal("first visit")
    desk.reveal("second visit")
    assert [
        (entry.id, entry.sequence, entry.actor, entry.subject, entry.purpose, entry.at)
        for entry in entries(desk.session)
    ] == [
        (f"{HERE}-A000001", 1, "S07", HOME, "first visit", NOW),
        (f"{HERE}-A000002", 2, "S07", HOME, "second visit", NOW),
    ]
    assert verify_audit(desk.session, HERE) == {
        "community": HERE,
        "entries": 2,
        "intact": True,
        "broken_at": None,
    }


def test_who_works_elsewhere_is_refused_and_sees_nothing(desk: Desk) -> None:
    desk.actor = Actor("S01", "director", (ELSEWHERE,))
    with pytest.raises(Forbidden, match="does not work for community 210103008001; "):
        desk.reveal()
    assert entries(desk.session) == []


@pytest.mark.parametrize("role", ["coordinator", "school_liaison"])
def test_who_sends_volunteers_sees_the_address_only_while_a_pairing_runs(
    desk: Desk, role: str
) -> None:
    desk.actor = Actor("S01", role, (HERE,))
    before = desk.reveal()
    assert (before["address"], before["withheld"], before["phone"]) == (None, ["address"], PHONE)
    desk.pairing("started", 3)
    assert desk.reveal()["address"] == ADDRESS
    desk.pairing("ended", 4, reason="volunteer_left")
    assert desk.reveal()["address"] is None


def test_nothing_is_shown_without_a_purpose_or_of_nobody(desk: Desk) -> None:
    with pytest.raises(Invalid, match="purpose: is empty; "):
        desk.reveal(" ")
    with pytest.raises(NotFound):
        desk.reveal(household=f"{HERE}-H404")
    assert entries(desk.session) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 2",
        "UPDATE audit_entries SET purpose = 'lunch' WHERE sequence = 1",
        "UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 3",
        "DELETE FROM audit_entries WHERE sequence = 2",
        "DELETE FROM audit_entries WHERE sequence = 3",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_heads",
    ],
)
def test_tampering_with_the_audit_is_noticed(desk: Desk, tampering: str) -> None:
    for purpose in ("one", "two", "three"):
        desk.reveal(purpose)
    for verb in ("update", "delete"):
        desk.session.execute(sa.text(f"DROP TRIGGER audit_entries_no_{verb}"))
    desk.session.execute(sa.text(tampering))
    desk.session.expunge_all()
    answer = verify_audit(desk.session, HERE)
    assert not answer["intact"]
    assert answer["broken_at"].startswith(f"{HERE}-A00000")


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries"]
)
def test_the_database_itself_refuses_to_change_the_audit(desk: Desk, tampering: str) -> None:
    desk.reveal()
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        desk.session.execute(sa.text(tampering))


def test_each_community_has_a_chain_of_its_own(desk: Desk) -> None:
    desk.reveal()
    assert verify_audit(desk.session, ELSEWHERE) == {
        "community": ELSEWHERE,
        "entries": 0,
        "intact": True,
        "broken_at": None,
    }
