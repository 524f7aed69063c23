"""``sunshine reciprocity`` and ``sunshine accounts``: the shared ledger, and a spreadsheet."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from servicekit import clock
from sunshine.reports import table
from sunshine.sample import ZONE
from sunshine.system import connect

UNITS = {
    "hours": "小时 hours",
    "places": "席位 places",
    "services": "服务 services",
    "things": "物资 things",
}
PARTIES = {"residents": "居民 residents", "community": "社区 community", "schools": "学校 schools"}


@click.command()
@click.option("--from", "since", help="First day; else a year ago.")
@click.option("--until", help="Last day; else today.")
@click.pass_context
def reciprocity(context: click.Context, since: str | None, until: str | None) -> None:
    """What each partner gave → received, and whether that is in balance."""
    with connect(context.obj) as system:
        place, period = context.meta["community"], _period(since, until, 365)
        ledger = system.call("volunteers", "reciprocity", community=place, **period)
    show(Console(), ledger["parties"])


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "since", help="First day; else thirty days ago.")
@click.option("--until", help="Last day; else today.")
@click.pass_context
def accounts(context: click.Context, file: Path, since: str | None, until: str | None) -> None:
    """Write visits, hours, the shared ledger and budgets to FILE, a spreadsheet (.xlsx)."""
    with connect(context.obj) as system:
        place, period = context.meta["community"], _period(since, until, 30)
        made = system.call("volunteers", "export_accounts", community=place, **period)
    file.write_bytes(b64decode(made["xlsx"]))


def _period(since: str | None, until: str | None, days: int) -> dict[str, str]:
    today = clock.now().astimezone(ZONE).date()
    return {
        "from": since or (today - timedelta(days=days)).isoformat(),
        "until": until or today.isoformat(),
    }


def show(console: Console, parties: list[dict[str, Any]]) -> None:
    """A line for each party."""
    rows = [
        [each["name"] or PARTIES[each["party"]]]
        + [f"{each['given'][unit]} → {each['received'][unit]}" for unit in UNITS]
        + [each["standing"]]
        for each in parties
    ]
    heads = ["单位 partner", *(f"{words}#" for words in UNITS.values()), "平衡 balance"]
    console.print(table("共建 given → received", heads, rows))
