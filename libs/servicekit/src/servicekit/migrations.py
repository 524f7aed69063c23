"""Alembic for a service whose migrations ship inside its package, under ``migrations/``."""

from __future__ import annotations

import sys
from importlib.resources import as_file, files

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config

from servicekit.db import create_engine, messaging


def config_for(package: str, url: str) -> Config:
    """The alembic configuration of a service, made in code: no ini file to keep in step."""
    with as_file(files(package) / "migrations") as folder:
        config = Config(stdout=sys.stderr)
        config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def upgrade(package: str, url: str, revision: str = "head") -> None:
    """Bring the service's database to ``revision``."""
    command.upgrade(config_for(package, url), revision)


def run_env(metadata: sa.MetaData) -> None:
    """What every service's ``migrations/env.py`` does: run online, in one transaction."""
    engine = create_engine(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=[metadata, messaging],
                render_as_batch=True,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


def create_messaging_tables(*names: str) -> None:
    """For a service's migrations: these of the messaging tables."""
    messaging.create_all(op.get_bind(), tables=[messaging.tables[name] for name in names])


def drop_messaging_tables(*names: str) -> None:
    """The way back."""
    messaging.drop_all(op.get_bind(), tables=[messaging.tables[name] for name in names])
