"""The notifications service's migrations make what its models say, on both databases."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from notifications.models import Base
from servicekit.db import create_engine, messaging
from servicekit.migrations import config_for, upgrade


def differences(url: str) -> list[object]:
    """What an automatic migration would still change."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            both = sa.MetaData()
            for metadata in (Base.metadata, messaging):
                for table in metadata.tables.values():
                    table.to_metadata(both)
            return [
                each
                for each in compare_metadata(context, both)
                if getattr(each[1], "name", "") != "alembic_version"
            ]
    finally:
        engine.dispose()


def test_the_migrations_agree_with_the_models_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'notifications.sqlite'}"
    upgrade("notifications", url)
    assert differences(url) == []


def test_the_migrations_agree_with_the_models_on_postgresql(
    make_database: Callable[[str], str],
) -> None:
    url = make_database("notifications")
    upgrade("notifications", url)
    assert differences(url) == []


def test_an_upgrade_done_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'notifications.sqlite'}"
    upgrade("notifications", url)
    upgrade("notifications", url)
    assert differences(url) == []


def test_the_way_back_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'notifications.sqlite'}"
    upgrade("notifications", url)
    downgrade(config_for("notifications", url), "base")
    engine = create_engine(url)
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_the_migrations_form_one_line() -> None:
    script = ScriptDirectory.from_config(config_for("notifications", "sqlite://"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
