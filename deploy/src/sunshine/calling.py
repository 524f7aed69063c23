"""``sunshine call``: whatever the services can be asked, by name."""

from __future__ import annotations

import json
from typing import Any

import click

from sunshine.place import SERVICES, Place
from sunshine.system import connect


def _argument(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip(":"):
        raise click.BadParameter(f"{text} is no argument; write name=text or name:=JSON")
    if not name.endswith(":"):
        return name, value
    try:
        return name.removesuffix(":"), json.loads(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no JSON; write name=text for a text") from None


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("method")
@click.argument("arguments", nargs=-1, metavar="[NAME=TEXT | NAME:=JSON]...")
@click.pass_obj
def call(place: Place, service: str, method: str, arguments: tuple[str, ...]) -> None:
    """Call METHOD of SERVICE as the operator and print its answer as JSON; docs/reference/rpc.md.

    sunshine call households find_concerns community=210103008001 size:=20
    """
    given = dict(_argument(text) for text in arguments)
    with connect(place) as system:
        answer = system.call(service, method, **given)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
