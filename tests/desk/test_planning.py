"""A camp and a club run from the desk alone: planned, announced, staffed, enrolled in, closed."""

from __future__ import annotations

import html
from datetime import timedelta

from desk.people import Person
from desk.town import LATER, Town
from sunshine import sample

HERE = sample.COMMUNITY
DAY = LATER.date() + timedelta(days=2)
PLANNING = f"/desk/activities/of/{HERE}/plan"
CAMP = {
    "step": "plan_activity",
    "kind": "camp",
    "code": "C77",
    "title": "周末小营地",
    "place": "二楼",
    "starts_on": f"{DAY}",
    "start": "09:00",
    "end": "11:30",
    "repeat": "once",
    "capacity": "8",
    "ratio": "4",
    "age_from": "6",
    "age_until": "12",
}
CHILD = {
    "step": "register_participant",
    "code": "K077",
    "name": "白小鹿",
    "birth_date": "2018-03-04",
    "phone": "13600136077",
    "guardian": "白建国",
    "consented_on": f"{sample.FIRST_DAY}",
    "pick_ups.0.name": "白奶奶",
    "pick_ups.0.phone": "13600136078",
    "pick_ups.0.relation": "grandparent",
    "grounds": "low_income",
}


def test_a_camp_runs_from_the_desk_alone(sunny: Town, coordinator: Person) -> None:
    session, child = f"{HERE}-C77-{DAY:%Y%m%d}", f"{HERE}-K077"
    assert "周末小营地" in coordinator.sent(PLANNING, CAMP)
    plan = f"/desk/activities/all/{HERE}-C77"
    assert "筹备中" in html.unescape(coordinator.get(plan).text)
    assert "已公布" in coordinator.sent(plan, {"step": "announce_activity"})
    page = f"/desk/activities/{session}"
    shown = html.unescape(coordinator.get(page).text)
    fit = sunny.system.call("volunteers", "find_fit", session=session)
    codes = [each["id"][13:] for each in fit]
    assert f'<option value="{codes[0]}">' in shown
    unfit = [
        each["code"]
        for each in sample.pages(sunny.system, "volunteers", "find_volunteers", state="active")
        if each["minor"]
    ]
    assert unfit
    assert not set(unfit) & set(codes)
    refused = coordinator.post(f"{page}/step", {"step": "step_staff", "volunteer": unfit[0]})
    assert refused.status == 400
    assert "未成年人不能看护孩子" in html.unescape(refused.text)
    coordinator.sent(f"{page}/step", {"step": "step_staff", "volunteer": codes[0].lower()})
    shown = coordinator.sent(f"/desk/participants/of/{HERE}", CHILD)
    assert all(word in shown for word in ("白小鹿", "白奶奶", "低保家庭"))
    shown = coordinator.sent(f"{page}/enter", {"step": "enrol", "participants": "k077"})
    assert "白小鹿" in shown
    assert "待确认" in shown
    more = {"step": "add_pick_up", "name": "白姑姑", "phone": "13600136079", "relation": "relative"}
    assert "白姑姑" in coordinator.sent(f"/desk/participants/{child}", more)
    revoked = {"step": "revoke_pick_up", "pick_up": f"{child}-U2"}
    assert "白姑姑" not in coordinator.sent(f"/desk/participants/{child}", revoked)
    change = {"step": "step_change", "place": "三楼", "capacity": "10"}
    assert "三楼" in coordinator.sent(f"{page}/step", change)
    assert "已取消" in coordinator.sent(f"{page}/step", {"step": "step_cancel"})


def test_what_was_typed_is_kept_and_the_problem_stands_beside_the_field(
    coordinator: Person,
) -> None:
    answer = coordinator.post(PLANNING, {**CAMP, "code": "C78", "end": "08:00", "ratio": ""})
    shown = html.unescape(answer.text)
    assert answer.status == 400
    assert 'value="周末小营地"' in shown
    assert "先后颠倒，请对调" in shown
    assert shown.count('aria-invalid="true"') == 2  # the end, and how many one adult looks after
    assert '<details class="card fold" open>' in shown
    part = coordinator.post(PLANNING, {**CAMP, "code": "C78", "start": ""}, HX_Request="true")
    assert part.status == 400
    assert part.text.lstrip().startswith('<div id="list"')
    assert "请填写" in part.text
    again = {**CAMP, "title": "另一个"}
    coordinator.sent(PLANNING, {**CAMP, "code": "C79"})
    taken = coordinator.post(PLANNING, {**again, "code": "C79"})
    assert taken.status == 409
    assert "请换一个编号" in html.unescape(taken.text)


def test_a_talk_repeats_and_takes_up_what_was_asked_for(sunny: Town, coordinator: Person) -> None:
    talk = {**CAMP, "code": "T77", "kind": "circle", "title": "家长茶座", "ratio": ""}
    talk |= {"repeat": "weekly", "weekdays": "2", "ends_on": f"{DAY + timedelta(days=30)}"}
    coordinator.sent(PLANNING, talk)
    found = sunny.system.call("volunteers", "get_activity", activity=f"{HERE}-T77")
    assert found["rule"] == "FREQ=WEEKLY;BYDAY=TU"
    person = {"step": "register_participant", "code": "E077", "name": "丁家长"}
    coordinator.sent(f"/desk/participants/of/{HERE}", person)
    wish = {"step": "wish_topic", "title": "手机怎么管", "participant": "E077"}
    shown = coordinator.sent(f"/desk/topics/of/{HERE}", wish)
    assert "1 人想听" in shown
    (topic,) = sunny.system.call("volunteers", "list_topics", community=HERE)
    taken = {"step": "take_up_topic", "activity": f"{HERE}-T77"}
    assert "家长茶座" in coordinator.sent(f"/desk/topics/{topic['id']}", taken)
    days = sunny.system.call(
        "volunteers",
        "find_sessions",
        community=HERE,
        activity=f"{HERE}-T77",
        until=f"{DAY + timedelta(days=30)}",
        **{"from": f"{DAY}"},
    )["items"]
    path = f"/desk/activities/{days[0]['id']}/enter"
    coordinator.sent(path, {"step": "ask_question", "text": "几岁可以有手机？"})


def test_members_join_and_leave_an_association(sunny: Town, coordinator: Person) -> None:
    club = {"step": "register_partner", "code": "P77", "name": "剪纸协会", "kind": "association"}
    assert "剪纸协会" in coordinator.sent(f"/desk/associations/of/{HERE}", club)
    person = {"step": "register_participant", "code": "E078", "name": "葛大爷"}
    coordinator.sent(f"/desk/participants/of/{HERE}", person)
    path = f"/desk/associations/{HERE}-P77"
    join = {"step": "join_association", "participant": "e078", "role": "leader"}
    shown = coordinator.sent(f"{path}/join", join)
    assert "葛大爷 · 负责人" in shown
    left = {"step": "leave_association", "member": f"{HERE}-P77-E078"}
    assert "葛大爷 · 负责人" not in coordinator.sent(f"{path}/leave", left)


def test_a_teacher_asks_at_the_door_and_says_how_it_was(sunny: Town, coordinator: Person) -> None:
    place = f"/desk/services/of/{HERE}"
    offer = {"step": "service_offer", "code": "G77", "title": "医保转移", "working_days": "3"}
    offer |= {"papers": "身份证\n医保卡", "offered": "yes"}
    assert "教师申请：医保转移" in coordinator.sent(place, offer)
    ask = {"step": "service_request", "participant": "l077", "name": "何老师"}
    ask |= {"phone": "13500135077", "place": "教学楼 204", "missing": "医保卡"}
    asking = f"/desk/services/items/{HERE}-G77"
    assert coordinator.post(asking, {**ask, "participant": ""}).status == 400
    unnamed = coordinator.post(asking, {**ask, "name": ""})
    assert (unnamed.status, "没有这个编号" in html.unescape(unnamed.text)) == (404, True)
    assert "缺材料：医保卡" in coordinator.sent(asking, ask)
    path = f"/desk/services/{HERE}-G77-L077-1/step"
    coordinator.sent(path, {"step": "service_papers", "papers": "医保卡"})
    coordinator.sent(path, {"step": "service_assign", "staff": sample.COORDINATOR})
    late = coordinator.post(path, {"step": "service_schedule", "on": "2026-01-01", "at": "10:00"})
    assert "日期不合适" in html.unescape(late.text)
    coordinator.sent(path, {"step": "service_schedule", "on": f"{DAY}", "at": "10:00"})
    assert "待评价" in coordinator.sent(path, {"step": "service_finish"})
    assert "G77-L077-1" not in coordinator.sent(path, {"step": "service_rate", "rating": "4"})
    found = sunny.system.call("volunteers", "get_service_request", request=f"{HERE}-G77-L077-1")
    assert (found["state"], found["rating"]) == ("done", 4)
