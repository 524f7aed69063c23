"""The desk's passwords, as operators give them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from notifications import passwords
from notifications.domain.signing import password_problem
from servicekit.actors import OPERATOR
from servicekit.errors import Invalid
from sunshine.sample import COMMUNITY, STAFF
from sunshine.system import System, connect


@click.group()
def desk() -> None:
    """The page on which staff work."""


@desk.command()
@click.argument("staff")
@click.option("--ask", is_flag=True, help="Type a password; else one is made and shown once.")
@click.pass_context
def password(context: click.Context, staff: str, *, ask: bool) -> None:
    """Give STAFF (S02, or operator) a password; who was signed in with the old one is out."""
    word = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else ""
    word = word or passwords.invent()
    problem = password_problem(word)
    if problem:
        raise Invalid({"password": [problem]})
    key = staff if staff == OPERATOR or staff[:12].isdigit() else _full(context, staff)
    with connect(context.obj) as system:
        set_password(system, key, word)
    click.echo(f"{staff} may sign in now." if ask else f"{staff} may sign in with: {word}")


def set_password(system: System, key: str, word: str) -> None:
    """Only the hash travels."""
    stored = passwords.hashed(word)
    system.call("notifications", "set_password", staff=key, password_hash=stored)


def sample_password(system: System, data: Path) -> str:
    """The one password of the sample's staff, made at the first start and kept in ``data``."""
    file = data / "desk.password"
    if not file.exists():
        word = passwords.invent()
        stored = passwords.hashed(word)
        for key in (*(f"{COMMUNITY}-{code}" for code in STAFF), OPERATOR):
            system.call("notifications", "set_password", staff=key, password_hash=stored)
        file.touch(mode=0o600)
        file.write_text(word)
    return file.read_text().strip()


def _full(context: click.Context, code: str) -> str:
    community: Any = context.meta["community"]
    return f"{community}-{code}"
