"""Personal data: sealed at rest, gone with its key, never in an event."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from households.contracts import PUBLISHED
from households.models import Base
from servicekit.db import outbox
from servicekit.testing import session_for
from unit.households.givens import (
    ADDRESS,
    CHILD_NAME,
    CHILD_NUMBER,
    ELSEWHERE,
    HEAD_NUMBER,
    HOME,
    NAME,
    NOTE,
    PHONE,
    Desk,
    a_child,
    a_head,
    a_household,
    a_need,
)

PERSONAL = (
    NAME,
    CHILD_NAME,
    HEAD_NUMBER,
    CHILD_NUMBER,
    ADDRESS,
    PHONE,
    PHONE.removeprefix("+86"),
    "18000007777",
    NOTE,
    "intellectual",
)


def a_whole_life(desk: Desk) -> None:
    """A household through all that it may live to see."""
    desk.take_up()
    desk.pairing("started", 1)
    desk.reveal()
    desk.pairing("ended", 2, reason="handover")
    desk.change(restrictions={"gender": "female"}, phone="18000007777")
    desk.change_need(urgency="urgent", note=f"{NOTE}!")
    desk.close_need("suspended", "hospital")
    desk.resume_need()
    desk.visited()
    desk.record_feedback("not_visited", note=NOTE)
    desk.raise_concern(note=NOTE)
    desk.request_referral()
    desk.announce_referrals(today="2028-01-01")
    desk.return_referral("no_consent")
    desk.announce_reviews(today="2028-01-01")
    desk.complete_review(f"{HOME}-R20271031", "eligible")
    desk.move()
    desk.move(to_community=ELSEWHERE)
    desk.close_concern()
    desk.erase()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "households.sqlite"


@pytest.fixture
def filed(file: Path) -> Iterator[Desk]:
    """A desk on a database file."""
    url = f"sqlite:///{file}"
    with session_for(Base.metadata, published=PUBLISHED, source="households", url=url) as session:
        yield Desk(session)


def test_no_published_event_holds_personal_data(desk: Desk, session: Session) -> None:
    a_whole_life(desk)
    rows = session.execute(sa.select(outbox)).all()
    seen = {row.type for row in rows}
    assert seen == set(PUBLISHED) - {"household.exited"}
    everything = str([tuple(row) for row in rows])
    assert [word for word in PERSONAL if word in everything] == []


def test_the_database_file_holds_no_personal_data_in_readable_form(filed: Desk, file: Path) -> None:
    a_whole_life(filed)
    filed.session.commit()
    filed.session.execute(sa.text("SELECT 1"))
    raw = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert HOME.encode() in raw
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        assert [word for word in PERSONAL if word.encode(encoding) in raw] == []


def test_every_member_has_a_key_of_its_own_and_so_has_the_household(desk: Desk) -> None:
    household = desk.register(a_household(members=[a_head(), a_child()]))
    keys = {household.data_key, *(member.data_key for member in household.members)}
    assert len(keys) == 3


def test_destroying_a_persons_key_erases_the_person(desk: Desk) -> None:
    household = desk.register(a_household(members=[a_head(), a_child(phone="18000007777")]))
    child = household.members[1]
    child.data_key = b""
    desk.session.flush()
    desk.session.expire_all()
    assert [child.name, child.identity_number, child.phone, child.disability] == [None] * 4
    assert household.members[0].name == NAME
    found = desk.find_households()["items"][0]
    assert (found["size"], found["minors"], found["elderly"]) == (2, 0, 1)


def test_destroying_the_households_key_erases_address_phone_and_notes(desk: Desk) -> None:
    household = desk.register()
    need = desk.raise_need(a_need(note=NOTE))
    household.data_key = b""
    desk.session.flush()
    assert (household.address, household.phone, need.note) == (None, None, None)
    assert desk.reveal()["address"] is None
    assert household.members[0].name == NAME


def test_a_sealed_value_copied_to_another_person_does_not_open(desk: Desk) -> None:
    household = desk.register(a_household(members=[a_head(), a_child()]))
    head, child = household.members
    child.name_sealed, child.data_key = head.name_sealed, head.data_key
    with pytest.raises(InvalidTag):
        _ = child.name


def test_equal_plain_texts_are_sealed_differently(desk: Desk) -> None:
    household = desk.register(a_household(members=[a_head(), a_child(name=NAME)]))
    assert household.members[0].name_sealed != household.members[1].name_sealed


def test_every_personal_column_is_sealed_bytes() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) and column.name != "data_key"
    }
    assert sealed == {
        "concerns.note_sealed",
        "feedback_calls.note_sealed",
        "households.address_sealed",
        "households.phone_sealed",
        "members.name_sealed",
        "members.identity_number_sealed",
        "members.phone_sealed",
        "members.disability_sealed",
        "needs.note_sealed",
    }


def test_an_error_never_repeats_an_identity_number_or_phone(desk: Desk) -> None:
    wrong = HEAD_NUMBER[:-1] + ("0" if HEAD_NUMBER[-1] != "0" else "1")
    report = desk.import_households(
        {**a_household(members=[a_head(identity_number=wrong, phone="1380013800")]), "line": 2}
    )
    assert wrong not in str(report)
    assert "1380013800" not in str(report)
