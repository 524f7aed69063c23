"""Commands about notifications: why somebody was told or not, and what a set of rules would do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sunshine.reports import table
from sunshine.system import connect

console = Console(width=None if sys.stdout.isatty() else 140)


@click.command("explain-notice")
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="As data.")
@click.pass_context
def explain_notice(context: click.Context, what: str, *, as_json: bool) -> None:
    """Who was told because of WHAT, when and where, and why not the others.

    WHAT is an event's id (sunshine events tail shows them) or a notification's.
    """
    kind = "event" if "." in what.partition(":")[0] else "notification"
    with connect(context.obj) as system:
        answer = system.call("notifications", "explain_notice", **{kind: what})
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _show(answer)


def _show(answer: dict[str, Any]) -> None:
    console.print(f"[bold]{answer['type']}[/]  {answer['event']}", highlight=False)
    told = [row for rule in answer["rules"] if rule["met"] for row in _told(rule)]
    columns = ["规则 rule", "接收人 staff", "原因 why", "渠道 channel", "状态 state", "时间 when"]
    console.print(table("已通知 Told", columns, told))
    others = [
        [rule["rule"], each["staff"], each["why"]]
        for rule in answer["rules"]
        if rule["met"]
        for each in rule["not_told"]
    ]
    console.print(table("未通知 Not told", columns[:3], others))
    unmet = [
        [rule["rule"], ", ".join(rule["unmet"])] for rule in answer["rules"] if not rule["met"]
    ]
    if unmet:
        console.print(table("不符合的规则 Rules not met", ["规则 rule", "条件 by"], unmet))
    steps = [
        [rule["rule"], step["level"], step["recipient"], step["reason"], step["at"]]
        for rule in answer["rules"]
        if rule.get("escalation")
        for step in rule["escalation"]["steps"]
    ]
    if steps:
        names = ["规则 rule", "级别 level#", "接收人 staff", "原因 why", "时间 when"]
        console.print(table("升级 Escalation", names, steps))


def _told(rule: dict[str, Any]) -> list[list[Any]]:
    rows = []
    for each in rule["told"]:
        why = each["why"] + (f" ({each['on_behalf']})" if each["on_behalf"] else "")
        who = [rule["rule"], each["staff"], why]
        if each["again"]:
            rows.append([*who, "", "已通知过 told before", ""])
        rows += [
            [*who, delivery["channel"], delivery["state"], _when(delivery)]
            for delivery in each["deliveries"]
        ]
    return rows


def _when(delivery: dict[str, Any]) -> str:
    moment = delivery["sent_at"] or delivery["due_at"] or ""
    why = f" ({delivery['deferred_for']})" if delivery["deferred_for"] else ""
    return f"{moment}{why}"


@click.group()
def rules() -> None:
    """Rules that say who is told."""


@rules.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--days", default=7, show_default=True, help="Try them on so many days' events.")
@click.pass_context
def check(context: click.Context, file: Path | None, days: int) -> None:
    """Check the rules in FILE, and show what they would have sent of the last week's events.

    Without FILE: the rules that ship. Nothing is sent or changed. Exit code 1 where FILE is wrong.
    """
    text = file.read_text(encoding="utf-8") if file else ""
    with connect(context.obj) as system:
        answer = system.call(
            "notifications",
            "check_rules",
            community=context.meta["community"],
            rules=text,
            days=days,
        )
    for problem in answer["problems"]:
        console.print(problem, markup=False, highlight=False, style="red")
    if answer["problems"]:
        context.exit(1)
    columns = ["规则 rule", "接收人 staff", "紧急程度 urgency", "延后 deferred", "数量 count#"]
    names = ("rule", "staff", "urgency", "deferred_for", "count")
    rows = [[row[name] or "" for name in names] for row in answer["items"]]
    title = f"{answer['rules']} rules on {answer['events']} events of {days} days"
    console.print(table(f"试算 Would have told: {title}", columns, rows))
