"""Each service on its own, as operators deploy it: a process, a database, any broker.

Real `nameko run` on RabbitMQ and PostgreSQL; what is killed here is killed for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from kombu import Connection, Exchange, Queue

import servers
from alone import NAMEKO, Alone, Process
from servicekit import clock
from servicekit.calling import RpcClient
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE, Event, write
from servicekit.publishing import Outgoing, Publisher
from unit.households.givens import HERE, HOME, a_household, a_need, another_household
from waiting import eventually

SERVICES = ("households", "volunteers", "notifications")
FEW_SECONDS = 5
TODAY = date.today()  # noqa: DTZ011 - a day more or less makes no difference
SOON = (TODAY + timedelta(days=3)).isoformat()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
NEXT_YEAR = (TODAY + timedelta(days=300)).isoformat()


def real_work(service: str, number: int) -> tuple[str, dict[str, Any], str]:
    """A call that changes something and needs no other service: method, data, and the id made."""
    if service == "households":
        code = f"H{number:03}"
        return "register_household", another_household(number), f"{HERE}-{code}"
    if service == "volunteers":
        code = f"P{number:02}"
        data = {"community": HERE, "code": code, "name": "实验学校", "kind": "school"}
        return "register_partner", data, f"{HERE}-{code}"
    code = f"S{number:02}"
    data = {"community": HERE, "code": code, "name": "沈丽华", "role": "coordinator"}
    return "register_staff", data, f"{HERE}-{code}"


class Town:
    """A virtual host in which services run, and a client that calls them."""

    def __init__(self, amqp_uri: str, databases: servers.Postgres, folder: Path) -> None:
        self.amqp_uri = amqp_uri
        self.client = RpcClient(amqp_uri, timeout=10)
        self._databases = databases
        self._folder = folder
        self._numbers = count(2)

    def place(self, service: str, **settings: Any) -> Alone:
        """A service with an empty database, brought to the newest schema."""
        url = self._databases.make_database(service)
        place = Alone(service, self.amqp_uri, url, self._folder, **settings)
        assert "up to date" in place.migrate()
        return place

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        return self.client.call(service, method, **kwargs)

    def works(self, service: str) -> bool:
        """Whether it does real work."""
        method, data, id_ = real_work(service, next(self._numbers))
        return bool(self.call(service, method, **data)["id"] == id_)


@contextmanager
def town_of(broker: servers.Rabbitmq, databases: servers.Postgres, folder: Path) -> Iterator[Town]:
    town = Town(broker.make_vhost(f"alone-{uuid4().hex[:8]}"), databases, folder)
    try:
        yield town
    finally:
        town.client.close()


@pytest.fixture
def town(
    own_rabbitmq: servers.Rabbitmq, own_postgres: servers.Postgres, tmp_path: Path
) -> Iterator[Town]:
    with town_of(own_rabbitmq, own_postgres, tmp_path) as town:
        yield town


@pytest.fixture
def everybody(town: Town) -> Iterator[dict[str, Process]]:
    """The three services, each in a process, all ready."""
    with ExitStack() as stack:
        places = [town.place(service) for service in SERVICES]
        running = {place.service: stack.enter_context(place.process()) for place in places}
        for process in running.values():
            process.becomes_ready()
        yield running


# -- on its own


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_works_and_ends_with_the_two_others_down(town: Town, service: str) -> None:
    with town.place(service).process() as process:
        process.becomes_ready()
        assert town.call(service, "status")["service"] == service
        assert town.works(service)
        assert town.call(service, "status")["parked"] == 0
        assert process.terminate(FEW_SECONDS) == 0


def test_a_service_whose_database_was_not_migrated_is_not_ready_until_it_is(
    town: Town, own_postgres: servers.Postgres, tmp_path: Path
) -> None:
    place = Alone("households", town.amqp_uri, own_postgres.make_database("late"), tmp_path)
    with place.process() as process:
        process.waits_for("database")
        assert "migrate" in process.get("readyz")[1]
        with pytest.raises(Unavailable):
            town.works("households")
        place.migrate()
        process.becomes_ready()
        assert town.works("households")


def test_the_configuration_is_shown_and_the_shell_can_call(town: Town) -> None:
    place = town.place("households", RPC_TIMEOUT=7)
    assert "RPC_TIMEOUT: 7" in place.command(*NAMEKO, "show-config", "--config", "config.yml")
    with place.process() as process:
        process.becomes_ready()
        shell = (*NAMEKO, "shell", "--config", "config.yml")
        said = place.command(*shell, stdin="n.rpc.households.status()\n")
        assert "'service': 'households'" in said


# -- the broker away


def test_services_outlive_the_broker_and_work_again_when_it_is_back(
    town: Town, everybody: dict[str, Process], own_rabbitmq: servers.Rabbitmq
) -> None:
    own_rabbitmq.kill()
    try:
        for process in everybody.values():
            process.waits_for("broker")
    finally:
        own_rabbitmq.start()
    for service, process in everybody.items():
        process.becomes_ready()
        assert town.works(service)
        assert process.terminate(FEW_SECONDS) == 0


def test_services_start_without_the_broker_and_can_be_ended_without_it(
    town: Town, own_rabbitmq: servers.Rabbitmq
) -> None:
    places = [town.place(service) for service in SERVICES]
    with ExitStack() as stack:
        own_rabbitmq.kill()
        try:
            running = [stack.enter_context(place.process()) for place in places]
            ending = stack.enter_context(places[0].process("-ended"))
            for process in (*running, ending):
                process.waits_for("broker")
            assert ending.terminate(FEW_SECONDS) == 0
        finally:
            own_rabbitmq.start()
        for service, process in zip(SERVICES, running, strict=True):
            process.becomes_ready()
            assert town.works(service)


# -- the database away


def test_services_outlive_the_database_and_work_again_when_it_is_back(
    town: Town, everybody: dict[str, Process], own_postgres: servers.Postgres
) -> None:
    town.call("households", "register_household", **a_household())
    own_postgres.kill()
    try:
        certify(town, "H001")  # arrives while nothing can be stored
        for service, process in everybody.items():
            assert process.health() == (200, 503, ["database"])
            with pytest.raises(Unavailable, match="database is away; try again later"):
                town.works(service)
    finally:
        own_postgres.start()
    for process in everybody.values():
        process.becomes_ready()
    eventually(lambda: household(town, HOME)["status"] == "verified", timeout=15)
    for service in ("volunteers", "notifications"):
        assert town.works(service)
    assert [town.call(service, "status")["parked"] for service in SERVICES] == [0, 0, 0]


def test_a_service_that_ends_without_its_database_leaves_its_event_to_the_next(
    town: Town, own_postgres: servers.Postgres
) -> None:
    place = town.place("households")
    with place.process("-first") as first:
        first.becomes_ready()
        town.call("households", "register_household", **a_household())
        own_postgres.kill()
        try:
            certify(town, "H001")
            eventually(lambda: "handler.waiting" in first.log.read_text())
            assert first.terminate(FEW_SECONDS) == 0
            with place.process("-second") as second:
                second.waits_for("database")
                own_postgres.start()
                second.becomes_ready()
                eventually(lambda: household(town, HOME)["status"] == "verified", timeout=15)
        finally:
            if not own_postgres.ready():
                own_postgres.start()


# -- events for those who are not there


def test_an_event_published_while_its_consumer_is_down_reaches_it_later(town: Town) -> None:
    volunteers = town.place("volunteers")
    with volunteers.process() as process:
        process.becomes_ready()
        assert process.terminate(FEW_SECONDS) == 0
    with town.place("households").process() as households:
        households.becomes_ready()
        need = raise_a_need(town)
        with volunteers.process("-again"):
            eventually(lambda: known_needs(town) == [need], timeout=15)


def test_an_event_published_before_its_consumer_ever_ran_waits_for_it(town: Town) -> None:
    with town.place("households", UNROUTABLE_SECONDS=1).process() as households:
        households.becomes_ready()
        need = raise_a_need(town)
        eventually(lambda: town.call("households", "status")["unroutable"] > 0)
        unroutable = {"name": "sunshine_events_unroutable_total", "type": "need.raised"}
        eventually(lambda: households.metric(**unroutable) > 0)
        with town.place("volunteers").process():
            eventually(lambda: known_needs(town) == [need], timeout=15)


# -- several processes


def test_two_processes_of_a_service_share_the_work_and_do_none_of_it_twice(town: Town) -> None:
    codes = [f"H{number:03}" for number in range(2, 62)]
    place = town.place("households", EVENT_BATCH=2)
    with place.process("-1") as one, place.process("-2") as two, tapped(town) as heard:
        one.becomes_ready()
        two.becomes_ready()
        records = [another_household(number, line=number) for number in range(2, 62)]
        for record in records:
            del record["community"]  # said once, for all of them
        imported = town.call("households", "import_households", community=HERE, records=records)
        assert imported["accepted"] == len(codes), imported
        certify(town, *codes)
        eventually(lambda: verified(town) == len(codes), timeout=20)
        eventually(lambda: town.call("households", "status")["outbox"] == 0)
        ids = heard()
        both = (one, two)
        assert sum(handled(process, "applied") for process in both) == len(codes)
        assert all(handled(process, "applied") > 0 for process in both)
        calls = [eventlet.spawn(household, town, f"{HERE}-{code}") for code in codes]
        assert {call.wait()["version"] for call in calls} == {2}
        for process in both:
            assert process.metric("sunshine_rpc_seconds_count", method="get_household") > 0
    for what in ("household.registered", "household.verified"):
        told = sorted(id_ for id_ in ids if id_.startswith(what))
        assert [id_.split(":")[1] for id_ in told] == [f"{HERE}-{code}" for code in codes]


# -- helpers


def certify(town: Town, *codes: str) -> None:
    """As the civil-affairs system does: confirmed, so that it is not lost."""
    letters = []
    for code in codes:
        data = {"community": HERE, "household": code}
        data |= {"certified_on": YESTERDAY, "valid_until": NEXT_YEAR}
        event = Event(
            type="household.certified",
            source="civil_affairs",
            subject=code,
            id=f"certificate-{code}",
            time=clock.now(),
            data=data,
        )
        body, headers = write(event)
        letters.append(Outgoing(body, EXCHANGE.format(event.source), event.type, headers))
    publisher = Publisher(town.amqp_uri)
    try:
        assert publisher.send(letters) == []
    finally:
        publisher.close()


def household(town: Town, id_: str) -> dict[str, Any]:
    return dict(town.call("households", "get_household", household=id_))


def verified(town: Town) -> int:
    return int(
        town.call("households", "find_households", community=HERE, status="verified")["total"]
    )


def raise_a_need(town: Town) -> str:
    """A verified household's need: it is told at once; its id."""
    town.call("households", "register_household", **a_household())
    dates = {"certified_on": YESTERDAY, "valid_until": NEXT_YEAR}
    town.call("households", "verify_household", household=HOME, **dates)
    return str(town.call("households", "raise_need", **a_need(starts_on=SOON))["id"])


def known_needs(town: Town) -> list[str]:
    """The needs that volunteers has heard of and cannot meet: it has no volunteers."""
    try:
        items = town.call("volunteers", "unmatched", community=HERE)["items"]
    except Unavailable:  # it starts just now
        return []
    return [item["need"] for item in items]


def handled(process: Process, outcome: str) -> float:
    handler = "follow_certificate"
    return process.metric("sunshine_events_handled_total", handler=handler, outcome=outcome)


@contextmanager
def tapped(town: Town) -> Iterator[Callable[[], list[str]]]:
    """Hears all that households publishes: the ids so far."""
    exchange = Exchange("households.events", "topic", durable=True)
    with Connection(town.amqp_uri) as connection:
        tap = Queue("tap", exchange, routing_key="#", exclusive=True)(connection.channel())
        tap.declare()

        def heard() -> list[str]:
            return [
                message.headers["ce-id"] for message in iter(lambda: tap.get(no_ack=True), None)
            ]

        yield heard
