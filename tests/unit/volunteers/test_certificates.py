"""Certificates: what was verified, as the rule says it; anybody may check, and learns no more."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import printed
from servicekit.errors import Conflict, Invalid
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    NOW,
    STAFF,
    TODAY,
    a_pupil,
    a_school,
    register,
    told,
)
from unit.volunteers.test_recognition import claim, decide
from volunteers.contracts import certificates as of
from volunteers.domain.certificates import check_code, in_hours, masked
from volunteers.models import Volunteer
from volunteers.usecases import certificates, documents, growth, hours
from volunteers.web import SECONDS, TRIES, Throttle

NUMBER = "210102197005170025"


def served(session: Session, **changes: Any) -> str:
    """A volunteer with four and a half verified hours, in a community with an office."""
    a_school(session, "P00", kind="office", name="永环社区居民委员会")
    a_school(session)
    volunteer = register(session, identity_number=NUMBER, partner="P01", **changes)
    for days, minutes in ((1, 120), (2, 155)):
        top_up = claim(session, volunteer, TODAY - timedelta(days=days), minutes=minutes)
        decide(session, top_up.id, approved=True)
    return volunteer


def issue(session: Session, volunteer: str, since: date = date(2026, 1, 1)) -> Any:
    data = {"volunteer": volunteer, "from": since.isoformat(), "until": TODAY.isoformat()}
    data = load(of.ServicePeriod(), data)
    return certificates.issue_certificate(session, data, now=NOW, actor=STAFF)


def revoke(session: Session, certificate: str) -> None:
    data = {"certificate": certificate}
    certificates.revoke_certificate(session, data, now=NOW, actor=STAFF)


def paper(session: Session, certificate: str, tmp_path: Path) -> Path:
    data = {"certificate": certificate}
    said = certificates.to_print(session, data, now=NOW, actor=STAFF)
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(documents.certificate(said, public_url="https://sunshine.example/"))
    return pdf


def test_a_certificate_says_what_the_rule_asks_for(session: Session, tmp_path: Path) -> None:
    certificate = issue(session, served(session))
    pdf = paper(session, certificate.id, tmp_path)
    assert printed.problems(pdf) == []
    words = printed.words(pdf)
    for said in (
        certificate.id,
        "沈丽华",
        "210***********0025",
        "V001",
        "实验学校",
        "2026年1月1日至2026年11月23日",
        "4.5小时（不含往返交通时间）",
        "助老24.5",
        "永环社区居民委员会",
        "出具日期2026年11月23日",
    ):
        assert said in words
    assert NUMBER not in words
    address = f"https://sunshine.example/certificates/{certificate.check_code}"
    assert printed.codes(pdf) == [address]


def test_the_same_certificate_is_issued_once_and_told_once(session: Session) -> None:
    volunteer = served(session)
    first = issue(session, volunteer)
    assert issue(session, volunteer) is first
    other = issue(session, volunteer, since=TODAY - timedelta(days=1))
    assert (other.id, other.minutes) != (first.id, first.minutes)
    assert [each["minutes"] for each in told(session, "certificate.issued")] == [275, 120]


def test_anybody_may_check_and_learns_whether_it_is_valid(session: Session) -> None:
    certificate = issue(session, served(session))
    assert certificates.is_valid(session, certificate.check_code)
    assert not certificates.is_valid(session, "AAAA-BBBB-CCCC-DDDD")
    for _ in range(2):
        revoke(session, certificate.id)
    assert not certificates.is_valid(session, certificate.check_code)
    with pytest.raises(Conflict, match="is revoked; issue another"):
        certificates.to_print(session, {"certificate": certificate.id}, now=NOW, actor=STAFF)
    assert issue(session, certificate.volunteer_id).id != certificate.id


def test_only_verified_hours_are_certified(session: Session) -> None:
    volunteer = served(session)
    claim(session, volunteer, TODAY)
    doubt = {"top_up": f"{volunteer}-T20261122T0900", "reason": "duplicate"}
    hours.reverse_hours(session, doubt, now=NOW, actor=STAFF)
    assert issue(session, volunteer).minutes == 155
    with pytest.raises(Conflict, match="no verified hours"):
        issue(session, volunteer, since=TODAY)
    with pytest.raises(Invalid, match="give days in order"):
        issue(session, volunteer, since=TODAY + timedelta(days=1))


def test_without_an_office_nobody_issues(session: Session) -> None:
    volunteer = register(session)
    decide(session, claim(session, volunteer).id, approved=True)
    with pytest.raises(Conflict, match="no office that issues"):
        issue(session, volunteer)


def test_a_pupil_has_a_record_of_growth(session: Session, tmp_path: Path) -> None:
    companion = served(session)
    pupil = register(session, record=a_pupil(companion="V001"))
    decide(session, claim(session, pupil, aid_kind="schooling").id, approved=True)
    for words in ("学会了倾听", "学会了给奶奶读报，也学会了耐心"):
        lesson = {"volunteer": pupil, "on": TODAY, "words": words}
        growth.note_lesson(session, lesson, now=NOW, actor=STAFF)
    period = {"volunteer": pupil, "since": date(2026, 9, 1), "until": TODAY}
    pdf = tmp_path / "growth.pdf"
    said = growth.to_print(session, period, now=NOW, actor=STAFF)
    pdf.write_bytes(documents.growth_record(said))
    assert printed.problems(pdf) == []
    shown = printed.words(pdf)
    for words in ("赵小明", "陪同人沈丽华", "助学12", "也学会了耐心", "核实时长2小时"):
        assert words in shown
    with pytest.raises(Conflict, match="is no pupil"):
        growth.to_print(session, {**period, "volunteer": companion}, now=NOW, actor=STAFF)


def test_an_erased_person_has_no_name_on_paper(session: Session, tmp_path: Path) -> None:
    volunteer = served(session)
    certificate = issue(session, volunteer)
    session.get_one(Volunteer, volunteer).data_key = b""
    assert "沈丽华" not in printed.words(paper(session, certificate.id, tmp_path))


@given(st.integers(0, 100_000))
def test_half_hours_are_counted_down(minutes: int) -> None:
    assert 0 <= minutes - float(in_hours(minutes)) * 60 < 30


def test_what_shows_of_a_number_is_of_no_use() -> None:
    assert masked(NUMBER) == "210***********0025"
    assert masked(None) == "—"


@given(st.binary(min_size=32, max_size=32))
def test_a_check_code_can_be_read_aloud(digest: bytes) -> None:
    code = check_code(digest.hex())
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 4]
    assert not set(code) & set("0189ilo ")


def test_who_tries_too_often_waits() -> None:
    throttle = Throttle()
    allowed = [throttle.allows("1.2.3.4", second / 10) for second in range(TRIES + 5)]
    assert allowed == [True] * TRIES + [False] * 5
    assert throttle.allows("5.6.7.8", 4.0)
    assert throttle.allows("1.2.3.4", SECONDS + 1)
