"""A camp's day at the desk: a place confirmed, a child signed in, and given to whom it may go."""

from __future__ import annotations

import html

from desk.people import Person
from desk.town import SESSION, Town
from sunshine import sample

CHILD, SIBLING = f"{SESSION}-K001-1", f"{SESSION}-K002-1"


def step(person: Person, enrolment: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    path = f"/desk/activities/{SESSION}/{enrolment}"
    answer = person.post(path, {"step": name, **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_child_comes_and_goes_with_somebody_on_its_list(sunny: Town, coordinator: Person) -> None:
    shown = html.unescape(coordinator.get("/desk/activities").text)
    assert "寒假大本营" in shown
    assert "候补 2 人" in shown
    assert "冯小雨" not in shown
    shown = html.unescape(coordinator.get(f"/desk/activities/{SESSION}").text)
    assert "冯小雨" in shown
    assert "花生过敏" in shown
    assert "待确认" in shown
    early = coordinator.post(f"/desk/activities/{SESSION}/{CHILD}", {"step": "come"})
    assert early.status == 409
    assert "确认名额" not in step(coordinator, CHILD, "confirm")
    assert "韩雪梅" in step(coordinator, CHILD, "come")
    path = f"/desk/activities/{SESSION}/{CHILD}"
    somebody_else = {"step": "go", "pick_up": f"{sample.COMMUNITY}-K002-U1"}
    assert coordinator.post(path, somebody_else).status == 400
    gone = step(coordinator, CHILD, "go", pick_up=f"{sample.COMMUNITY}-K001-U1")
    assert "已接走" in gone


def test_what_is_not_there_or_not_a_persons_is_refused(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    path = f"/desk/activities/{SESSION}"
    assert stranger.get(path).status == 403
    assert stranger.post(f"{path}/{CHILD}", {"step": "go"}).status == 403
    assert coordinator.post(f"{path}/{CHILD}", {"step": "vanish"}).status == 400
    other = f"{sample.COMMUNITY}-C02-20261126-K001-1"
    assert coordinator.post(f"{path}/{other}", {"step": "come"}).status == 400
