"""The operators' commands: what waits in the queues, and what to do with what was given up."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from sunshine.place import SERVICES
from sunshine.system import System, connect

PAGE = 500
console = Console(width=None if sys.stdout.isatty() else 160)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As data.")
@click.pass_obj
def queues(place: Any, *, as_json: bool) -> None:
    """What waits for each handler: ready, between two tries, parked; and for how long."""
    with connect(place) as system:
        rows = [row for service in SERVICES for row in system.call(service, "queues")]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    columns = ("queue", "ready", "retries", "parked", "age")
    table = Table("队列 queue", "ready", "retries", "parked", "age s", title="队列 Queues")
    for row in rows:
        table.add_row(*(f"{row[key]:.0f}" if key == "age" else str(row[key]) for key in columns))
    console.print(table)


@click.group()
def parked() -> None:
    """Events that were given up: look into them, replay or discard them."""


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    moment = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    for option in (
        click.option("--service", type=click.Choice(SERVICES), help="Only this service's."),
        click.option("--queue", default="", help="Only this handler's: households.certify"),
        click.option("--type", "type_", default="", help="Only this event type."),
        click.option("--error", default="", help="Only this type of error: Unreadable, Invalid …"),
        click.option("--since", type=moment, help="Parked at this moment (UTC) or later."),
        click.option("--until", type=moment, help="Parked at this moment (UTC) or before."),
        click.option("--limit", default=10_000, show_default=True),
    ):
        command = option(command)
    return command


@parked.command("list")
@_filtered
@click.option("--json", "as_json", is_flag=True, help="As data.")
@click.pass_obj
def list_(place: Any, /, *, as_json: bool, limit: int, **given: Any) -> None:
    """What is parked, and why; never what it says."""
    with connect(place) as system:
        items = list(_pages(system, given, limit))
    if as_json:
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
        return
    columns = ("handler", "id", "type", "error", "message", "attempts", "parked_at")
    table = Table(*columns, title="停放的事件 Parked events")
    for item in items:
        table.add_row(*(str(item[key]) for key in columns))
    console.print(table)
    console.print(f"{len(items)} parked")


@parked.command()
@click.argument("id_", metavar="ID")
@click.option("--body", is_flag=True, help="Also its bytes; they may hold personal data.")
@click.pass_obj
def show(place: Any, id_: str, *, body: bool) -> None:
    """Headers and traceback of the parked event ID, as data."""
    with connect(place) as system:
        items = [
            item
            for service in SERVICES
            for item in system.call(service, "list_parked", id=id_, detail=True)["items"]
        ]
    for item in items:
        if not body:
            del item["body"]
        click.echo(json.dumps(item, ensure_ascii=False, indent=2))
    if not items:
        raise click.ClickException(f"no event {id_} is parked; sunshine parked list shows all")


def _settle(
    place: Any, action: str, limit: int, given: dict[str, Any], more: dict[str, Any]
) -> None:
    # what fails again meanwhile is parked later than now, and not taken a second time
    given = {**given, "until": given["until"] or datetime.now(UTC)}
    total = 0
    with connect(place) as system, console.status(f"{action} …"):
        for service, data in _filters(given):
            while total < limit:
                page = {"limit": min(PAGE, limit - total), "action": action}
                done = system.call(service, "settle_parked", **data, **page, **more)["settled"]
                total += done
                if done < PAGE or more["dry_run"]:
                    break
    would = "would be " if more["dry_run"] else ""
    console.print(f"{total} {would}{'replayed' if action == 'replay' else 'discarded'}")


def _reasoned(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--reason", required=True, help="Why; it is kept."),
        click.option("--dry-run", is_flag=True, help="Only count."),
        click.option("--id", "id_", default="", help="Only the event with this id."),
    ):
        command = option(command)
    return command


@parked.command()
@_filtered
@_reasoned
@click.pass_obj
def replay(place: Any, /, *, limit: int, reason: str, dry_run: bool, **given: Any) -> None:
    """Give parked events to their handlers once more."""
    _settle(place, "replay", limit, given, {"reason": reason, "dry_run": dry_run})


@parked.command()
@_filtered
@_reasoned
@click.option("--all", "everything", is_flag=True, help="Without any filter.")
@click.pass_obj
def discard(
    place: Any, /, *, limit: int, reason: str, dry_run: bool, everything: bool, **given: Any
) -> None:
    """Throw parked events away."""
    if not everything and not any(given.values()):
        raise click.UsageError("this would discard everything; name a filter, or say --all")
    _settle(place, "discard", limit, given, {"reason": reason, "dry_run": dry_run})


def _filters(given: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each service that is meant, what its methods are asked for."""
    data = {
        "handler": given["queue"],
        "id": given.get("id_", ""),
        "type": given["type_"],
        "error": given["error"],
    }
    for name in ("since", "until"):
        if given[name] is not None:
            moment = given[name]
            data[name] = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    for service in SERVICES:
        if given["service"] in (None, service):
            yield service, data


def _pages(system: System, given: dict[str, Any], limit: int) -> Iterator[dict[str, Any]]:
    for service, data in _filters(given):
        yield from system.call(service, "list_parked", **data, limit=limit)["items"]


@click.command("definitions")
@click.option("--vhost", default="sunshine", show_default=True)
@click.option("--queue-type", type=click.Choice(["classic", "quorum"]), help="Else QUEUE_TYPE.")
def definitions_(vhost: str, queue_type: str | None) -> None:
    """RabbitMQ definitions of all queues and rights, for services that may not declare any.

    RETRY_DELAYS, HANDLER_RETRY_DELAYS and EXTERNAL_SYSTEMS are as in the environment; users are
    made where it has HOUSEHOLDS_AMQP_PASSWORD and so on.
    """
    from sunshine import definitions  # it imports the services

    given = {"QUEUE_TYPE": queue_type} if queue_type else {}
    settings = definitions.settings_from(os.environ, **given)
    passwords = definitions.passwords_from(os.environ)
    made = definitions.definitions(definitions.SERVICES, settings, vhost, passwords)
    click.echo(json.dumps(made, indent=2))
