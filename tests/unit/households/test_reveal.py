"""Personal data is shown for a purpose, to who may see it, and the audit remembers."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.contracts import AuditView
from servicekit import audit
from servicekit.actors import Actor
from servicekit.db import audit_entries
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


def entries(session: Session) -> Sequence[Any]:
    return session.execute(sa.select(audit_entries).order_by(audit_entries.c.sequence)).all()


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
        (entry.actor, entry.subject, entry.purpose, entry.at) for entry in entries(desk.session)
    ] == [("S07", HOME, "first visit", NOW), ("S07", HOME, "second visit", NOW)]
    assert AuditView().dump(audit.verify(desk.session, HERE)) == {
        "community": HERE,
        "entries": 2,
        "intact": True,
        "broken_at": None,
    }


def test_the_audit_says_what_was_shown_and_not_what_was_withheld(desk: Desk) -> None:
    desk.reveal()
    desk.actor = Actor("S01", "coordinator", (HERE,))
    desk.reveal()
    assert [entry.fields for entry in entries(desk.session)] == [
        ["address", "phone", "members", "needs"],
        ["phone", "members", "needs"],
    ]


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


def test_tampering_with_the_audit_is_noticed(desk: Desk) -> None:
    desk.reveal()
    desk.session.execute(sa.text("DROP TRIGGER audit_entries_no_update"))
    desk.session.execute(sa.text("UPDATE audit_entries SET purpose = 'lunch'"))
    assert audit.verify(desk.session, HERE).broken_at == f"{HERE}-A000001"
