"""An operator at the shell sees what was given up, replays or discards it, and says why."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import servers
from e2e.test_services_alone import SERVICES, Town, town_of
from waiting import eventually
from wire import Wire

QUEUE = "households.follow_certificate"


@pytest.fixture
def town(
    own_rabbitmq: servers.Rabbitmq, own_postgres: servers.Postgres, tmp_path: Path
) -> Iterator[Town]:
    """The three services, each in a process, on RabbitMQ and PostgreSQL."""
    with town_of(own_rabbitmq, own_postgres, tmp_path) as town, ExitStack() as stack:
        places = [town.place(service) for service in SERVICES]
        for process in [stack.enter_context(place.process()) for place in places]:
            process.becomes_ready()
        yield town


def sunshine(town: Town, *words: str) -> str:
    command = [sys.executable, "-m", "sunshine.cli", "--amqp-uri", town.amqp_uri, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def listed(town: Town) -> list[str]:
    return [item["id"] for item in json.loads(sunshine(town, "parked", "list", "--json"))]


def test_what_was_given_up_is_listed_shown_replayed_and_discarded(town: Town) -> None:
    wire = Wire(town.amqp_uri)
    for name in ("c1", "c2"):
        attributes = {"id": name, "source": "civil_affairs", "type": "household.certified"}
        headers = {f"ce-{key}": value for key, value in attributes.items()}
        wire.publish(b'{"a": 1}', "household.certified", "civil_affairs.events", headers=headers)
    eventually(lambda: wire.waiting(f"{QUEUE}.parked") == 2)
    assert "households: " in sunshine(town, "status")
    assert sorted(listed(town)) == ["c1", "c2"]
    shown = sunshine(town, "parked", "show", "c1")
    assert json.loads(shown)["error"] == "Invalid"
    assert "body" not in json.loads(shown)
    why = ("--reason", "the sender was mended")
    assert "1 replayed" in sunshine(town, "parked", "replay", "--id", "c1", *why)
    eventually(lambda: wire.waiting(f"{QUEUE}.parked") == 2)  # it is as invalid as before
    assert "1 discarded" in sunshine(town, "parked", "discard", "--id", "c1", *why)
    assert listed(town) == ["c2"]
    assert QUEUE in sunshine(town, "queues")
