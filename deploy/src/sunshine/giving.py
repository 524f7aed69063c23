"""What the sample community gives and plans: donated things, and a project on each route."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sunshine.sample import COMMUNITY, COORDINATOR, SOCIAL_WORKER
from sunshine.system import Remote

GIFTS: tuple[tuple[str, str, int, str, str], ...] = (
    ("food", "大米五公斤装", 6, "P01", "receipt"),
    ("bedding", "冬被", 4, "P07", "receipt"),
    ("appliance", "电饭煲", 1, "P02", "deliver"),
    ("stationery", "文具套装", 20, "P02", "reserve"),
    ("books", "课外读物", 30, "P02", "repair"),
    ("electronics", "旧平板电脑", 3, "P02", "collect"),
    ("clothes", "儿童羽绒服", 8, "P07", ""),
    ("furniture", "书桌", 2, "", ""),
    ("medical_aid", "助行器", 2, "P01", "expire"),
)
"""Kind, title, how many, from which partner, and the last step that it takes."""
WAY = ("collect", "repair", "reserve", "deliver", "receipt")


def give_things(system: Remote) -> None:
    """Things are pledged, and go as far as they go, to whom they suit best."""
    for kind, title, quantity, partner, last in GIFTS:
        gift = pledge(system, kind, title, quantity, partner)
        if last == "expire":
            go(system, gift, ("expire",))
        elif last:
            go(system, gift, WAY[: WAY.index(last) + 1])


def pledge(system: Remote, kind: str, title: str, quantity: int, partner: str) -> str:
    """Somebody offers a thing; its id."""
    facts: dict[str, Any] = {"kind": kind, "title": title, "quantity": quantity}
    if partner:
        facts["partner"] = f"{COMMUNITY}-{partner}"
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    return str(coordinator.call("volunteers", "offer_gift", community=COMMUNITY, **facts)["id"])


def give_away(system: Remote, number: int) -> None:
    """A thing goes all its way to whom it suits; what suits nobody is let go."""
    kind, title, quantity, partner, _ = GIFTS[number % len(GIFTS)]
    gift = pledge(system, kind, title, quantity, partner)
    suits = system.call("volunteers", "suggest_gift_needs", gift=gift)["items"]
    go(system, gift, WAY if suits else ("expire",))


def go(system: Remote, gift: str, steps: tuple[str, ...]) -> None:
    """A thing takes these steps, to whom it suits best."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    colleague = system.acting(SOCIAL_WORKER, "social_worker", COMMUNITY)
    for step in steps:
        facts = {"gift": gift}
        if step == "reserve":
            ranked = coordinator.call("volunteers", "suggest_gift_needs", gift=gift)["items"]
            facts["need"] = ranked[0]["need"]
        by = colleague if step == "receipt" else coordinator  # not who says that it was delivered
        by.call("volunteers", f"{step}_gift", **facts)


DIRECTOR = f"{COMMUNITY}-S09"
PAPERS = (
    *("application", "plan", "budget", "qualification", "own_share", "in_kind", "notice"),
    *("contract", "agreement"),
)
LATER_PAPERS = {
    "midterm": ("midterm_report",),
    "closing": ("closing_report",),
    "settled": ("accounts", "audit", "award_application"),
}
"""What is written when a project has got so far."""
ELDERLY, SCHOOLING = {"aid_kind": "elderly"}, {"aid_kind": "schooling"}
PROJECTS: tuple[dict[str, Any], ...] = (
    {
        "title": "阳光陪伴：一对一助老",
        "summary": "学校教师与社区居民每周上门陪伴低保老人，谈心、代购、陪诊。",
        "route": "subsidised",
        "partner": "P02",
        "goals": (("上门陪伴", "visits", 200, ELDERLY), ("核实服务时长", "hours", 150, ELDERLY)),
        "money": (
            ("材料与交通", "cost", 9000),
            ("区级补贴", "government", 6000),
            ("自筹", "own", 3000),
        ),
        "until": "publicised",
    },
    {
        "title": "小课桌：一对一助学",
        "summary": "志愿者为低保家庭的孩子辅导功课。",
        "route": "purchased",
        "partner": "P01",
        "goals": (
            ("辅导次数", "visits", 120, SCHOOLING),
            ("受益家庭", "households", 20, SCHOOLING),
        ),
        "money": (("教具", "cost", 12000), ("购买服务款", "government", 12000)),
        "until": "publicised",
    },
    {
        "title": "旧物新生：闲置物资再利用",
        "summary": "收集、检修、转赠闲置物品。",
        "route": "awarded",
        "partner": "P07",
        "goals": (("签收物资", "gifts", 30, {}), ("参与志愿者", "volunteers", 40, {})),
        "money": (("工具", "cost", 800), ("自筹", "own", 800)),
        "until": "",
    },
)
IN_KIND = (("场地与人力", "cost", 5000), ("单位提供场地", "partner", 5000))
GATES = ("submitted", "reviewing", "publicised")
MERITS = ("free_mind", "effort", "copied", "lasting", "value")


def plan_projects(system: Remote, begun: date) -> None:
    """A project on each route, beginning on ``begun``: a draft, and two on public notice."""
    for facts in PROJECTS:
        project = plan_project(system, facts, begun)
        if facts["until"]:
            lead(system, project, *GATES[: GATES.index(facts["until"]) + 1])


def plan_project(system: Remote, facts: dict[str, Any], begun: date) -> str:
    """Draft one of them; its id."""
    staff = staff_of(system)
    goals = [
        {"title": title, "indicator": indicator, "target": target, **of}
        for title, indicator, target, of in facts["goals"]
    ]
    lines = [
        {"title": title, "nature": nature, "side": side, "planned": planned}
        for nature, given in (("money", facts["money"]), ("in_kind", IN_KIND))
        for title, side, planned in given
    ]
    given = {name: facts[name] for name in ("title", "summary", "route")}
    period = {"starts_on": begun.isoformat(), "ends_on": (begun + timedelta(days=180)).isoformat()}
    made = staff["coordinator"].call(
        "volunteers",
        "draft_project",
        community=COMMUNITY,
        partner=f"{COMMUNITY}-{facts['partner']}",
        goals=goals,
        lines=lines,
        **given,
        **period,
    )
    return str(made["id"])


def staff_of(system: Remote) -> dict[str, Remote]:
    """Those who lead projects, by role."""
    who = {"coordinator": COORDINATOR, "social_worker": SOCIAL_WORKER, "director": DIRECTOR}
    return {role: system.acting(key, role, COMMUNITY) for role, key in who.items()}


def lead(system: Remote, project: str, *gates: str) -> None:
    """File what these gates may ask for, and pass them.

    Two look at it before it is publicised; what was planned has been spent before it is settled.
    """
    staff = staff_of(system)
    for gate in gates:
        for paper in PAPERS if gate == "submitted" else LATER_PAPERS.get(gate, ()):
            filed = {"project": project, "paper": paper, "reference": "永环〔2026〕12号"}
            staff["coordinator"].call("volunteers", "file_paper", **filed)
        if gate == "publicised":
            for role in ("social_worker", "director"):
                scored = {"project": project, "scores": dict.fromkeys(MERITS, 4)}
                staff[role].call("volunteers", "review_project", **scored)
        if gate == "settled":
            lines = system.call("volunteers", "get_project", project=project)["lines"]
            spent = [line["planned"] for line in lines]
            staff["director"].call("volunteers", "record_spending", project=project, actuals=spent)
        staff["director"].call("volunteers", "move_project", project=project, to=gate)


def run_projects(system: Remote) -> None:
    """What was on public notice for long enough is approved, and begins."""
    director = staff_of(system)["director"]
    for state in ("approved", "running"):
        director.call("volunteers", "move_project", project=f"{COMMUNITY}-J001", to=state)
