"""The community's year in one screen: zh-CN with English, 100 columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from sunshine.reciprocating import PARTIES
from sunshine.reports import AID, LEGEND, MARK, both, short
from sunshine.sample import pages
from sunshine.system import System

ROLES = {
    "coordinator": "协调员 coordinators",
    "social_worker": "社工 social workers",
    "school_liaison": "学校联络员 school",
    "administrator": "管理员 administrator",
    "director": "主任 director",
}
COLUMNS = {
    "visits": "上门\nvisits",
    "missed": "未见\nmissed",
    "hours": "小时\nhours",
    "camp": "营位\ncamp",
    "club": "家长\nclub",
    "meetings": "协会\nmeetings",
    "teachers": "教师\nteachers",
    "things": "物资\nthings",
    "pairings": "新结对\npaired",
    "notices": "通知\nnotices",
    "taken on": "已确认\ntaken on",
}
STATES = {
    "draft": "草拟",
    "publicised": "公示中",
    "running": "实施中",
    "settled": "已结算",
    "pledged": "已认捐",
    "collected": "已收取",
    "repaired": "已整修",
    "reserved": "已预留",
    "delivered": "已送达",
    "receipted": "已签收",
    "expired": "已放弃",
    "requested": "已提出",
    "consented": "已同意",
    "accepted": "已接收",
    "closed": "已办结",
    "returned": "已退回",
    "planned": "待回访",
    "done": "已回访",
    "volunteer": "志愿者",
    "coordinator": "协调员",
    "social_worker": "社工",
}
CLUB = {"talk": "club", "circle": "club", "camp": "camp", "meeting": "meetings"}
Row = dict[str, Any]
Months = dict[str, Counter[str]]


def screen(console: Console, system: System, community: str, since: date, until: date) -> None:
    """All of it, from what the services answer."""
    title = f"四助三服务 · 阳光百分百 Sunshine   {since} – {until}"
    console.print(f"[bold]{title}[/]", highlight=False)
    board(console, system.call("households", "coverage", community=community))
    gaps(console, system.call("volunteers", "unmatched", community=community)["items"])
    year(console, months(system, community, since, until))
    grid = _grid()
    for words, text in programme(system, community, since, until):
        grid.add_row(f"[bold]{words}[/]", text)
    console.print(grid)
    told(console, system.call("notifications", "summary", community=community)["items"])


def board(console: Console, answer: Row) -> None:
    """A row for each aid, a column for each household; and how many needs are covered."""
    cells, grid = answer["cells"], _grid()
    ruler = "".join(f"{each['code']:<10}" for each in cells[9::10])
    grid.add_row("", " " * 9 + ruler[: len(cells) - 9], "已覆盖")
    for row in answer["kinds"]:
        marks = [each["needs"].get(row["aid_kind"]) for each in cells]
        line = "".join(" " if mark is None else MARK.get(mark, "·") for mark in marks)
        covered = row["matched"] + row["met"]
        grid.add_row(AID[row["aid_kind"]], line, f"{covered}/{row['total']} {row['share']:.0%}")
    console.print(grid)
    console.print(f"[dim]{len(cells)} 户 households: {LEGEND}[/]", highlight=False)


def gaps(console: Console, items: Sequence[Row]) -> None:
    """Why needs are open: a line for each cause."""
    causes: dict[str, list[Row]] = defaultdict(list)
    for each in items:
        causes[each["cause"]].append(each)
    console.print(f"[bold]未结对的原因 why {len(items)} needs are open[/]", highlight=False)
    grid = _grid()
    for found in sorted(causes.values(), key=len, reverse=True):
        needs = " ".join(short(each["need"]) for each in found)
        grid.add_row(f"  {both(found[0]['label'])}", str(len(found)), needs)
    console.print(grid)


def months(system: System, community: str, since: date, until: date) -> Months:
    """The counts of each month of the period."""
    found: Months = {
        f"{first:%Y-%m}": _month(system, community, first, last)
        for first, last in calendar(since, until)
    }
    span = {"from": since.isoformat(), "until": until.isoformat()}
    book = system.call("volunteers", "reciprocity", community=community, **span)
    for each in book["months"]:
        for party in each["parties"]:
            given = party["given"]
            found[each["month"]].update(hours=given["hours"], things=given["things"])
    for each in pages(system, "volunteers", "find_sessions", community=community, **span):
        if each["kind"] in CLUB and each["on"][:7] in found:
            came = each["states"].get("attended", 0) + each["states"].get("left_early", 0)
            found[each["on"][:7]][CLUB[each["kind"]]] += came
    for each in pages(system, "volunteers", "find_service_requests", community=community):
        found[each["requested_on"][:7]]["teachers"] += 1
    for each in pages(system, "volunteers", "find_pairings", community=community):
        if each["starts_on"]:
            found[each["starts_on"][:7]]["pairings"] += 1
    return found


def calendar(since: date, until: date) -> Iterator[tuple[date, date]]:
    """First and last day of each month of a period."""
    while since <= until:
        after = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield since, min(until, after - timedelta(days=1))
        since = after


def _month(system: System, community: str, first: date, last: date) -> Counter[str]:
    span = {"community": community, "from": first.isoformat(), "until": last.isoformat()}
    states = Counter(system.call("volunteers", "visits_summary", **span)["states"])
    notices = system.call("notifications", "summary", **span)["items"]
    held = states["done"] + states["partial"]
    return Counter(
        {
            "visits": held,
            "missed": states.total() - held - states["planned"] - states["cancelled"],
            "notices": sum(each["total"] for each in notices),
            "taken on": sum(each["acknowledged"] for each in notices),
        }
    )


def year(console: Console, found: Months) -> None:
    """A line for each month, and one for all."""
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("月\nmonth")
    for words in COLUMNS.values():
        table.add_column(words, justify="right")
    for month, counts in found.items():
        table.add_row(month, *(str(counts[name] or "·") for name in COLUMNS))
    all_ = sum(found.values(), Counter[str]())
    table.add_row("合计 all", *(str(all_[name]) for name in COLUMNS), style="bold")
    console.print(table)


def programme(
    system: System, community: str, since: date, until: date
) -> Iterator[tuple[str, str]]:
    """The rest of the programme, a line for each part of it."""

    def found(service: str, what: str, **facts: Any) -> list[Row]:
        return list(pages(system, service, f"find_{what}", community=community, **facts))

    yield (
        "项目 projects",
        " · ".join(
            f"{each['title'].partition('：')[0]} {_both(each['state'])}{_reached(system, each)}"
            for each in found("volunteers", "projects")
        ),
    )
    ahead = {"from": until.isoformat(), "until": (until + timedelta(days=60)).isoformat()}
    camp = [each for each in found("volunteers", "sessions", **ahead) if each["kind"] == "camp"]
    places = f"{sum(each['held'] for each in camp)} 已占 places taken"
    waiting = f"{sum(each['waiting'] for each in camp)} 候补 waiting"
    yield "下个大本营 next camp", f"{len(camp)} 天 days · {places} · {waiting}"
    yield "物资 things", _states(found("volunteers", "gifts"), "state")
    yield "转介 referrals", _states(found("households", "referrals"), "status")
    yield "静默 silences", _states(found("volunteers", "silences"), "level")
    yield "回访 call-backs", _states(found("households", "feedback"), "status")
    kinds = {
        "completions": "培训合格 trained",
        "stars": "星级 stars",
        "certificates": "证明 certificates",
        "honours": "荣誉 honours",
        "top_ups": "待审工时 claims",
    }
    yield (
        "表彰 recognition",
        " · ".join(f"{len(found('volunteers', kind))} {words}" for kind, words in kinds.items()),
    )
    span = {"from": since.isoformat(), "until": until.isoformat()}
    book = system.call("volunteers", "reciprocity", community=community, **span)
    accounts = [_account(each) for each in book["parties"] if each["standing"] != "nothing"]
    yield "共建 given → received", " · ".join(accounts)


def _reached(system: System, project: Row) -> str:
    if project["state"] not in ("running", "midterm", "closing", "settled"):
        return ""
    goals = system.call("volunteers", "get_project", project=project["id"])["goals"]
    return f" ({', '.join('{value}/{target}'.format_map(goal) for goal in goals)})"


def _states(found: Iterable[Row], name: str) -> str:
    counts = Counter(each[name] for each in found)
    return " · ".join(f"{count} {_both(state)}" for state, count in counts.items()) or "0"


def _both(state: str) -> str:
    return f"{STATES.get(state, '')} {state.replace('_', ' ')}".strip()


def _account(party: Row) -> str:
    sides = (sum(party[side].values()) for side in ("given", "received"))
    return f"{party['name'] or PARTIES[party['party']]} {' → '.join(map(str, sides))}"


def told(console: Console, rows: Sequence[Row]) -> None:
    """What each role was told: how often, how much was taken on, and of what most."""
    total = sum(each["total"] for each in rows)
    console.print(f"[bold]通知 {total} notices[/] (已确认 taken on) 最多的 most of them")
    grid = _grid()
    for role, words in ROLES.items():
        mine = [each for each in rows if each["role"] == role]
        counts = Counter[str]()
        for each in mine:
            counts[each["template"]] += each["total"]
        taken = sum(each["acknowledged"] for each in mine)
        most = " · ".join(f"{name} {count}" for name, count in counts.most_common(3))
        grid.add_row(f"  {words}", f"{counts.total()} ({taken})", most)
    console.print(grid)


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid
