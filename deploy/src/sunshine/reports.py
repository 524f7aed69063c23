"""What the command prints: tables in Chinese and English, from what the services answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

AID = {
    "elderly": "助老 elderly",
    "disability": "助残 disability",
    "hardship": "助困 hardship",
    "schooling": "助学 schooling",
}
LOCALES = ("zh-CN", "en")
MARK = {"matched": "[green]●[/]", "met": "[green]✓[/]", "open": "[red]○[/]"}
LEGEND = "● matched 已结对   ✓ met 已满足   ○ open 待结对   · other 其他"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table; columns whose heading ends in ``#`` are numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        justify: Any = "right" if column.endswith("#") else "left"
        made.add_column(column.rstrip("#"), justify=justify, overflow="fold")
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    return made


def coverage(console: Console, answer: dict[str, Any]) -> None:
    """Coverage by aid kind, and a cell for each household."""
    console.print(
        table(
            "需求与覆盖 Needs and coverage",
            [
                "服务 aid",
                "需求 needs#",
                "已结对 matched#",
                "已满足 met#",
                "待结对 open#",
                "覆盖 share#",
            ],
            [
                [
                    AID[row["aid_kind"]],
                    row["total"],
                    row["matched"],
                    row["met"],
                    row["open"],
                    f"{row['share']:.0%}",
                ]
                for row in answer["kinds"]
            ],
        )
    )
    households(console, answer["cells"])


def households(console: Console, cells: Sequence[dict[str, Any]]) -> None:
    """Every household with the worst state of its needs in each aid kind, four abreast."""
    grid = Table.grid(padding=(0, 3))
    texts = [f"{cell['code']} " + " ".join(_mark(cell, kind) for kind in AID) for cell in cells]
    for start in range(0, len(texts), 4):
        grid.add_row(*texts[start : start + 4])
    console.print(f"\n[bold]{len(cells)} 户 households[/]  (助老 助残 助困 助学)  {LEGEND}")
    console.print(grid)
    console.print()


def _mark(cell: dict[str, Any], kind: str) -> str:
    state = cell["needs"].get(kind)
    return " " if state is None else MARK.get(state, "·")


def unmatched(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """Needs that nobody fills, each with the reason."""
    console.print(
        table(
            f"未结对的需求及原因 {len(rows)} needs not covered, and why",
            ["需求 need", "服务 aid", "原因 why"],
            [[short(row["need"]), AID[row["aid_kind"]], _why(row)] for row in rows],
        )
    )


def _why(row: dict[str, Any]) -> str:
    community = row["need"].partition("-")[0]
    return _told(row).replace(f"{community}-", "")


def proposals(console: Console, run: dict[str, Any], *, dry_run: bool) -> None:
    """What a match run proposes."""
    console.print(
        table(
            f"{'试算 dry run: ' * dry_run}结对建议 {len(run['proposed'])} pairings proposed",
            ["结对 pairing", "志愿者 volunteer", "候补 backup", "得分 score#"],
            [
                [
                    short(row["pairing"]),
                    short(row["volunteer"]),
                    short(row["backup"]),
                    row["score"],
                ]
                for row in run["proposed"]
            ],
        )
    )
    if run["regret"]:
        for locale in LOCALES:
            console.print(run["regret"]["sentence"][locale])
    unmatched(console, run["unmatched"])


def visits(console: Console, found: Iterable[dict[str, Any]]) -> None:
    """Visits by week and state."""
    weeks: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in found:
        year, week, _ = date.fromisoformat(visit["on"]).isocalendar()
        weeks[f"{year}-W{week:02}"][visit["state"]] += 1
    states = ("done", "partial", "not_home", "unsafe", "missed", "planned")
    console.print(
        table(
            "上门服务 Visits by week",
            ["周 week", *(f"{state}#" for state in states)],
            [
                [week, *(counts[state] for state in states)]
                for week, counts in sorted(weeks.items())
            ],
        )
    )


def hours(console: Console, answer: Sequence[dict[str, Any]]) -> None:
    """Hours by volunteer kind."""
    console.print(
        table(
            "志愿时长 Hours",
            ["服务 aid", "次数 visits#", "已报 reported h#", "已核实 verified h#"],
            [
                [
                    AID[row["aid_kind"]],
                    row["visits"],
                    f"{row['reported'] / 60:.1f}",
                    f"{row['verified'] / 60:.1f}",
                ]
                for row in answer
            ],
        )
    )


def concerns(
    console: Console, found: Iterable[dict[str, Any]], referrals: Iterable[dict[str, Any]]
) -> None:
    """What was too much for a volunteer, and where its referrals stand."""
    stands = {each["concern"]: each for each in referrals}  # the last counts
    rows = [
        [
            short(each["id"]),
            each["kind"],
            each["status"],
            stands.get(each["id"], {}).get("profession", ""),
            stands.get(each["id"], {}).get("status", ""),
        ]
        for each in found
    ]
    names = ["关切 concern", "类别 kind", "状态 status", "转介 to", "转介状态 referral"]
    console.print(table(f"关切与转介 {len(rows)} concerns and their referrals", names, rows))


def notices(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """Notifications by template and recipient."""
    console.print(
        table(
            f"通知 {sum(row['total'] for row in rows)} notifications by template and recipient",
            [
                "模板 template",
                "接收人 recipient",
                "角色 role",
                "数量 count#",
                "已确认 acknowledged#",
            ],
            [
                [
                    row["template"],
                    short(row["recipient"]),
                    row["role"],
                    row["total"],
                    row["acknowledged"],
                ]
                for row in rows
            ],
        )
    )


def explanation(console: Console, answer: dict[str, Any]) -> None:
    """Why, or why not: the sentences that sum it up, then every filter and factor."""
    for locale in LOCALES:
        console.print(*answer["sentences"][locale], sep="\n")
    console.print(
        table(
            "条件 Filters",
            ["条件 filter", "通过 passed", "依据 facts"],
            [
                [both(row["label"]), "[green]✓[/]" if row["passed"] else "[red]✗[/]", _told(row)]
                for row in answer["filters"]
            ],
        )
    )
    console.print(
        table(
            "评分 Factors",
            ["因素 factor", "值 value (0–1)#", "权重 weight#", "得分 points#"],
            [
                [
                    both(row["label"]),
                    f"{row['value'] / 1000:.2f}",
                    row["weight"],
                    f"{row['contribution'] / 1000:.2f}",
                ]
                for row in answer["factors"]
            ],
        )
    )


def both(told: dict[str, str]) -> str:
    """A text in Chinese and in English."""
    return " ".join(told[locale] for locale in LOCALES)


def _told(row: dict[str, Any]) -> str:
    return "\n".join(row["sentence"][locale] for locale in LOCALES)


def inbox(console: Console, answer: dict[str, Any]) -> None:
    """A staff member's messages, newest first."""
    console.print(f"[bold]{answer['total']} 条通知 notifications[/]")
    for item in answer["items"]:
        mark = " " if item["state"] == "acknowledged" else "[red]●[/]"
        console.print(
            f"{mark} [bold]{item['title']}[/]  [dim]{item['created_at'][:16]}  {item['id']}[/]"
        )
        console.print(item["body"], style="dim", markup=False)


def status(console: Console, rows: Iterable[tuple[str, dict[str, Any] | None]]) -> bool:
    """Every service, and whether all answer."""
    columns = [
        "服务 service",
        "状态 state",
        "outbox#",
        "unroutable#",
        "queued#",
        "parked#",
        "database",
    ]
    names = ("outbox", "unroutable", "queued", "parked", "database")
    found = list(rows)
    console.print(
        table(
            "运行状态 Status",
            columns,
            [
                [name, "[green]ready[/]", *(answer[key] for key in names)]
                if answer
                else [name, "[red]no answer[/]", *["-"] * 5]
                for name, answer in found
            ],
        )
    )
    for name, answer in found:
        for alarm in answer["alarms"] if answer else ():
            console.print(f"[red]{name}: {ALARMS[alarm]}[/]")
    return all(answer for _, answer in found)


ALARMS = {
    "outbox_old": "事件超过一分钟未发出 events wait for more than a minute; is the broker there?",
    "parked": "有停放的事件 events were given up; see them with: sunshine parked list",
}


def short(id_: str | None) -> str:
    """An id without its community."""
    return id_.partition("-")[2] if id_ else "-"
