"""Accounts that may declare nothing: definitions have made what the services need."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import PARKED, Keeper, Maker, Stage, gates, kept_by, settled, sqlite, tries

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from amqp.exceptions import AccessRefused
from kombu import Connection

import servers
from servicekit.connection import Misdeclared
from sunshine import definitions
from waiting import eventually

PASSWORDS = {"maker": "m", "keeper": "k"}


class Fenced(Stage):
    """Each service has an account of its own, which may declare nothing but queues of replies."""

    def config(self, name: str, **settings: Any) -> dict[str, Any]:
        own = {"AMQP_URI": self.uri.replace("guest:guest", f"{name}:{PASSWORDS[name]}")}
        return super().config(name, **settings) | own


@pytest.fixture
def stage(own_rabbitmq: servers.Rabbitmq, tmp_path: Path) -> Iterator[Fenced]:
    vhost = f"fenced-{uuid4().hex[:8]}"
    stage = Fenced(own_rabbitmq.make_vhost(vhost), sqlite(tmp_path), "quorum")
    told = {"RETRY_DELAYS": "0.1,0.2", "EXTERNAL_SYSTEMS": "outside", "QUEUE_TYPE": "quorum"}
    settings = definitions.settings_from(told)
    made = definitions.definitions((Maker, Keeper), settings, vhost, PASSWORDS)
    file = tmp_path / "definitions.json"
    file.write_text(json.dumps(made))
    own_rabbitmq.ctl("import_definitions", str(file))
    stage.set_up()
    yield stage
    stage.close()


def test_services_that_may_not_declare_handle_retry_and_park_events(stage: Fenced) -> None:
    with stage.running(Maker, Keeper):
        stage.wire.things("t1", "later-1", "bad-1", "wrong-1")
        stage.call("maker", "make", thing="t2")
        eventually(kept_by(stage, "t1", "t2"))
        eventually(lambda: tries["later-1"] == 3)
        eventually(lambda: stage.wire.waiting(PARKED) == 3)
        gates["later-1"].send()
        order = {"action": "replay", "error": "Conflict", "reason": "there is room now"}
        assert stage.call("keeper", "settle_parked", **order) == {"settled": 2}
        eventually(kept_by(stage, "t1", "t2", "later-1"))
        eventually(lambda: stage.things("maker", "noted") == ["later-1", "t1", "t2"])
        assert stage.call("keeper", "ask", service="maker", method="make") == "t1"
        eventually(lambda: stage.wire.waiting(PARKED) == 2)  # one failed again
    assert settled(stage)


FORBIDDEN: tuple[Callable[[Any], object], ...] = (
    lambda channel: channel.queue_declare("keeper.more"),
    lambda channel: channel.queue_delete("keeper.keep"),
    lambda channel: channel.exchange_declare("keeper.events", "topic"),
    lambda channel: channel.queue_bind("keeper.keep", "maker.events", "#"),
    lambda channel: channel.basic_get("maker.note"),
)


def test_such_an_account_declares_nothing_and_reads_nothing_of_another(stage: Fenced) -> None:
    with Connection(stage.config("keeper")["AMQP_URI"]) as connection:
        for act in FORBIDDEN:
            with pytest.raises(AccessRefused), connection.channel() as channel:
                act(channel)


def test_a_queue_that_the_definitions_lack_ends_the_start_and_is_named(stage: Fenced) -> None:
    stage.wire.delete("keeper.keep")
    with (
        pytest.raises(Misdeclared, match=r"keeper\.keep is missing.*import"),
        stage.running(Keeper),
    ):
        pass


def test_the_definitions_are_what_services_declare_where_they_may(stage: Fenced) -> None:
    """RabbitMQ refuses a queue that is there with other arguments."""
    free = Stage(stage.uri, stage.databases, "quorum")
    with free.running(Maker, Keeper):
        free.wire.things("t1")
        eventually(kept_by(free, "t1"))
    free.close()
