"""The volunteers service's migrations make what its models say, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from servicekit.db import create_engine, messaging
from servicekit.migrations import config_for, upgrade
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    ROUND,
    STAFF,
    TODAY,
    ZONE,
    accept,
    at,
    hear,
    log,
    match,
    register,
    start,
    told,
    visits_of,
)
from unit.volunteers.test_recognition import claim, decide
from unit.volunteers.test_training import trained
from volunteers.contracts import PUBLISHED
from volunteers.domain.matching import match as solve
from volunteers.models import Base, HourEntry, Pairing
from volunteers.queries import hours as found
from volunteers.queries import lapsing
from volunteers.queries.silences import find_silences
from volunteers.usecases import hours, matching, rounds


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'volunteers.sqlite'}"
    make_database: Callable[[str], str] = request.getfixturevalue("make_database")
    return make_database("volunteers")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """The database brought up to date."""
    upgrade("volunteers", url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session as an entry point gives it, on the migrated database."""
    info = {"vault": Vault(KEY), "contract": Contract("volunteers", PUBLISHED), "zone": ZONE}
    with Session(engine, info=info, expire_on_commit=False) as session:
        yield session


def test_the_migrations_make_what_the_models_say(engine: sa.Engine) -> None:
    both = sa.MetaData()
    for metadata in (Base.metadata, messaging):
        for table in metadata.tables.values():
            table.to_metadata(both)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, both) == []


@pytest.mark.parametrize("table", ["volunteers", "visits", "hour_entries"])
def test_checks_of_the_models_are_in_the_database(engine: sa.Engine, table: str) -> None:
    declared = {
        str(check.name)
        for check in Base.metadata.tables[table].constraints
        if isinstance(check, sa.CheckConstraint)
    }
    assert {check["name"] for check in sa.inspect(engine).get_check_constraints(table)} == declared


def test_an_upgrade_done_twice_changes_nothing(engine: sa.Engine, url: str) -> None:
    before = set(sa.inspect(engine).get_table_names())
    upgrade("volunteers", url)
    assert set(sa.inspect(engine).get_table_names()) == before


def test_the_way_back_leaves_nothing_behind(engine: sa.Engine, url: str) -> None:
    downgrade(config_for("volunteers", url), "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    upgrade("volunteers", url)


def test_the_way_back_forgets_what_guarded_the_tables(make_database: Callable[[str], str]) -> None:
    url = make_database("volunteers_and_back")
    upgrade("volunteers", url)
    downgrade(config_for("volunteers", url), "base")
    engine = create_engine(url)
    functions = sa.text("SELECT proname FROM pg_proc WHERE proname LIKE '%\\_refuse'")
    with engine.connect() as connection:
        assert connection.scalars(functions).all() == []
    engine.dispose()


def test_the_migrations_form_one_line() -> None:
    script = ScriptDirectory.from_config(config_for("volunteers", "sqlite://"))
    assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_a_migrated_database_serves_the_main_flow_and_guards_its_rows(session: Session) -> None:
    register(session)
    hear(session)
    hear(session, f"{HERE}-H002-N1")
    first, second = (each["pairing"] for each in match(session)["proposed"])
    accept(session, first)
    start(session, first)
    log(session, visits_of(session, first)[0], "done")
    session.commit()
    assert session.query(HourEntry).count() == 1
    second_primary = (
        f"UPDATE pairings SET need_id = (SELECT need_id FROM pairings WHERE id = '{first}'),"
        f" attempt = 2 WHERE id = '{second}'"
    )
    for refused in (
        second_primary,
        "UPDATE hour_entries SET minutes = 999",
        "DELETE FROM hour_entries",
    ):
        with pytest.raises(sa.exc.DBAPIError, match=r"(?i)append-only|unique"):
            session.execute(sa.text(refused))
        session.rollback()


def test_what_comes_round_every_day_is_counted_alike_on_both_databases(session: Session) -> None:
    volunteer = register(session)
    hear(session)
    pairing = match(session)["proposed"][0]["pairing"]
    accept(session, pairing)
    start(session, pairing)
    session.commit()
    visit = visits_of(session, pairing)[0]
    log(session, visit, "done")
    decide(session, claim(session, volunteer).id, approved=True)
    trained(session, volunteer)
    late = at(visit.on + timedelta(days=12))
    for _ in range(2):
        rounds.daily_round(session, HERE, now=late, actor=STAFF, **ROUND)
    assert lapsing.idle(session, HERE, TODAY) == told(session, "volunteer.unavailable") == []
    register(session, "V009")
    assert lapsing.idle(session, HERE, TODAY + timedelta(days=1)) == [f"{HERE}-V009"]
    session.commit()
    assert [each["level"] for each in told(session, "silence.noticed")] == [
        "coordinator",
        "volunteer",
    ]
    until = {"community": HERE, "until": visit.on}
    assert hours.verify_hours(session, until, now=late, actor=STAFF)["verified"] == 1
    assert found.hours(session, volunteer)["verified"] == 180
    (served,) = found.served(session, volunteer, TODAY, visit.on)
    assert (served["services"], served["minutes"]) == (2, 180)
    assert found.hours_by_kind(session, HERE)["items"][0]["verified"] == 180
    page = {"community": HERE, "page": 1, "size": 9, "state": None, "volunteer": None}
    for listed in (found.find_flags, found.find_top_ups, found.find_stars, find_silences):
        assert listed(session, page)["page"] == 1


def test_ended_pairings_of_a_need_may_be_many(session: Session) -> None:
    register(session)
    hear(session)
    (proposal,) = match(session)["proposed"]
    session.commit()
    copying = sa.text(
        "UPDATE pairings SET state = 'ended' WHERE id = :id"  # as if it had run its course
    )
    session.execute(copying, {"id": proposal["pairing"]})
    session.commit()
    assert match(session)["proposed"][0]["pairing"] == f"{HERE}-H001-N1-A2"


def test_processes_that_decide_at_once_do_not_overfill_a_volunteer(
    make_database: Callable[[str], str],
) -> None:
    """Four needs, one volunteer with two places; everybody decides before anybody stores."""
    url = make_database("volunteers_at_once")
    upgrade("volunteers", url)
    engine = create_engine(url)
    needs = [f"{HERE}-H{number:03}-N1" for number in range(1, 5)]
    all_decided = Barrier(len(needs))

    def transaction(act: Callable[[Session], object]) -> None:
        info = {"vault": Vault(KEY), "contract": Contract("volunteers", PUBLISHED), "zone": ZONE}
        with Session(engine, info=info, expire_on_commit=False) as session, session.begin():
            act(session)

    def decide_and_store(session: Session) -> None:
        def slowly(function: Callable[..., Any], *arguments: Any) -> Any:
            found = function(*arguments)
            if function is solve:
                all_decided.wait(timeout=20)
            return found

        everybody = {"community": HERE, "dry_run": False}
        matching.run(lambda: nullcontext(session), everybody, now=NOW, compute=slowly)

    transaction(lambda session: register(session, capacity=2))
    for need in needs:
        transaction(partial(hear, need=need))
    with ThreadPoolExecutor(len(needs)) as pool:
        for done in [pool.submit(transaction, decide_and_store) for _ in needs]:
            done.result(timeout=30)
    with Session(engine) as session:
        assert session.query(Pairing).count() == 2
    engine.dispose()
