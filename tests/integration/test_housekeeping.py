"""What is old goes; what was done stays done."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import Keeper, Stage, kept_by, settled, staged

from datetime import timedelta

import pytest
import sqlalchemy as sa

from servicekit import clock, db, housekeeping
from waiting import eventually

stage = pytest.fixture(params=["embedded", "classic"])(staged)


def test_the_inbox_forgets_only_what_is_old(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "CHUNK", 2)
    with stage.running(Keeper, INBOX_DAYS=10):
        stage.wire.things("t1", "t2", "t3", "t4", "t5")
        eventually(kept_by(stage, "t1", "t2", "t3", "t4", "t5"))
        clock.travel(clock.now() + timedelta(days=11))
        stage.wire.things("t6")
        eventually(kept_by(stage, "t1", "t2", "t3", "t4", "t5", "t6"))
        database = stage.host.extension("keeper", "database")
        purged = housekeeping.purge(database, now=clock.now())
        assert purged == {"inbox": 5, "in_hand": 0, "answered": 0}
        with database.engine.connect() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(db.inbox)) == 1
    assert settled(stage)
