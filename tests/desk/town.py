"""The sample community with its desk, for tests in this process and for browsers in others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import eventlet

from servicekit import clock
from servicekit.hosting import Host
from servicekit.testing import KEY
from stories import part_of_the_sample
from sunshine import control, giving, sample
from sunshine.desk import sample_password
from sunshine.place import Place
from sunshine.system import Remote, hosted, settle

ELSEWHERE = "210103008002"
WORRY = "接到可疑的投资电话，已转出两笔钱。"
HOUSEHOLDS = 24
ACCEPTED = 15
LIVED_DAYS = 3
OVERRIDES = {
    "FIELD_KEY": KEY,
    "DESK_URL": "http://127.0.0.1/desk/",
    "FEEDBACK_PERCENT": "30",  # so that a small town in a few days has some
    "PROJECT_NOTICE_DAYS": "0",  # nor has it five workdays
}
LATER = sample.at(sample.FIRST_DAY + timedelta(days=LIVED_DAYS), 10)
"""When the tests begin."""
SESSION = f"{sample.COMMUNITY}-C01-{LATER:%Y%m%d}"
"""The camp of that day, an hour later."""


class Town:
    """The sample after some days: many pairings run, the others wait for a word."""

    def __init__(self, system: Remote, host: Host, place: Place, word: str) -> None:
        self.system, self.host, self.word = system, host, word
        self.socket, self.broker = place.socket, place.broker
        self.address = f"http://127.0.0.1:{host.extension('notifications', 'web').port}"

    def open_pairings(self) -> list[dict[str, Any]]:
        return list(sample.pages(self.system, "volunteers", "find_pairings", state="proposed"))


def grown(folder: Path) -> Path:
    """A part of the sample after some days, with nobody at work; ``town`` opens copies of it."""
    examples = part_of_the_sample(folder, HOUSEHOLDS)
    place = _place(folder / "grown")
    with sample.moved_clock(), hosted(place) as (system, _):
        with patch.object(sample, "find_examples", lambda: examples):
            sample.prepare(system, place.broker, lambda *_: None)
        _stranger(system)
        _live(system)
        sample_password(system, place.data)
    return place.data


@contextmanager
def town(model: Path, folder: Path) -> Iterator[Town]:
    """A copy of a grown town, hosted in this process, on its own clock."""
    place = _place(folder / f"{folder.name}-town")
    shutil.copytree(model, place.data, ignore=shutil.ignore_patterns("*.socket"))
    with sample.moved_clock():
        clock.travel(LATER)
        with hosted(place) as (system, host):
            serving = eventlet.spawn(control.serve, place.socket, system)
            try:
                yield Town(system, host, place, sample_password(system, place.data))
            finally:
                serving.kill()


def _place(folder: Path) -> Place:
    return Place(folder, overrides=OVERRIDES)


def _stranger(system: Remote) -> None:
    """A coordinator next door, who shall see nothing of all this."""
    facts = {"community": ELSEWHERE, "code": "S01", "name": "邻居", "role": "coordinator"}
    system.call("notifications", "register_staff", **facts)


def _live(system: Remote) -> None:
    sample.accept_all(system, sample.match(system)[:ACCEPTED], lambda *_: None)
    giving.plan_projects(system, sample.FIRST_DAY)
    for number in range(1, LIVED_DAYS):
        day = sample.FIRST_DAY + timedelta(days=number)
        clock.travel(sample.at(day, 20))
        sample.live_day(system, day, number)
    clock.travel(LATER)
    _worry(system)
    _camp(system)
    giving.give_things(system)
    giving.run_projects(system)
    _teachers(system)
    _claim(system)
    settle(system)


def _claim(system: Remote) -> None:
    """The coordinator claims two hours for the same morning, twice."""
    day = sample.FIRST_DAY.isoformat()
    claim: dict[str, Any] = {"volunteer": f"{sample.COMMUNITY}-V001", "aid_kind": "elderly"}
    claim |= {"on": day, "minutes": 120, "evidence": "sign_in", "note": "义诊维持秩序"}
    coordinator = system.acting(sample.COORDINATOR, "coordinator", sample.COMMUNITY)
    for start in ("09:00", "10:00"):
        coordinator.call("volunteers", "top_up_hours", **claim, start=start)
    span = {"community": sample.COMMUNITY, "from": day, "until": day}
    system.call("volunteers", "flag_hours", **span)
    course = {"community": sample.COMMUNITY, "code": "CP", "title": "儿童保护培训"}
    offered = system.call("volunteers", "offer_course", **course, valid_months=12)
    planned = {"course": offered["id"], "on": day, "place": "社区活动室"}
    system.call("volunteers", "plan_training", **planned)


def _worry(system: Remote) -> None:
    """Two concerns, one of which waits for the household's consent."""
    for number, kind, urgency in ((4, "money", "soon"), (7, "violence", "urgent")):
        facts = {"household": f"{sample.COMMUNITY}-H{number:03}", "kind": kind, "urgency": urgency}
        raised = system.call("households", "raise_concern", **facts, note=WORRY)
    asked = {"concern": raised["id"], "profession": "social_work"}
    system.call("households", "request_referral", **asked)


def _camp(system: Remote) -> None:
    """A camp on the day of the tests: one child has a place, siblings wait for an adult more."""
    facts = {
        "community": sample.COMMUNITY,
        "code": "C01",
        "kind": "camp",
        "title": "寒假大本营",
        "starts_on": f"{LATER:%Y-%m-%d}",
        "start": "11:00",
        "end": "16:00",
        "place": "社区二楼活动室",
        "capacity": 12,
        "ratio": 2,
    }
    system.call("volunteers", "plan_activity", **facts)
    for number, name in enumerate(("冯小雨", "罗一鸣", "罗一诺"), 1):
        _child(system, f"K{number:03}", name)
    clock.travel(LATER - timedelta(hours=5))
    system.call("volunteers", "announce_activity", activity=SESSION[:-9])
    cleared = next(
        each["id"]
        for each in sample.pages(system, "volunteers", "find_volunteers", state="active")
        if not each["minor"] and any(c["kind"] == "background_check" for c in each["clearances"])
    )
    system.call("volunteers", "staff_session", session=SESSION, volunteer=cleared)
    for children in ([1], [2, 3]):
        ids = [f"{sample.COMMUNITY}-K{number:03}" for number in children]
        wished = {"session": SESSION, "participants": ids, "together": True}
        system.call("volunteers", "enrol", **wished)
    clock.travel(LATER)


def _child(system: Remote, code: str, name: str) -> None:
    facts = {
        "community": sample.COMMUNITY,
        "code": code,
        "name": name,
        "birth_date": "2017-05-05",
        "phone": "13600136000",
        "guardian": "监护人",
        "consented_on": f"{sample.FIRST_DAY:%Y-%m-%d}",
        "health": "花生过敏",
        "pick_ups": [{"name": "韩雪梅", "phone": "13700137000", "relation": "grandparent"}],
    }
    system.call("volunteers", "register_participant", **facts)


def _teachers(system: Remote) -> None:
    """Two teachers ask for something; one has still to find a paper."""
    papers = ["身份证", "房屋证明"]
    facts = {"code": "G01", "title": "居住证办理", "papers": papers, "working_days": 5}
    system.call("volunteers", "offer_service", community=sample.COMMUNITY, **facts)
    for number, missing in enumerate(([], ["房屋证明"]), 1):
        person = {"code": f"L{number:03}", "name": "孙老师", "phone": "13500135000"}
        system.call("volunteers", "register_participant", community=sample.COMMUNITY, **person)
        asked = {"participant": f"{sample.COMMUNITY}-L{number:03}", "place": "实验学校 301 室"}
        item = f"{sample.COMMUNITY}-G01"
        system.call("volunteers", "request_service", item=item, missing=missing, **asked)
