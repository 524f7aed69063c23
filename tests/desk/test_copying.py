"""A project is copied next door with two browsers, and run there to its end."""

from __future__ import annotations

import html
from datetime import timedelta

from desk.people import STRANGERS_WORD, Person
from desk.town import ELSEWHERE, LATER, Town
from servicekit import clock
from sunshine import sample
from sunshine.desk import set_password

PROJECTS = f"/desk/projects/of/{ELSEWHERE}"
COPY = f"/desk/projects/{ELSEWHERE}-J001"
TESTS = ("free_mind", "effort", "copied", "lasting", "value")
AMOUNTS = (9, 6, 3, 5, 5)


def somebody_next_door(sunny: Town, code: str, role: str) -> Person:
    facts = {"community": ELSEWHERE, "code": code, "name": f"邻居{code}", "role": role}
    sunny.system.call("notifications", "register_staff", **facts)
    set_password(sunny.system, f"{ELSEWHERE}-{code}", STRANGERS_WORD)
    person = Person(sunny.address)
    assert person.sign_in(f"{ELSEWHERE}-{code}", STRANGERS_WORD).status == 303
    return person


def act(person: Person, name: str, **facts: str) -> str:
    return person.sent(f"{COPY}/act", {"step": f"project_{name}", **facts})


def file_papers(sunny: Town, person: Person) -> None:
    """What the next gate asks for."""
    found = sunny.system.call("volunteers", "get_project", project=f"{ELSEWHERE}-J001")
    wanted = next(gate["papers"] for gate in found["gates"] if gate["state"] == found["next"])
    for paper in wanted:
        act(person, "paper", paper=paper, reference="柜一")


def move(sunny: Town, person: Person, to: str) -> str:
    file_papers(sunny, person)
    return act(person, "move", to=to)


def test_a_project_is_copied_with_a_browser_and_runs_to_its_end(
    sunny: Town, coordinator: Person
) -> None:
    exported = coordinator.get(f"/desk/projects/{sample.COMMUNITY}-J001/template.json")
    administrator = somebody_next_door(sunny, "S08", "administrator")
    partner = {"step": "register_partner", "code": "P01", "name": "邻区小学", "kind": "school"}
    administrator.sent(f"/desk/associations/of/{ELSEWHERE}", partner)
    form = {"step": "project_import", "partner": f"{ELSEWHERE}-P01"}
    form |= {"starts_on": f"{LATER:%Y-%m-%d}"}
    wrong = administrator.upload(f"{PROJECTS}/draft", form, "template", b"{not a project")
    assert (wrong.status, "这不是导出的项目文件" in html.unescape(wrong.text)) == (400, True)
    made = administrator.upload(f"{PROJECTS}/draft", form, "template", exported.body)
    assert (made.status, made.headers["Location"]) == (303, COPY)
    shown = html.unescape(administrator.get(COPY).text)
    assert f"源自：阳光陪伴：一对一助老（{sample.COMMUNITY} · J001" in shown

    draft = sunny.system.call("volunteers", "get_project", project=f"{ELSEWHERE}-J001")
    goals = {
        f"goals.{at}.{name}": str(goal[name] or "")
        for at, goal in enumerate(draft["goals"])
        for name in ("title", "indicator", "aid_kind")
    }
    targets = {f"goals.{at}.target": "50" for at in range(len(draft["goals"]))}
    act(administrator, "goals_form", **goals, **targets)
    lines = {
        f"lines.{at}.{name}": str(line[name])
        for at, line in enumerate(draft["lines"])
        for name in ("title", "nature", "side")
    }
    planned = {f"lines.{at}.planned": str(amount) for at, amount in enumerate(AMOUNTS)}
    act(administrator, "lines_form", **lines, **planned)
    move(sunny, administrator, "submitted")
    move(sunny, administrator, "reviewing")
    points = {f"scores.{test}": "4" for test in TESTS}
    own = administrator.post(f"{COPY}/act", {"step": "project_score", **points})
    assert own.status == 403  # whoever drafted it does not review it
    for code in ("S02", "S03"):
        act(somebody_next_door(sunny, code, "coordinator"), "score", **points)
    assert "公示中" in move(sunny, administrator, "publicised")
    clock.travel(LATER + timedelta(days=1))
    administrator.sign_in(f"{ELSEWHERE}-S08", STRANGERS_WORD)
    for state in ("approved", "running", "midterm", "closing"):
        move(sunny, administrator, state)
    assert administrator.get(f"{COPY}/closing.pdf").headers.get_content_type().endswith("pdf")
    actual = {f"actuals.{at}": str(amount) for at, amount in enumerate(AMOUNTS)}
    act(administrator, "spend", **actual, **{"more.0.title": ""})
    assert "已结算" in move(sunny, administrator, "settled")
    clock.travel(LATER)
