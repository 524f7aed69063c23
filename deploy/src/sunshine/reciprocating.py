"""``sunshine reciprocity``: the shared ledger of a community."""

from __future__ import annotations

from datetime import timedelta
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
    today = clock.now().astimezone(ZONE).date()
    period = {
        "from": since or (today - timedelta(days=365)).isoformat(),
        "until": until or today.isoformat(),
    }
    with connect(context.obj) as system:
        place = context.meta["community"]
        ledger = system.call("volunteers", "reciprocity", community=place, **period)
    show(Console(), ledger["parties"])


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
