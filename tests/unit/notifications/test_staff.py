"""Staff: registered one by one or imported as a whole, sealed at rest."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.contracts import RegisterStaff, StaffView
from notifications.domain.codes import ChannelCode, Locale, StaffRole
from notifications.models import StaffMember
from notifications.usecases import importing, staff
from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.schemas import load
from unit.notifications.happenings import COMMUNITY, ELSEWHERE, NOW, OPERATOR, database

ADMINISTRATOR = Actor(f"{COMMUNITY}-S08", "administrator", (COMMUNITY,))
COORDINATOR = Actor(f"{COMMUNITY}-S01", "coordinator", (COMMUNITY,))

CHEN: dict[str, Any] = {
    "code": "S01",
    "name": "陈海燕",
    "role": "coordinator",
    "email": "s01@example.org",
    "phone": "18000008817",
    "channels": ["inapp", "email"],
    "aid_kinds": ["elderly"],
}
LI: dict[str, Any] = {"code": "S02", "name": "李博", "role": "director", "locale": "en"}


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        yield opened


def register(session: Session, actor: Actor = OPERATOR, **facts: Any) -> StaffMember:
    data = load(RegisterStaff(), {"community": COMMUNITY, **facts})
    return staff.register(session, data, now=NOW, actor=actor)


def take_in(
    session: Session, *records: dict[str, Any], dry_run: bool = False, actor: Actor = OPERATOR
) -> dict[str, Any]:
    data = {"community": COMMUNITY, "records": list(records), "dry_run": dry_run}
    report = importing.import_staff(session, data, now=NOW, actor=actor)
    session.flush()
    return report


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StaffMember)) or 0


def refusal(**facts: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as refused:
        load(RegisterStaff(), {"community": COMMUNITY, **facts})
    return refused.value.details


def test_a_member_is_known_by_community_and_code(session: Session) -> None:
    row = register(session, **CHEN)
    assert row.id == f"{COMMUNITY}-S01"
    assert row.communities == [COMMUNITY]
    assert (row.name, row.email, row.phone) == ("陈海燕", "s01@example.org", "+8618000008817")


def test_personal_fields_are_unreadable_in_the_database(session: Session) -> None:
    row = register(session, **CHEN)
    session.flush()
    stored = repr(session.execute(select(StaffMember.__table__)).mappings().one())
    for secret in ("陈海燕", "s01@example.org", "18000008817"):
        assert secret not in stored
        assert secret.encode() not in (row.email_sealed or b"")


def test_without_the_data_key_a_member_is_erased(session: Session) -> None:
    row = register(session, **CHEN)
    row.data_key = b""
    assert (row.name, row.email, row.has_email) == (None, None, False)


def test_the_answer_shows_no_personal_data(session: Session) -> None:
    view = StaffView().dump(register(session, **CHEN))
    assert view == {
        "id": f"{COMMUNITY}-S01",
        "community": COMMUNITY,
        "code": "S01",
        "role": "coordinator",
        "communities": [COMMUNITY],
        "locale": "zh-CN",
        "channels": ["inapp", "email"],
        "aid_kinds": ["elderly"],
        "has_email": True,
    }


def test_the_same_registration_again_changes_nothing(session: Session) -> None:
    assert register(session, **CHEN) is register(session, **CHEN)


def test_a_code_that_belongs_to_somebody_else_is_refused(session: Session) -> None:
    register(session, **CHEN)
    with pytest.raises(Conflict, match="S01 is registered with other facts; choose another code"):
        register(session, **{**CHEN, "name": "别人"})


@pytest.mark.parametrize("actor", [COORDINATOR, Actor("x", "administrator", (ELSEWHERE,))])
def test_only_an_administrator_of_the_community_registers_staff(
    actor: Actor, session: Session
) -> None:
    register(session, ADMINISTRATOR, **LI)
    with pytest.raises(Forbidden):
        register(session, actor, **CHEN)
    with pytest.raises(Forbidden):
        take_in(session, CHEN, actor=actor)


def test_an_administrator_gives_nobody_a_community_that_is_not_theirs(session: Session) -> None:
    with pytest.raises(Forbidden):
        register(session, ADMINISTRATOR, **CHEN, communities=[ELSEWHERE])
    report = take_in(session, {**CHEN, "communities": [ELSEWHERE]}, actor=ADMINISTRATOR)
    assert report["refused"][0]["field"] == "communities"


def test_staff_are_found_by_community_and_role(session: Session) -> None:
    register(session, **CHEN)
    register(session, **LI)
    register(session, **{**CHEN, "community": ELSEWHERE, "communities": [COMMUNITY]})
    asked = {"community": COMMUNITY, "role": StaffRole.COORDINATOR, "page": 1, "size": 50}
    found = staff.find(session, asked, actor=COORDINATOR)
    assert [row.id for row in found["items"]] == [f"{COMMUNITY}-S01", f"{ELSEWHERE}-S01"]
    with pytest.raises(Forbidden):
        staff.find(session, {**asked, "community": ELSEWHERE}, actor=COORDINATOR)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "not an address", "is not an e-mail address; write it as name@example.org"),
        ("phone", "123", "is not a phone number; write it as 13800138000"),
        ("role", "boss", "is not in the code list; choose one of: coordinator"),
        ("code", "S 01", "is not a code; use up to 20 letters"),
        ("name", "", "has no fitting length"),
        ("nickname", "小陈", "is not known here"),
    ],
)
def test_a_wrong_field_is_refused_with_its_remedy(field: str, value: str, message: str) -> None:
    assert refusal(**{**CHEN, field: value})[field][0].startswith(message)


def test_mail_without_an_address_is_refused() -> None:
    assert "give an address" in refusal(**{**LI, "channels": ["email"]})["email"][0]


def test_an_import_stores_all_and_the_second_time_nothing(session: Session) -> None:
    assert take_in(session, CHEN, LI) == {"accepted": 2, "unchanged": 0, "refused": []}
    assert take_in(session, CHEN, LI) == {"accepted": 0, "unchanged": 2, "refused": []}
    assert count(session) == 2


def test_an_import_brings_a_known_member_up_to_date(session: Session) -> None:
    take_in(session, CHEN)
    report = take_in(session, {**CHEN, "phone": "18000008818", "locale": "en"})
    row = queries.member(session, f"{COMMUNITY}-S01")
    assert (report["accepted"], row.phone, row.locale) == (1, "+8618000008818", Locale.ENGLISH)
    assert row.version == 2


def test_a_dry_run_reports_the_same_and_stores_nothing(session: Session) -> None:
    assert take_in(session, CHEN, LI, dry_run=True)["accepted"] == 2
    assert count(session) == 0


def test_one_refused_line_keeps_the_whole_file_out(session: Session) -> None:
    report = take_in(session, {**CHEN, "line": 2}, {**LI, "line": 3, "role": "boss"})
    assert count(session) == 0
    assert report["accepted"] == 1
    (refused,) = report["refused"]
    assert (refused["line"], refused["field"]) == (3, "role")
    assert refused["problem"] == "is not in the code list"
    assert refused["remedy"].startswith("choose one of: coordinator")


def test_every_wrong_line_is_named_in_one_report(session: Session) -> None:
    wrong = {"line": 2, "code": "S01", "role": "coordinator", "phone": "1"}
    report = take_in(session, wrong, {**LI, "line": 3, "wage": "100"})
    assert {(each["line"], each["field"]) for each in report["refused"]} == {
        (2, "name"),
        (2, "phone"),
        (3, "wage"),
    }


def test_a_code_that_stands_twice_in_a_file_is_refused(session: Session) -> None:
    report = take_in(session, {**CHEN, "line": 2}, {**LI, "code": "S01", "line": 3})
    assert report["refused"] == [
        {
            "line": 3,
            "field": "code",
            "problem": "S01 stands in line 2 too",
            "remedy": "give each member a code of its own",
        }
    ]


def test_empty_cells_say_nothing(session: Session) -> None:
    take_in(session, {**LI, "email": "", "phone": None, "locale": ""})
    row = queries.member(session, f"{COMMUNITY}-S02")
    assert (row.email, row.locale, row.channels) == (None, Locale.CHINESE, [ChannelCode.INAPP])
