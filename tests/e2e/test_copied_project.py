"""A project of one community, exported as a file, runs in another to its settlement."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest

from printed import problems, words
from servicekit import clock
from servicekit.testing import KEY
from stories import Story, told
from sunshine import projecting, sample
from sunshine.place import Place
from sunshine.sample import COMMUNITY, at
from sunshine.system import settle
from unit.households.givens import a_need, another_household

ELSEWHERE = "210103008002"
BEGIN = sample.FIRST_DAY + timedelta(days=30)
ROLES = {"coordinator": "S01", "social_worker": "S05", "director": "S09"}
MERITS = ("free_mind", "effort", "copied", "lasting", "value")
MONEY = (("工具", "cost"), ("自筹", "own"))


class Town:
    """What the staff of a community ask the system for."""

    def __init__(self, story: Story, community: str) -> None:
        self.story, self.community = story, community

    def ask(self, method: str, role: str = "coordinator", /, **facts: Any) -> Any:
        staff = self.story.system.acting(f"{self.community}-{ROLES[role]}", role, self.community)
        service = "households" if "household" in method or "need" in method else "volunteers"
        return staff.call(service, method, **facts)

    def command(self, *words: str) -> None:
        """``sunshine --community … project …``"""
        parent = click.Context(click.Command("sunshine"))
        parent.meta["community"] = self.community
        with patch.object(projecting, "connect", lambda _: nullcontext(self.story.system)):
            projecting.project.main(list(words), parent=parent, standalone_mode=False)

    def found(self, name: str, kind: str) -> str:
        facts = {"code": "P01", "name": name, "kind": kind}
        partner: str = self.ask("register_partner", community=self.community, **facts)["id"]
        return partner

    def lead(self, project: str, *states: str) -> None:
        for state in states:
            self.ask("move_project", "director", project=project, to=state)

    def begin(self, project: str) -> None:
        """From the draft to running, every gate as the route asks for it."""
        dossier = self.ask("get_project", project=project)
        for gate in dossier["gates"]:
            for paper in gate["papers"]:
                named = {"paper": paper, "reference": "柜一"}
                self.ask("file_paper", project=project, **named)
        clock.travel(at(BEGIN - timedelta(days=20), 9))
        self.lead(project, "submitted", "reviewing")
        for role in ("social_worker", "director"):
            scores = dict.fromkeys(MERITS, 4)
            self.ask("review_project", role, project=project, scores=scores)
        self.lead(project, "publicised")
        clock.travel(at(BEGIN, 9))
        self.lead(project, "approved", "running")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("copied")
    with told(Place(folder, overrides={"FIELD_KEY": KEY})) as opened:
        yield opened


@pytest.fixture(scope="module")
def settled(story: Story, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The copy, at the end of its life."""
    here, there = Town(story, COMMUNITY), Town(story, ELSEWHERE)
    file = str(tmp_path_factory.mktemp("files") / "project.json")
    here.begin(drafted(here))
    here.command("export", "J001", "--to", file)
    assert "30" not in json.loads(Path(file).read_text(encoding="utf-8"))["summary"]
    there.found("邻区小学", "school")
    there.command("import", file, "--partner", "P01", "--starts-on", BEGIN.isoformat())
    copy = f"{ELSEWHERE}-J001"
    fill_in(there, copy)
    there.begin(copy)
    give(there)
    finish(there, copy)
    shown: dict[str, Any] = there.ask("get_project", project=copy)
    return shown


def drafted(town: Town) -> str:
    """旧物新生: things are given, without any money of the government."""
    money = [
        {"title": title, "nature": "money", "side": side, "planned": 800} for title, side in MONEY
    ]
    goal = {"title": "签收物资", "indicator": "gifts", "target": 30}
    facts = {
        "title": "旧物新生",
        "summary": "收集、检修、转赠30件闲置物品。",
        "route": "awarded",
        "partner": town.found("实验学校", "school"),
        "starts_on": BEGIN.isoformat(),
        "ends_on": (BEGIN + timedelta(days=60)).isoformat(),
    }
    plan = {"community": town.community, "goals": [goal], "lines": money}
    project: str = town.ask("draft_project", **facts, **plan)["id"]
    return project


def fill_in(town: Town, copy: str) -> None:
    """Its own figures, in the places that the file left empty."""
    draft = town.ask("get_project", project=copy)
    goals = [{**goal, "target": 4} for goal in draft["goals"]]
    for goal in goals:
        del goal["value"]
    lines = [{**line, "planned": 500} for line in draft["lines"]]
    town.ask("change_project", project=copy, goals=goals, lines=lines)


def give(town: Town) -> None:
    """A household asks for things, and confirms four."""
    family = another_household(1, community=town.community)
    household = town.ask("register_household", **family)["id"]
    day = clock.now().date()
    dates = {"certified_on": day.isoformat(), "valid_until": date(2028, 1, 1).isoformat()}
    town.ask("verify_household", household=household, **dates)
    asks = {"aid_kind": "hardship", "service": "supplies", "skills": [], "frequency": "once"}
    need = town.ask("raise_need", **a_need(household=household, **asks))["id"]
    settle(town.story.system)
    things = {"kind": "food", "title": "大米", "quantity": 4}
    gift = town.ask("offer_gift", community=town.community, **things)["id"]
    for act in ("collect", "repair", "reserve", "deliver"):
        to = {"need": need} if act == "reserve" else {}
        town.ask(f"{act}_gift", gift=gift, **to)
    town.ask("receipt_gift", "social_worker", gift=gift)
    settle(town.story.system)
    wanted = {"community": town.community, "status": "met"}
    assert [each["id"] for each in town.ask("find_needs", **wanted)["items"]] == [need]


def finish(town: Town, copy: str) -> None:
    clock.travel(at(BEGIN + timedelta(days=30), 9))
    town.lead(copy, "midterm")
    clock.travel(at(BEGIN + timedelta(days=61), 9))
    town.ask("record_spending", project=copy, actuals=[500, 500])
    town.lead(copy, "closing", "settled")


def test_the_copy_is_settled_and_every_gate_of_it_was_passed(settled: dict[str, Any]) -> None:
    assert settled["state"] == "settled"
    way = ["draft", *(gate["state"] for gate in settled["gates"])]
    assert [step["state"] for step in settled["steps"]] == way
    assert settled["community"] == ELSEWHERE


def test_the_copy_counts_what_was_done_in_its_own_place(settled: dict[str, Any]) -> None:
    (goal,) = settled["goals"]
    assert (goal["indicator"], goal["target"], goal["value"]) == ("gifts", 4, 4)


def test_the_copy_shows_where_it_came_from_to_the_last_page(
    story: Story, settled: dict[str, Any], tmp_path: Path
) -> None:
    (origin,) = settled["origins"]
    assert (origin["community"], origin["project"]) == (COMMUNITY, f"{COMMUNITY}-J001")
    there = Town(story, ELSEWHERE)
    printed = there.ask("print_report", project=settled["id"], report="closing")["pdf"]
    pdf = tmp_path / "closing.pdf"
    pdf.write_bytes(b64decode(printed))
    assert problems(pdf) == []
    assert f"复制自旧物新生（{COMMUNITY}）" in words(pdf)
    again = there.ask("export_project", project=settled["id"])
    assert [each["community"] for each in again["origins"]] == [COMMUNITY, ELSEWHERE]


def test_each_place_moves_only_its_own(story: Story, settled: dict[str, Any]) -> None:
    first = Town(story, COMMUNITY).ask("get_project", project=f"{COMMUNITY}-J001")
    assert first["state"] == "running"
    assert [goal["value"] for goal in first["goals"]] == [0]
