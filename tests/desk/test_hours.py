"""Hours, courses and absences entered at the desk."""

from __future__ import annotations

import html

from desk.people import Person
from desk.town import Town
from sunshine import sample

HERE = sample.COMMUNITY
HOURS = f"/desk/recognition/hours/{HERE}-V002"
DAY = f"{sample.FIRST_DAY}"


def test_hours_are_claimed_disputed_and_reversed(sunny: Town, coordinator: Person) -> None:
    claim = {"step": "recognition_claim", "volunteer": "v002", "aid_kind": "elderly", "on": DAY}
    claim |= {"start": "19:00", "minutes": "90", "evidence": "sign_in", "note": "值守"}
    path = f"/desk/recognition/of/{HERE}/claims"
    wrong = coordinator.post(path, {**claim, "minutes": "9000", "note": ""})
    shown = html.unescape(wrong.text)
    assert wrong.status == 400
    assert 'value="9000"' in shown
    assert "请填 1 到 1440" in shown
    assert "90 分钟" in coordinator.sent(path, claim)
    found = coordinator.get(f"/desk/recognition/hours/of/{HERE}?volunteer=v002")
    assert found.headers["Location"] == HOURS
    work = f"{HERE}-V002-T{DAY.replace('-', '')}T1900"
    assert work.partition("-")[2] in html.unescape(coordinator.get(HOURS).text)
    doubt = {"step": "hours_dispute", "reason": "wrong_minutes"}
    assert "有异议" in coordinator.sent(f"{HOURS}/top_up/{work}", doubt)
    undo = {"step": "hours_reverse", "reason": "duplicate"}
    shown = coordinator.sent(f"{HOURS}/top_up/{work}", undo)
    assert "已冲销" in shown
    assert "重复上报" in shown


def test_a_course_is_offered_planned_and_attended(sunny: Town, coordinator: Person) -> None:
    course = {"step": "training_course", "code": "FA", "title": "急救培训", "sessions": "1"}
    course |= {"valid_months": "24", "grants": "first_aid"}
    assert "急救培训" in coordinator.sent(f"/desk/training/of/{HERE}/courses", course)
    plan = {"course": f"{HERE}-TC-FA", "on": DAY, "place": "卫生站"}
    assert "卫生站" in coordinator.sent(f"/desk/training/of/{HERE}/sessions", plan)
    session = f"{HERE}-TC-FA-{DAY.replace('-', '')}"
    there = coordinator.sent(f"/desk/training/sessions/{session}", {"attended": "v003"})
    assert "有效期至2028年11月23日" in there


def test_a_volunteer_goes_away_and_comes_back(sunny: Town, coordinator: Person) -> None:
    away = {"step": "pause_volunteer", "volunteer": "v004", "reason": "illness"}
    away |= {"until": "2026-12-20"}
    path = f"/desk/absences/of/{HERE}/volunteers"
    nobody = coordinator.post(path, {**away, "volunteer": "v999"})
    assert (nobody.status, "没有这个编号" in html.unescape(nobody.text)) == (404, True)
    shown = coordinator.sent(path, away)
    assert "生病 · 至12月20日" in shown
    back = coordinator.sent(f"/desk/absences/volunteers/{HERE}-V004", BACK)
    assert "生病 · 至12月20日" not in back
    found = sunny.system.call("volunteers", "get_volunteer", volunteer=f"{HERE}-V004")
    assert found["state"] == "active"


def test_a_volunteer_is_suspended_and_then_leaves(sunny: Town, coordinator: Person) -> None:
    path = f"/desk/absences/of/{HERE}/volunteers"
    conduct = {"step": "suspend_volunteer", "volunteer": "v005", "reason": "conduct"}
    assert "已停止派工 · 行为问题" in coordinator.sent(path, conduct)
    gone = {"step": "release_volunteer", "volunteer": "v005", "reason": "moved"}
    assert "已停止派工 · 行为问题" not in coordinator.sent(path, gone)
    found = sunny.system.call("volunteers", "get_volunteer", volunteer=f"{HERE}-V005")
    assert found["state"] == "left"
    again = coordinator.post(path, {**conduct, "reason": "other"})
    assert (again.status, "目前的状态不允许" in html.unescape(again.text)) == (409, True)


BACK = {"step": "activate_volunteer"}


def test_an_administrator_notes_that_a_coordinator_is_away(
    sunny: Town, coordinator: Person
) -> None:
    administrator = Person(sunny.address)
    administrator.sign_in(f"{HERE}-S08", sunny.word)
    away = {"step": "set_absence", "staff": f"{HERE}-S02", "cover": f"{HERE}-S03"}
    away |= {"first_on": "2026-12-01", "last_on": "2026-12-03"}
    path = f"/desk/absences/of/{HERE}/staff"
    assert coordinator.post(path, away).status == 403
    wrong = administrator.post(path, {**away, "last_on": "2026-11-30"})
    assert (wrong.status, "先后颠倒" in html.unescape(wrong.text)) == (400, True)
    assert "12月1日" in administrator.sent(path, away)
    assert "12月1日" in html.unescape(coordinator.get("/desk/absences").text)
    over = {"step": "cancel_absence", "first_on": "2026-12-01"}
    assert "12月1日" not in administrator.sent(f"/desk/absences/staff/{HERE}-S02", over)
