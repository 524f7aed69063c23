"""Things at the desk: pledged, and seen through to the receipt by two people."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import click
import pytest

from desk.people import Person
from desk.town import ELSEWHERE, Town
from printed import sheets
from sunshine import projecting, sample
from sunshine.desk import set_password

THINGS = f"/desk/things/of/{sample.COMMUNITY}"


@pytest.fixture
def worker(sunny: Town, somebody: Callable[[], Person]) -> Person:
    set_password(sunny.system, sample.SOCIAL_WORKER, "a-social-workers-word")
    person = somebody()
    assert person.sign_in(sample.SOCIAL_WORKER, "a-social-workers-word").status == 303
    return person


def step(person: Person, gift: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    answer = person.post(f"/desk/things/{gift}/step", {"step": f"thing_{name}", **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_thing_goes_its_way_from_the_desk(
    sunny: Town, coordinator: Person, worker: Person
) -> None:
    pledge = {"kind": "bedding", "title": "羊毛毯", "quantity": "2", "partner": "", "use_by": ""}
    assert coordinator.post(f"{THINGS}/offer", pledge).status == 303
    assert "羊毛毯" in html.unescape(coordinator.get(THINGS).text)
    found = sunny.system.call("volunteers", "find_gifts", community=sample.COMMUNITY)
    gift = found["items"][0]["id"]
    step(coordinator, gift, "collect", volunteer="V001")
    step(coordinator, gift, "repair")
    best = sunny.system.call("volunteers", "suggest_gift_needs", gift=gift)["items"][0]["need"]
    step(coordinator, gift, "reserve", need=best)
    step(coordinator, gift, "deliver")
    own = coordinator.post(f"/desk/things/{gift}/step", {"step": "thing_receipt"})
    assert own.status == 403
    step(worker, gift, "receipt")
    custody = html.unescape(worker.get(f"/desk/things/{gift}").text)
    assert all(word in custody for word in ("已认捐", "已收取", "已检修", "已预留", "已签收"))
    assert "V001" in custody or "经手" in custody


def test_things_of_others_and_unknown_steps_are_refused(
    coordinator: Person, stranger: Person
) -> None:
    gift = f"{sample.COMMUNITY}-G001"
    assert coordinator.post(f"/desk/things/{gift}/step", {"step": "thing_steal"}).status == 400
    assert stranger.get(f"/desk/things/{gift}").status == 403
    assert stranger.post(f"/desk/things/{gift}/step", {"step": "thing_expire"}).status == 403
    assert stranger.post(f"{THINGS}/offer", {"kind": "food", "title": "x"}).status == 403


def act(person: Person, project: str, name: str, **facts: str) -> str:
    """Do something with a dossier, and see the page that follows."""
    answer = person.post(f"/desk/projects/{project}/act", {"step": f"project_{name}", **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_project_is_drafted_furnished_and_submitted_at_the_desk(coordinator: Person) -> None:
    facts = {
        "step": "project_draft",
        "title": "书香小巷",
        "summary": "每周读书会。",
        "route": "awarded",
        "partner": f"{sample.COMMUNITY}-P06",
        "starts_on": "2027-01-01",
        "ends_on": "2027-06-30",
    }
    made = coordinator.post(f"/desk/projects/of/{sample.COMMUNITY}/draft", facts)
    project = made.headers["Location"].rpartition("/")[2]
    assert "书香小巷" in html.unescape(coordinator.get("/desk/projects").text)
    goal = {"title": "读书会", "indicator": "attendance", "target": "200"}
    facts = {f"goals.0.{name}": value for name, value in goal.items()}
    shown = act(coordinator, project, "goals_form", **facts)
    assert "缺少项目申请书，请归档" in shown
    assert "/ 200" in shown
    lines = [("书", "cost"), ("会费", "own"), ("", "cost")]
    money = {"nature": "money", "planned": "500"}
    facts = {
        f"lines.{at}.{name}": value
        for at, (title, side) in enumerate(lines)
        for name, value in {**money, "title": title, "side": side}.items()
    }
    act(coordinator, project, "lines_form", **facts)
    wrong = {"step": "project_change", "title": "书香小巷", "ends_on": "2026-01-01"}
    refused = coordinator.post(f"/desk/projects/{project}/act", wrong)
    assert (refused.status, "先后颠倒" in html.unescape(refused.text)) == (400, True)
    for paper in ("application", "plan", "in_kind"):
        shown = act(coordinator, project, "paper", paper=paper, reference="柜二")
    assert "进入下一关" in shown
    assert "已申报" in act(coordinator, project, "move", to="submitted")
    refused = coordinator.post(
        f"/desk/projects/{project}/act", {"step": "project_move", "to": "approved"}
    )
    assert refused.status == 409


def test_a_running_project_shows_its_goals_and_is_exported(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    running = f"/desk/projects/{sample.COMMUNITY}-J001"
    shown = html.unescape(coordinator.get(running).text)
    assert "阳光陪伴" in shown
    goals = sunny.system.call("volunteers", "get_project", project=running.rpartition("/")[2])
    assert f"<b>{goals['goals'][0]['value']}</b><small> / 200</small>" in shown
    template = coordinator.get(f"{running}/template.json")
    assert '"format":"sunshine-project"' in template.text.replace(" ", "")
    for path in (running, f"{running}/template.json"):
        assert stranger.get(path).status == 403
    assert coordinator.post(f"{running}/act", {"step": "project_burn"}).status == 400


def test_a_report_opens_as_a_pdf(coordinator: Person, stranger: Person) -> None:
    report = f"/desk/projects/{sample.COMMUNITY}-J001/midterm.pdf"
    answer = coordinator.get(report)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert stranger.get(report).status == 403


def test_the_shared_ledger_shows_each_partner(coordinator: Person, stranger: Person) -> None:
    page = f"/desk/reciprocity/of/{sample.COMMUNITY}"
    shown = html.unescape(coordinator.get(page).text)
    assert all(word in shown for word in ("实验学校", "太极拳协会", "付出较多"))
    assert "2026-11" in shown
    assert stranger.get(page).status == 403


def test_the_accounts_of_a_period_open_as_a_spreadsheet(
    coordinator: Person, stranger: Person, tmp_path: Path
) -> None:
    page = f"/desk/reciprocity/of/{sample.COMMUNITY}/accounts.xlsx?from=2026-11-01&until=2026-12-31"
    file = tmp_path / "accounts.xlsx"
    file.write_bytes(coordinator.get(page).body)
    found = sheets(file)
    assert list(found) == ["探访", "时长", "共建账本", "项目经费"]
    assert "已完成" in {row[4] for row in found["探访"]}
    assert stranger.get(page).status == 403


def sunshine_project(town: Town, community: str, *words: str) -> None:
    """``sunshine --community … project …`` on this town."""
    parent = click.Context(click.Command("sunshine"))
    parent.meta["community"] = community
    with patch.object(projecting, "connect", lambda _place: nullcontext(town.system)):
        projecting.project.main(list(words), parent=parent, standalone_mode=False)


def test_a_project_is_copied_next_door_by_command_and_shows_where_it_came_from(
    sunny: Town, stranger: Person, tmp_path: Path
) -> None:
    file = tmp_path / "template.json"
    sunshine_project(sunny, sample.COMMUNITY, "export", "J001", "--to", str(file))
    template = json.loads(file.read_text(encoding="utf-8"))
    assert template["title"] == "阳光陪伴：一对一助老"
    partner = {"community": ELSEWHERE, "code": "P01", "name": "邻区小学", "kind": "school"}
    sunny.system.call("volunteers", "register_partner", **partner)
    facts = ("--partner", "P01", "--starts-on", "2027-01-01")
    sunshine_project(sunny, ELSEWHERE, "import", str(file), *facts)
    copy = f"{ELSEWHERE}-J001"
    shown = html.unescape(stranger.get(f"/desk/projects/{copy}").text)
    assert f"源自：阳光陪伴：一对一助老（{sample.COMMUNITY} · J001" in shown
    assert "有目标未填指标值，请补填" in shown
    draft = sunny.system.call("volunteers", "get_project", project=copy)
    goals = [goal | {"target": 50} for goal in draft["goals"]]
    for goal in goals:
        del goal["value"]
    amounts = zip(draft["lines"], (9, 6, 3, 5, 5), strict=True)
    lines = [line | {"planned": each} for line, each in amounts]
    change = {"project": copy, "goals": goals, "lines": lines}
    sunny.system.call("volunteers", "change_project", **change)
    for paper in ("application", "plan", "budget", "own_share"):
        act(stranger, copy, "paper", paper=paper, reference="柜一")
    assert "已申报" in act(stranger, copy, "move", to="submitted")
