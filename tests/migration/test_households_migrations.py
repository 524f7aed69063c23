"""The households service's migrations make what its models say, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from households.models import Base
from servicekit.db import create_engine, messaging
from servicekit.migrations import config_for, upgrade

AN_ENTRY = (
    "INSERT INTO audit_entries"
    " (id, community, sequence, at, actor, subject, fields, purpose, digest)"
    " VALUES ('A1', '210103008001', 1, '2026-11-23', 'S01', 'H001', '[]', 'x', 'x')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'households.sqlite'}"
    make_database: Callable[[str], str] = request.getfixturevalue("make_database")
    return make_database("households")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """The database brought up to date."""
    upgrade("households", url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_models_say(engine: sa.Engine) -> None:
    both = sa.MetaData()
    for metadata in (Base.metadata, messaging):
        for table in metadata.tables.values():
            table.to_metadata(both)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, both) == []


def test_an_upgrade_done_twice_changes_nothing(engine: sa.Engine, url: str) -> None:
    before = set(sa.inspect(engine).get_table_names())
    upgrade("households", url)
    assert set(sa.inspect(engine).get_table_names()) == before


def test_the_way_back_leaves_nothing_behind(engine: sa.Engine, url: str) -> None:
    downgrade(config_for("households", url), "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    upgrade("households", url)


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries"]
)
def test_the_migrated_database_refuses_to_change_the_audit(
    engine: sa.Engine, tampering: str
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(AN_ENTRY))
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        engine.begin() as connection,
    ):
        connection.execute(sa.text(tampering))


def test_a_person_is_in_one_household_at_a_time_by_the_database_itself(engine: sa.Engine) -> None:
    indexes = sa.inspect(engine).get_indexes("members")
    (index,) = [each for each in indexes if each["unique"]]
    assert index["column_names"] == ["community", "identity_index"]
    assert "present" in [str(option) for option in index["dialect_options"].values()]


def test_the_migrations_form_one_line() -> None:
    script = ScriptDirectory.from_config(config_for("households", "sqlite://"))
    assert len(script.get_heads()) == len(script.get_bases()) == 1
