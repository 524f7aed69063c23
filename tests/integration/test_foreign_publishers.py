"""Systems that know nothing of servicekit publish `household.certified`, each in its own way."""

# ruff: noqa: E402 (nameko waits the green way only where everything was patched before)
import eventlet

eventlet.monkey_patch()

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cloudevents.core.bindings import rabbitmq
from cloudevents.core.v1.event import CloudEvent
from nameko.containers import ServiceContainer
from nameko.events import EventDispatcher
from nameko.rpc import rpc
from nameko.standalone.events import event_dispatcher
from nameko.standalone.rpc import ServiceRpcProxy

from households.service import HouseholdsService
from servicekit import db, testing
from servicekit.calling import RpcClient
from servicekit.hosting import Host
from servicekit.migrations import upgrade
from unit.households.givens import HERE, a_household, another_household
from waiting import eventually
from wire import Wire

Publish = Callable[[str, dict[str, Any]], None]
CERTIFIED = {
    "community": HERE,
    "certified_on": "2026-11-20",
    "valid_until": "2027-10-31",
    "income_stable": True,
}


def by_a_stock_service(uri: str, data: dict[str, Any]) -> None:
    """A nameko service of its own, in a container of its own."""

    class CivilAffairs:
        name = "civil_affairs"
        dispatch = EventDispatcher()

        @rpc
        def certify(self, data: dict[str, Any]) -> None:
            self.dispatch("household.certified", data)

    config = {"AMQP_URI": uri}
    container = ServiceContainer(CivilAffairs, config)
    container.start()
    try:
        with ServiceRpcProxy("civil_affairs", config, timeout=5) as proxy:
            proxy.certify(data)
    finally:
        container.stop()


def by_a_stock_dispatcher(uri: str, data: dict[str, Any]) -> None:
    event_dispatcher({"AMQP_URI": uri})("civil_affairs", "household.certified", data)


def _cloud_event(data: dict[str, Any]) -> CloudEvent:
    attributes = {
        "type": "household.certified",
        "source": "urn:gov:civil-affairs",
        "id": f"certificate-{data['household']}",
        "specversion": "1.0",
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, data)


def _send(uri: str, message: rabbitmq.RabbitMQMessage) -> None:
    Wire(uri).publish(
        message.body,
        "household.certified",
        "civil_affairs.events",
        content_type=message.content_type,
        headers=dict(message.headers),
    )


def by_the_cloudevents_sdk(uri: str, data: dict[str, Any]) -> None:
    _send(uri, rabbitmq.to_binary_event(_cloud_event(data)))


def by_the_cloudevents_sdk_structured(uri: str, data: dict[str, Any]) -> None:
    _send(uri, rabbitmq.to_structured_event(_cloud_event(data)))


def by_amqp_publish(uri: str, data: dict[str, Any]) -> None:
    """Debian's amqp-tools."""
    to = ("-e", "civil_affairs.events", "-r", "household.certified")
    body = ("-C", "application/json", "-p", "-b", json.dumps(data))
    subprocess.run([amqp_publish(), "-u", uri, *to, *body], check=True, timeout=30)


def amqp_publish() -> str:
    """The program; where we are root, apt may bring it. The tests need it: without, they fail."""
    if not shutil.which("amqp-publish") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "amqp-tools"]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, check=False, env=quiet, capture_output=True)
    found = shutil.which("amqp-publish")
    assert found, "these tests need amqp-publish: apt-get install amqp-tools"
    return found


EVERY = (
    by_a_stock_service,
    by_a_stock_dispatcher,
    by_the_cloudevents_sdk,
    by_the_cloudevents_sdk_structured,
    by_amqp_publish,
)


class Office:
    """The households service at work on RabbitMQ, and an ear for what it says."""

    def __init__(self, uri: str, database: str) -> None:
        self.uri = uri
        self.wire = Wire(uri)
        self.database = database
        self.client = RpcClient(uri, timeout=5)

    def register(self, number: int) -> str:
        facts = a_household() if number == 1 else another_household(number)
        answer = self.client.call("households", "register_household", **facts)
        return str(answer["id"])

    def status(self, household: str) -> str:
        answer = self.client.call("households", "get_household", household=household)
        return str(answer["status"])

    def handled(self) -> int:
        """How many different events were taken in."""
        engine = sa.create_engine(self.database, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(db.inbox)) or 0)

    def heard(self) -> list[str]:
        """The households that were said to be verified."""
        found = []
        while (message := self.wire.take("ear")) is not None:
            found.append(json.loads(message.body)["household"])
        return sorted(found)


@pytest.fixture
def office(rabbitmq_uri: str, tmp_path: Path) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path}/households.sqlite"
    upgrade("households", url)
    config = {
        "AMQP_URI": rabbitmq_uri,
        "DATABASE_URL": url,
        "FIELD_KEY": testing.KEY,
        "EXTERNAL_SYSTEMS": "civil_affairs",
        "RETRY_DELAYS": "0.1",
        "TIMERS": "off",
    }
    office = Office(rabbitmq_uri, url)
    with Host({HouseholdsService: config}):
        office.wire.listen("ear", "households.events", "household.verified")
        yield office
        office.client.close()
    office.wire.delete("ear")


def settled(office: Office) -> bool:
    """Whether everything that was sent is taken in and everything said is out."""
    status = office.client.call("households", "status")
    queue = "households.follow_certificate"
    waiting = office.wire.waiting(queue) + office.wire.waiting(f"{queue}.retry.100")
    return not (waiting or status["outbox"])


@pytest.mark.parametrize("publish", EVERY, ids=lambda publish: publish.__name__)
def test_a_certificate_published_twice_reaches_its_household_once(
    office: Office, publish: Publish
) -> None:
    household = office.register(1)
    for _ in range(2):
        publish(office.uri, {**CERTIFIED, "household": household})
    eventually(lambda: office.status(household) == "verified")
    eventually(lambda: settled(office))
    last = office.register(2)  # what comes after it in the queue shows that both were taken in
    publish(office.uri, {**CERTIFIED, "household": last})
    eventually(lambda: office.status(last) == "verified")
    eventually(lambda: settled(office))
    assert office.handled() == 2
    assert eventually(office.heard) == [household, last]
    assert office.wire.waiting("households.follow_certificate.parked") == 0


def test_the_same_certificate_from_every_publisher_verifies_once(office: Office) -> None:
    household = office.register(1)
    for publish in EVERY:
        publish(office.uri, {**CERTIFIED, "household": household})
    eventually(lambda: office.handled() == 2)  # one by its CloudEvents id, one by its bytes
    eventually(lambda: settled(office))
    assert office.heard() == [household]


@pytest.mark.parametrize("publish", EVERY, ids=lambda publish: publish.__name__)
def test_a_wrong_certificate_is_parked_and_says_why(office: Office, publish: Publish) -> None:
    publish(office.uri, {**CERTIFIED, "household": f"{HERE}-H001", "valid_until": "never"})
    parked = "households.follow_certificate.parked"
    eventually(lambda: office.wire.waiting(parked) == 1)
    message = office.wire.take(parked)
    assert message.headers["x-error-type"] == "Invalid"
    assert "valid_until: is not a date; write it as" in message.headers["x-error-message"]
