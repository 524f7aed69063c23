"""The command that each service has: its migrations."""

from __future__ import annotations

import os

import click

from servicekit.migrations import upgrade


def service_cli(package: str) -> click.Group:
    """``<service> migrate``: bring the database of DATABASE_URL to the newest schema."""

    @click.group(help=f"The {package} service's own command.")
    def group() -> None:
        pass

    @group.command()
    @click.option(
        "--database-url", default=lambda: os.environ.get("DATABASE_URL"), help="else DATABASE_URL"
    )
    def migrate(database_url: str | None) -> None:
        """Bring the database to the newest schema."""
        if not database_url:
            raise click.UsageError("DATABASE_URL is not set; set it or give --database-url")
        upgrade(package, database_url)
        click.echo(f"{package}: database is up to date")

    return group
