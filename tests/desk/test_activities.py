"""The three services in return at the desk: a camp's day, a talk, a teacher's request."""

from __future__ import annotations

import html

from desk.people import Person
from desk.town import SESSION, Town
from sunshine import sample

CHILD = f"{SESSION}-K001-1"
REQUEST = f"{sample.COMMUNITY}-G01-L001-1"
LACKING = f"{sample.COMMUNITY}-G01-L002-1"


def step(person: Person, enrolment: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    path = f"/desk/activities/{SESSION}/{enrolment}"
    answer = person.post(path, {"step": f"step_{name}", **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_child_comes_and_goes_with_somebody_on_its_list(sunny: Town, coordinator: Person) -> None:
    shown = html.unescape(coordinator.get("/desk/activities").text)
    assert "寒假大本营" in shown
    assert "冯小雨" not in shown
    shown = html.unescape(coordinator.get(f"/desk/activities/{SESSION}").text)
    assert "冯小雨" in shown
    assert "花生过敏" in shown
    assert "待确认" in shown
    early = coordinator.post(f"/desk/activities/{SESSION}/{CHILD}", {"step": "step_come"})
    assert early.status == 409
    step(coordinator, CHILD, "confirm")
    taken = sunny.system.call("volunteers", "find_enrolments", session=SESSION, state="confirmed")
    assert CHILD in {each["id"] for each in taken["items"]}
    assert "韩雪梅" in step(coordinator, CHILD, "come")
    path = f"/desk/activities/{SESSION}/{CHILD}"
    somebody_else = {"step": "step_go", "pick_up": f"{sample.COMMUNITY}-K002-U1"}
    assert coordinator.post(path, somebody_else).status == 400
    gone = step(coordinator, CHILD, "go", pick_up=f"{sample.COMMUNITY}-K001-U1")
    assert "已接走" in gone


def test_another_adult_brings_the_siblings_a_place(sunny: Town, coordinator: Person) -> None:
    row = sunny.system.call("volunteers", "get_session", session=SESSION)
    found = sample.pages(sunny.system, "volunteers", "find_volunteers", state="active")
    other = next(
        each["code"]
        for each in found
        if each["id"] not in row["staff"]
        and not each["minor"]
        and any(held["kind"] == "background_check" for held in each["clearances"])
    )
    assert "候补 2 人" in html.unescape(coordinator.get("/desk/activities").text)
    path = f"/desk/activities/{SESSION}/step"
    added = coordinator.post(path, {"step": "step_staff", "volunteer": other.lower()})
    assert added.status == 303, added.text
    shown = html.unescape(coordinator.get(added.headers["Location"]).text)
    assert "成年志愿者 2/2" in shown
    assert shown.count("待确认") >= 2
    gone = coordinator.post(path, {"step": "step_unstaff", "volunteer": row["staff"][0]})
    assert gone.status == 409  # children rely on them
    assert coordinator.post(path, {"step": "vanish"}).status == 400


def test_questions_are_read_and_materials_added(sunny: Town, coordinator: Person) -> None:
    talk = f"{sample.COMMUNITY}-T01-20261126"
    facts = {"code": "T01", "kind": "talk", "title": "青春期怎么聊", "place": "一楼"}
    when = {"starts_on": "2026-11-26", "start": "18:30", "end": "20:00", "capacity": 20}
    sunny.system.call("volunteers", "plan_activity", community=sample.COMMUNITY, **facts, **when)
    sunny.system.call("volunteers", "ask_question", session=talk, text="孩子不愿说话？")
    path = f"/desk/activities/{talk}"
    assert "孩子不愿说话" not in coordinator.get(path).text
    assert "孩子不愿说话" in html.unescape(coordinator.post(f"{path}/questions", {}).text)
    paper = {"step": "step_material", "title": "讲义", "address": "https://example.org/a.pdf"}
    assert coordinator.post(f"{path}/step", paper).status == 303
    assert "讲义" in html.unescape(coordinator.get(path).text)


def test_what_is_not_there_or_not_a_persons_is_refused(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    path = f"/desk/activities/{SESSION}"
    assert stranger.get(path).status == 403
    assert stranger.post(f"{path}/{CHILD}", {"step": "step_go"}).status == 403
    assert coordinator.post(f"{path}/{CHILD}", {"step": "vanish"}).status == 400
    other = f"{sample.COMMUNITY}-C02-20261126-K001-1"
    assert coordinator.post(f"{path}/{other}", {"step": "step_come"}).status == 400


def request_step(person: Person, request: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    answer = person.post(f"/desk/services/{request}/step", {"step": f"service_{name}", **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_request_goes_its_way_from_the_desk(sunny: Town, coordinator: Person) -> None:
    shown = html.unescape(coordinator.get("/desk/services").text)
    assert "居住证办理" in shown
    assert "缺材料：房屋证明" in shown
    assert "孙老师" not in shown
    told = coordinator.post(f"/desk/services/{REQUEST}/read", {})
    assert "孙老师" in html.unescape(told.text)
    assert "已派单" in request_step(coordinator, REQUEST, "assign", staff=sample.COORDINATOR)
    assert "14:00 上门" in request_step(
        coordinator, REQUEST, "schedule", on="2026-11-27", at="14:00"
    )
    assert "已办结，待评价" in request_step(coordinator, REQUEST, "finish")
    assert "缺材料" not in request_step(coordinator, LACKING, "papers", papers="房屋证明")
    assert "G01-L002-1" not in request_step(coordinator, LACKING, "withdraw")


def test_requests_elsewhere_and_steps_unknown_are_refused(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    path = f"/desk/services/{REQUEST}"
    assert stranger.post(f"{path}/read", {}).status == 403
    assert stranger.post(f"{path}/step", {"step": "finish"}).status == 403
    assert coordinator.post(f"{path}/step", {"step": "vanish"}).status == 400
