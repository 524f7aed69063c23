"""``sunshine match``: run it, compute it again, see what is overridden, what if, who is served."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import eventlet
from rich.console import Console

from sunshine import match_reports, reports
from sunshine.system import System, connect

AIDS = tuple(reports.AID)
MATCH_SECONDS = 3600.0
LOOK_SECONDS = 0.5
STAGES = {
    "reading": "读取 reading",
    "solving": "求解 solving",
    "storing": "保存 storing",
    "keeping": "存档 keeping",
}
console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)


class WithDefault(click.Group):
    """A group whose first word may be left out: ``match 2101…`` is ``match run 2101…``."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        if words and words[0] not in self.commands:
            args = ["run", *args]
        return super().parse_args(context, args)


def full_id(context: click.Context, text: str) -> str:
    """``H001-N1`` stands for ``<community>-H001-N1``."""
    community: str = context.meta["community"]
    return text if text[:12].isdigit() else f"{community}-{text}"


@click.group(cls=WithDefault, subcommand_metavar="COMMUNITY | COMMAND …")
def match() -> None:
    """Propose the best pairings for all open needs of COMMUNITY; or look into matching."""


@match.command()
@click.argument("community")
@click.option("--dry-run", is_flag=True, help="Show the proposals, store nothing.")
@click.pass_obj
def run(place: Any, community: str, *, dry_run: bool) -> None:
    """Propose the best pairings for all open needs of COMMUNITY (the word run may be left out).

    Ctrl-C stops it between two parts: what was proposed until then stays, and is whole.
    """
    with connect(place) as system, console.status("匹配 matching …") as status:
        answer = matched(system, community, dry_run=dry_run, show=status.update)
    reports.proposals(console, answer, dry_run=dry_run)


def matched(
    system: System, community: str, *, dry_run: bool, show: Callable[[str], None]
) -> dict[str, Any]:
    """Match; meanwhile show how far it is, and stop it where the user wants that."""
    data: dict[str, Any] = {"community": community, "dry_run": dry_run, "timeout": MATCH_SECONDS}
    running = eventlet.spawn(system.call, "volunteers", "match", **data)
    with interrupts() as interrupted:
        while not _ended(running):
            about = "stop_match" if interrupted else "match_progress"
            found = system.call("volunteers", about, community=community)
            if found["stage"]:
                show(f"{STAGES[found['stage']]} {found['done']}/{found['of']}")
    answer: dict[str, Any] = running.wait()
    return answer


def _ended(running: Any) -> bool:
    with eventlet.Timeout(LOOK_SECONDS, exception=False):
        running.wait()
    return bool(running.dead)


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """What the first Ctrl-C adds to instead of ending the command, as the second one does."""
    seen: list[int] = []

    def note(number: int, _frame: Any) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


as_data = click.option("--json", "as_json", is_flag=True, help="As data.")
Show = Callable[[Console, dict[str, Any]], None]


def _ask(
    context: click.Context, method: str, data: dict[str, Any], show: Show, *, as_json: bool
) -> dict[str, Any]:
    """What the volunteers service answers, shown as a table or as data."""
    with connect(context.obj) as system, console.status(f"{method} …"):
        answer: dict[str, Any] = system.call("volunteers", method, **data)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show(console, answer)
    return answer


@match.command()
@click.argument("id_", metavar="ID")
@as_data
@click.pass_context
def replay(context: click.Context, id_: str, *, as_json: bool) -> None:
    """Compute the run (R1) or pairing (H001-N1-A1) ID again; exit code 1 where it differs."""
    data = {"id": full_id(context, id_)}
    if not _ask(context, "replay_match", data, match_reports.replay, as_json=as_json)["same"]:
        context.exit(1)


@match.command()
@as_data
@click.pass_context
def overrides(context: click.Context, *, as_json: bool) -> None:
    """Which rules people override most, by hand and by declining."""
    data = {"community": context.meta["community"]}
    _ask(context, "overrides", data, match_reports.overrides, as_json=as_json)


@match.command()
@as_data
@click.pass_context
def fairness(context: click.Context, *, as_json: bool) -> None:
    """Coverage, waiting and distance by aid kind, age band and building; volunteers' load."""
    data = {"community": context.meta["community"]}
    _ask(context, "fairness", data, match_reports.fairness, as_json=as_json)


def _weights(_context: Any, _option: Any, given: tuple[str, ...]) -> dict[str, int]:
    return dict(_pair(text) for text in given)


def _reach(_context: Any, _option: Any, given: tuple[str, ...]) -> dict[str, int]:
    """``schooling=1500`` is for one aid kind, ``1500`` for all."""
    reach: dict[str, int] = {}
    for text in given:
        kinds = AIDS if text.isdigit() else ()
        reach |= dict.fromkeys(kinds, int(text)) if kinds else dict([_pair(text)])
    return reach


def _pair(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not number.isdigit():
        raise click.BadParameter(f"{text} is not NAME=NUMBER; write for instance distance=40")
    return name, int(number)


def _place(_context: Any, _option: Any, text: str | None) -> tuple[float | None, float | None]:
    if text is None:
        return None, None
    try:
        latitude, longitude = map(float, text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text} is no place; write 41.795,123.455") from None
    return latitude, longitude


@match.command()
@click.option("--weight", "weights", multiple=True, callback=_weights, metavar="FACTOR=POINTS")
@click.option("--reach", multiple=True, callback=_reach, metavar="[AID=]METRES")
@click.option("--volunteers", "count", type=int, default=0, help="So many more volunteers.")
@click.option("--aid", "aid_kinds", multiple=True, type=click.Choice(AIDS), help="… who offer it.")
@click.option("--skill", "skills", multiple=True, help="… who have it.")
@click.option("--language", "languages", multiple=True, help="… who speak it.")
@click.option("--clearance", "clearances", multiple=True, help="… who hold it.")
@click.option("--gender", type=click.Choice(["female", "male"]), default="female")
@click.option("--capacity", type=int, default=1, show_default=True, help="… for so many needs.")
@click.option("--at", callback=_place, metavar="LAT,LON", help="… who live there; else amid all.")
@click.option("--recruits", type=int, default=3, show_default=True, help="Look for so many.")
@as_data
@click.pass_context
def whatif(
    context: click.Context,
    /,
    *,
    at: tuple[float | None, float | None],
    count: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Coverage with other weights, a wider radius or more volunteers; and whom to look for."""
    data = {name: given.pop(name) for name in ("weights", "reach", "recruits")}
    data["community"] = context.meta["community"]
    if count:
        data["volunteers"] = given | {"count": count, "latitude": at[0], "longitude": at[1]}
    _ask(context, "what_if", data, match_reports.what_if, as_json=as_json)
