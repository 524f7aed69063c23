"""Hours at the desk: looked into, approved by somebody else; and a certificate to print."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

import printed
from desk.people import Person
from desk.town import LATER, Town
from servicekit import clock
from sunshine import sample
from sunshine.desk import set_password

HERE = f"/desk/recognition/of/{sample.COMMUNITY}"
VOLUNTEER = f"{sample.COMMUNITY}-V001"
CLAIM = f"{VOLUNTEER}-T{sample.FIRST_DAY:%Y%m%d}T0900"
SECOND = f"{VOLUNTEER}-T{sample.FIRST_DAY:%Y%m%d}T1000"
FLAG = f"{SECOND}:overlap:{CLAIM.removeprefix(sample.COMMUNITY)}"


@pytest.fixture
def colleague(sunny: Town, somebody: Callable[[], Person]) -> Callable[[str], Person]:
    """Somebody of the staff, signed in."""

    def signed_in(code: str) -> Person:
        set_password(sunny.system, f"{sample.COMMUNITY}-{code}", "a-colleagues-own-word")
        person = somebody()
        assert person.sign_in(code, "a-colleagues-own-word").status == 303
        return person

    return signed_in


def step(person: Person, path: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    answer = person.post(path, facts)
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_claims_are_settled_by_somebody_else_and_certified(
    sunny: Town, coordinator: Person, colleague: Callable[[str], Person], tmp_path: Path
) -> None:
    shown = html.unescape(coordinator.get("/desk/recognition").text)
    assert "时间重叠" in shown
    assert "须由他人复核" in shown
    for path, name in ((f"claims/{CLAIM}", "approve"), (f"flags/{quote(FLAG)}", "explain")):
        assert coordinator.post(f"/desk/recognition/{path}", {"step": name}).status == 403
    director = colleague("S09")
    assert "没有需要核查的时长" in step(
        director, f"/desk/recognition/flags/{quote(FLAG)}", step="uphold"
    )
    assert "没有待复核的申报" in step(director, f"/desk/recognition/claims/{CLAIM}", step="approve")
    period = {"from": sample.FIRST_DAY.isoformat(), "until": sample.FIRST_DAY.isoformat()}
    shown = step(director, f"{HERE}/certificates", volunteer="v001", **period)
    assert "120 分钟" in shown
    (certificate,) = sunny.system.call(
        "volunteers", "find_certificates", community=sample.COMMUNITY
    )["items"]
    answer = director.get(f"/desk/recognition/certificates/{certificate['id']}.pdf")
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(answer.body)
    assert answer.headers.get_content_type() == "application/pdf"
    assert printed.problems(pdf) == []
    (address,) = printed.codes(pdf)
    public = Person(f"http://127.0.0.1:{sunny.host.extension('volunteers', 'web').port}")
    path = address.removeprefix("http://127.0.0.1:8002")
    valid, invalid = public.get(path), public.get("/certificates/AAAA-BBBB-CCCC-DDDD")
    assert (valid.status, invalid.status) == (200, 404)
    assert "<p>有效</p>" in valid.text
    assert "<p>无效</p>" in invalid.text
    assert certificate["id"] not in valid.text


def test_whoever_only_looks_decides_nothing(
    stranger: Person, colleague: Callable[[str], Person]
) -> None:
    liaison = colleague("S07")
    shown = html.unescape(liaison.get("/desk/recognition").text)
    assert "服务证明" in shown
    assert "出具证明" not in shown
    for person in (liaison, stranger):
        assert person.post(f"{HERE}/certificates", {"volunteer": "V001"}).status == 403
        assert person.post(f"/desk/recognition/claims/{CLAIM}", {"step": "refuse"}).status == 403
    assert stranger.get(HERE).status in (403, 404)
    director = colleague("S09")
    assert director.post(f"/desk/recognition/claims/{CLAIM}", {"step": "forget"}).status == 400


def test_training_and_honours_are_kept_at_the_desk(coordinator: Person) -> None:
    session = f"{sample.COMMUNITY}-TC-CP-{sample.FIRST_DAY:%Y%m%d}"
    assert "儿童保护培训" in html.unescape(coordinator.get("/desk/training").text)
    shown = step(coordinator, f"/desk/training/sessions/{session}", attended="v001, V002")
    assert "有效期至2027年11月23日" in shown
    honour = {"of": "community", "level": "district", "year": "2026", "code": "2026-1"}
    honour |= {"title": "最美社区", "evidence": "奖牌存会议室"}
    shown = step(coordinator, f"/desk/training/of/{sample.COMMUNITY}/honours", **honour)
    assert "2026 · 区级" in shown
    course = {"course": session.rpartition("-")[0], "on": "2026-12-05", "place": "学校礼堂"}
    assert "学校礼堂" in step(
        coordinator, f"/desk/training/of/{sample.COMMUNITY}/sessions", **course
    )
    wrong = {**honour, "year": "soon", "code": "2026-2"}
    path = f"/desk/training/of/{sample.COMMUNITY}/honours"
    assert coordinator.post(path, wrong).status == 400


def test_who_is_not_visited_for_long_is_on_the_page_about_concerns(
    sunny: Town, coordinator: Person
) -> None:
    assert "久未到访" not in html.unescape(coordinator.get("/desk/care").text)
    clock.travel(sample.at(sample.FIRST_DAY + timedelta(days=40), 10))
    noticed = sunny.system.call("volunteers", "notice_silence", community=sample.COMMUNITY)
    clock.travel(LATER)  # the coordinator has not been signed in for so long
    assert noticed["noticed"] > 2
    shown = html.unescape(coordinator.get("/desk/care").text)
    assert "久未到访" in shown
    assert "社工处理" in shown
    found = sunny.system.call("volunteers", "find_silences", community=sample.COMMUNITY, size=100)
    needs = {each["need"] for each in found["items"]}
    assert len(needs) < found["total"]  # by level after level
    assert shown.count('<span class="tag urgent">社工处理') <= len(needs) == shown.count("<span>自")
