"""What the sample community learns and is thanked for; and the line in which the demo tells it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rich.console import Console

from sunshine.sample import COMMUNITY, COORDINATOR, pages
from sunshine.system import Remote

DIRECTOR = f"{COMMUNITY}-S09"
LEARNERS = tuple(f"{COMMUNITY}-V{number:03}" for number in range(1, 9))
FIRST_AID = {"code": "FA", "title": "家庭急救", "grants": "first_aid"}
PROTECTION = {"code": "CP", "title": "儿童保护", "grants": "child_protection"}
HONOURS: tuple[dict[str, Any], ...] = (
    {"code": "2025-1", "of": "community", "level": "district", "year": 2025}
    | {"title": "区级志愿服务示范社区", "evidence": "奖牌，会议室"},
    {"code": "2025-2", "of": "partner", "holder": f"{COMMUNITY}-P02", "level": "city"}
    | {"year": 2025, "title": "市级优秀共建单位", "evidence": "证书，学校档案室"},
    {"code": "2026-1", "of": "volunteer", "holder": LEARNERS[0], "level": "street"}
    | {"year": 2026, "title": "街道最美志愿者", "evidence": "证书复印件，志愿者档案"},
)


def recognise(system: Remote, day: date) -> None:
    """A course in two sessions, hours beside visits, three honours, certificates."""
    train(system, day, FIRST_AID)
    _claim(system, day)
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    for honour in HONOURS:
        coordinator.call("volunteers", "record_honour", community=COMMUNITY, **honour)
    period = {"from": f"{day.year}-01-01", "until": day.isoformat()}
    coordinator.call("volunteers", "issue_certificate", volunteer=LEARNERS[0], **period)


def train(system: Remote, day: date, course: dict[str, Any]) -> None:
    """A course in two sessions; two learners miss the second one."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    facts = {"community": COMMUNITY, "sessions": 2, "valid_months": 24, **course}
    offered = coordinator.call("volunteers", "offer_course", **facts)
    for days, there in ((8, LEARNERS), (1, LEARNERS[:6])):
        on = (day - timedelta(days=days)).isoformat()
        plan = {"course": offered["id"], "on": on, "place": "社区活动室"}
        training = coordinator.call("volunteers", "plan_training", **plan)["id"]
        coordinator.call("volunteers", "record_training", training=training, attended=list(there))


def _claim(system: Remote, day: date) -> None:
    """The coordinator claims, the director approves; the last claim is left to approve."""
    for volunteer in LEARNERS[:3]:
        approved = volunteer != LEARNERS[2]
        claim_hours(system, volunteer, day, 180, "冬至包饺子，送到各家", approved=approved)


def claim_hours(
    system: Remote, volunteer: str, day: date, minutes: int, note: str, *, approved: bool = True
) -> None:
    """Hours beside visits."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    director = system.acting(DIRECTOR, "director", COMMUNITY)
    facts: dict[str, Any] = {"aid_kind": "elderly", "evidence": "sign_in", "start": "08:30"}
    facts |= {"volunteer": volunteer, "on": day.isoformat(), "minutes": minutes, "note": note}
    top_up = coordinator.call("volunteers", "top_up_hours", **facts)["id"]
    if approved:
        director.call("volunteers", "decide_top_up", top_up=top_up, approved=True)


def recognition(console: Console, system: Remote) -> None:
    """One line: hours in doubt and to approve, stars, certificates, training, honours."""
    kinds = ("completions", "certificates", "stars", "honours", "top_ups", "flags")
    found = [len(list(pages(system, "volunteers", f"find_{kind}"))) for kind in kinds]
    words = ("trained", "certified", "stars", "honours", "claims to approve", "hours to look into")
    text = " · ".join(f"{count} {word}" for count, word in zip(found, words, strict=True))
    console.print(f"[bold]表彰 recognition[/]  {text}\n", highlight=False)
