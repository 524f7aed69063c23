"""A large community is matched by a process of its own, while the service goes on answering."""

from collections.abc import Callable
from pathlib import Path

import eventlet
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.apart import Failed, apart
from servicekit.calling import RpcClient
from servicekit.db import create_engine
from servicekit.hosting import Host
from servicekit.migrations import upgrade
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from unit.volunteers.neighbourhood import HERE, ZONE, hear, register
from volunteers.contracts import PUBLISHED
from volunteers.models import Pairing
from volunteers.service import VolunteersService
from volunteers.usecases import matching


def test_a_large_community_is_matched_apart_and_calls_are_answered_meanwhile(
    make_database: Callable[[str], str],
    rabbitmq_uri: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "LARGE", 0)
    url = make_database("volunteers_apart")
    upgrade("volunteers", url)
    engine = create_engine(url)
    info = {"vault": Vault(KEY), "contract": Contract("volunteers", PUBLISHED), "zone": ZONE}
    with Session(engine, info=info, expire_on_commit=False) as session, session.begin():
        register(session)
        hear(session)
    config = {"AMQP_URI": rabbitmq_uri, "DATABASE_URL": url, "FIELD_KEY": KEY, "TIMERS": False}
    with Host({VolunteersService: config}):
        client = RpcClient(rabbitmq_uri, timeout=60)
        run = eventlet.spawn(client.call, "volunteers", "match", community=HERE, dry_run=False)
        answered, stages = 0, set[str | None]()
        while not run.dead:
            client.call("volunteers", "get_rules", community=HERE)
            stages.add(client.call("volunteers", "match_progress", community=HERE)["stage"])
            answered += 1
        assert run.wait()["run"] == f"{HERE}-R1"
        assert answered > 10  # a process takes half a second only to begin
        assert stages & {"reading", "solving", "storing", "keeping"}
        client.close()
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Pairing)) == 1
    engine.dispose()


def test_a_process_that_ends_without_a_result_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gives_up.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Failed, match="gives_up ended with status 3 and no result"):
        apart("gives_up", {}, print)
