"""A teacher's request at the desk: assigned, scheduled, done."""

from __future__ import annotations

import html

from desk.people import Person
from desk.town import Town
from sunshine import sample

REQUEST = f"{sample.COMMUNITY}-G01-L001-1"
LACKING = f"{sample.COMMUNITY}-G01-L002-1"


def step(person: Person, request: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    answer = person.post(f"/desk/services/{request}/step", {"step": name, **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_request_goes_its_way_from_the_desk(sunny: Town, coordinator: Person) -> None:
    shown = html.unescape(coordinator.get("/desk/services").text)
    assert "居住证办理" in shown
    assert "缺材料：房屋证明" in shown
    assert "孙老师" not in shown
    told = coordinator.post(f"/desk/services/{REQUEST}/read", {})
    assert "孙老师" in html.unescape(told.text)
    assert "已派单" in step(coordinator, REQUEST, "assign", staff=sample.COORDINATOR)
    assert "14:00 上门" in step(coordinator, REQUEST, "schedule", on="2026-11-27", at="14:00")
    assert "G01-L001-1" not in step(coordinator, REQUEST, "finish")
    assert "缺材料" not in step(coordinator, LACKING, "papers", papers="房屋证明")
    assert "G01-L002-1" not in step(coordinator, LACKING, "withdraw")


def test_requests_elsewhere_and_steps_unknown_are_refused(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    path = f"/desk/services/{REQUEST}"
    assert stranger.post(f"{path}/read", {}).status == 403
    assert stranger.post(f"{path}/step", {"step": "finish"}).status == 403
    assert coordinator.post(f"{path}/step", {"step": "vanish"}).status == 400
