"""``sunshine project``: copy a project from community to community."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from servicekit.errors import Invalid
from sunshine.matching import full_id
from sunshine.system import connect


@click.group()
def project() -> None:
    """Projects as files that other communities import."""


@project.command("export")
@click.argument("which", metavar="PROJECT")
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="Else printed.")
@click.pass_context
def export(context: click.Context, which: str, file: Path | None) -> None:
    """Write PROJECT as a template: what it does, without its place's people and figures."""
    with connect(context.obj) as system:
        template = system.call("volunteers", "export_project", project=full_id(context, which))
    text = json.dumps(template, ensure_ascii=False, indent=2)
    if file is None:
        click.echo(text)
    else:
        file.write_text(f"{text}\n", encoding="utf-8")


@project.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, help="Who applies: a partner of --community.")
@click.option("--starts-on", required=True, help="The first day, 2027-03-01.")
@click.pass_context
def import_(context: click.Context, file: Path, partner: str, starts_on: str) -> None:
    """Draft a project of FILE in --community; give it targets and amounts next."""
    facts = {"partner": full_id(context, partner), "starts_on": starts_on}
    with connect(context.obj) as system:
        made = system.call(
            "volunteers",
            "import_project",
            community=context.meta["community"],
            template=_read(file),
            **facts,
        )
    origin = made["origins"][-1]
    click.echo(f"{made['id']}: a copy of {origin['project']} ({origin['title']}), a draft")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Invalid({"file": [f"{file} is no JSON; give what export wrote"]}) from None
