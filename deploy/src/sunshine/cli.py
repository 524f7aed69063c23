"""The ``sunshine`` command: try it, run it, import, match, explain, look on."""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402
import eventlet.debug  # noqa: E402

eventlet.monkey_patch()  # before anything opens a socket
eventlet.debug.hub_exceptions(False)  # errors are told once, by whoever waits for them

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import Progress  # noqa: E402

from servicekit import telemetry  # noqa: E402
from servicekit.embedded import JournalError  # noqa: E402
from servicekit.errors import ServiceError  # noqa: E402
from sunshine import (  # noqa: E402
    calling,
    desk,
    giving_reports,
    matching,
    noticing,
    operating,
    projecting,
    reciprocating,
    recognising,
    reports,
    sample,
    together_reports,
    year,
)
from sunshine.importing import KINDS, import_file  # noqa: E402
from sunshine.place import Place  # noqa: E402
from sunshine.running import (  # noqa: E402
    events_of,
    run_until_stopped,
    sample_after_a_year,
    sample_today,
)
from sunshine.screen import screen  # noqa: E402
from sunshine.system import connect, each_status, hosted  # noqa: E402

# a pipe has no width of its own
console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "SUNSHINE"}
)
@click.option("--amqp-uri", default="", help="RabbitMQ; without it, the embedded broker.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Folder of the embedded form.",
)
@click.option(
    "--database-url",
    default="",
    help="For services hosted here; may hold {service}. Else SQLite in --data.",
)
@click.option(
    "--community", default=sample.COMMUNITY, show_default=True, help="12-digit statistical code."
)
@click.pass_context
def group(
    context: click.Context, amqp_uri: str, data: Path, database_url: str, community: str
) -> None:
    """四助三服务 · 阳光百分百 Sunshine: volunteers to the households that need them.

    Each option can be set in the environment too: SUNSHINE_AMQP_URI, SUNSHINE_DATA, …
    """
    telemetry.configure(os.environ.get("LOG_LEVEL", "WARNING"), "console")
    context.obj = Place(data, amqp_uri, database_url)
    context.meta["community"] = community


def main() -> None:
    """The console script: errors of the system in one line, exit code 1."""
    try:
        group(standalone_mode=True)
    except (ServiceError, JournalError) as error:
        Console(stderr=True).print(
            f"[red]{getattr(error, 'slug', 'error')}[/]", str(error), highlight=False
        )
        sys.exit(1)


@contextmanager
def progress() -> Iterator[sample.Step]:
    """Progress bars that go away when they are done."""
    with Progress(console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield step


@group.command()
@click.option("--keep", is_flag=True, help="Leave the databases in --data when it is over.")
@click.option("--full", is_flag=True, help="Tell all of it, over many screens.")
@click.pass_obj
def demo(place: Place, *, keep: bool, full: bool) -> None:
    """A year of the sample community, from 4 households to its 68, told in one screen."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        if not keep:
            # a key for every run: it also decides which visits the households are asked about
            known = {"FIELD_KEY": sample.KEY}
            place = replace(place, data=Path(folder) / "demo", overrides=known)
        with sample.moved_clock(), hosted(place) as (system, _host), progress() as step:
            year.live(system, place.broker, step)
            if full:
                report(system, sample.COMMUNITY)
            console.width = min(console.width, 100)
            screen(console, system, sample.COMMUNITY, year.BEGAN, sample.LAST_DAY)
    console.print(f"[dim]{time.monotonic() - began:.1f} s[/]")


def report(system: Any, community: str) -> None:
    """Everything that the demo shows with ``--full``."""
    reports.coverage(console, system.call("households", "coverage", community=community))
    reports.unmatched(console, system.call("volunteers", "unmatched", community=community)["items"])
    span = {"from": "2026-01-01", "until": "2027-12-31"}
    reports.visits(console, sample.pages(system, "volunteers", "find_visits", **span))
    reports.hours(console, system.call("volunteers", "hours_by_kind", community=community)["items"])
    concerns = sample.pages(system, "households", "find_concerns", community=community)
    referrals = sample.pages(system, "households", "find_referrals", community=community)
    reports.concerns(console, concerns, referrals)
    gifts = sample.pages(system, "volunteers", "find_gifts", community=community)
    projects = sample.pages(system, "volunteers", "find_projects", community=community)
    sessions = sample.pages(system, "volunteers", "find_sessions", **span)
    requests = sample.pages(system, "volunteers", "find_service_requests")
    together_reports.together(console, sessions, requests)
    giving_reports.giving(console, gifts, projects)
    recognising.recognition(console, system)
    reports.notices(console, system.call("notifications", "summary", community=community)["items"])


@group.command()
@click.option(
    "--sample/--empty",
    "with_sample",
    default=True,
    show_default=True,
    help="Begin with the sample community.",
)
@click.option("--year", "with_year", is_flag=True, help="… its year behind it, on its own clock.")
@click.option(
    "--port", default=8001, show_default=True, help="HTTP: this and the next two; 0: free ones."
)
@click.pass_obj
def run(place: Place, port: int, *, with_sample: bool, with_year: bool) -> None:
    """All three services in this process, until Ctrl-C; the other commands find them."""
    place = replace(place, timers=not with_year)  # what a year left undone would come all at once
    begin = sample_after_a_year if with_year else sample_today if with_sample else None
    run_until_stopped(place, console, begin=begin, first_port=port)


@group.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only, store nothing.")
@click.pass_context
def import_(context: click.Context, kind: str, file: Path, *, dry_run: bool) -> None:
    """Import FILE: every row is checked first; one bad row, and nothing is stored."""
    with connect(context.obj) as system, console.status(f"{file.name} …"):
        result = import_file(system, context.meta["community"], kind, file, dry_run=dry_run)
    verb = "would be imported" if dry_run or result.refused else "imported"
    console.print(
        f"{result.accepted} {verb}, {result.unchanged} already there, {len(result.refused)} refused"
    )
    for row in result.refused[:20]:
        console.print(
            f"  line {row['line']}, {row['field']}: {row['problem']}; {row['remedy']}",
            markup=False,
            highlight=False,
        )
    if result.report is not None:
        console.print(f"Nothing was imported. All refused rows: {result.report}", style="red")
        context.exit(1)


@group.command()
@click.argument("what")
@click.option("--volunteer", help="WHAT is a need then: why this volunteer, or why not?")
@click.option("--json", "as_json", is_flag=True, help="As data.")
@click.pass_context
def explain(context: click.Context, what: str, volunteer: str | None, *, as_json: bool) -> None:
    """Why a PAIRING was proposed; or why (not) this volunteer for a NEED."""
    with connect(context.obj) as system:
        if volunteer is None:
            answer = system.call(
                "volunteers", "explain_pairing", pairing=matching.full_id(context, what)
            )
        else:
            ids = {
                "need": matching.full_id(context, what),
                "volunteer": matching.full_id(context, volunteer),
            }
            answer = system.call("volunteers", "explain_match", **ids)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        reports.explanation(console, answer)


@group.command()
@click.argument("staff")
@click.option("--unread", is_flag=True, help="Only what is not acknowledged.")
@click.option("--page", default=1, show_default=True)
@click.pass_context
def inbox(context: click.Context, staff: str, page: int, *, unread: bool) -> None:
    """What STAFF was told."""
    with connect(context.obj) as system:
        member = matching.full_id(context, staff)
        answer = system.call(
            "notifications", "inbox", staff=member, unread_only=unread, page=page, size=20
        )
    reports.inbox(console, answer)


@group.command()
@click.pass_context
def coverage(context: click.Context) -> None:
    """Needs by aid kind, covered or not, and every household."""
    community = context.meta["community"]
    with connect(context.obj) as system:
        reports.coverage(console, system.call("households", "coverage", community=community))
        reports.unmatched(
            console, system.call("volunteers", "unmatched", community=community)["items"]
        )


@group.group()
def events() -> None:
    """Events on the wire."""


@events.command()
@click.option("--count", type=int, help="End after so many.")
@click.pass_obj
def tail(place: Place, count: int | None) -> None:
    """Every event as it passes, one JSON object a line."""
    for number, event in enumerate(events_of(place), 1):
        click.echo(json.dumps(event, ensure_ascii=False))
        if number == count:
            break


@group.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Whether each service answers, and what waits in it; exit code 1 where one does not."""
    with connect(context.obj) as system:
        if not reports.status(console, each_status(system)):
            context.exit(1)


COMMANDS = (
    calling.call,
    matching.match,
    operating.parked,
    operating.queues,
    operating.definitions_,
    noticing.explain_notice,
    noticing.rules,
    desk.desk,
    projecting.project,
    reciprocating.reciprocity,
    reciprocating.accounts,
)
for command in COMMANDS:
    group.add_command(command)


if __name__ == "__main__":
    main()
