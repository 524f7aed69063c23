"""Where the scenarios play: the two tiny services of `trial`, as processes on servers of ours."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import eventlet
import sqlalchemy as sa
from amqp.exceptions import AMQPError
from eventlet import tpool
from sqlalchemy.engine import make_url

import servers
from chaos.clients import Letter, letter
from chaos.crew import TESTS, Job
from chaos.ledger import Ledger
from servicekit.calling import RpcClient
from trial import Stage
from waiting import eventually
from wire import COMMUNITY, Wire

T = TypeVar("T")
DELAYS = ("0.2", "0.5", "1", "2")
SETTINGS = {"RETRY_DELAYS": ",".join(DELAYS), "UNROUTABLE_SECONDS": 1, "HEARTBEAT": 10}


class Place:
    """A virtual host on which services run as processes, each with a database."""

    names: tuple[str, ...]
    handlers: tuple[str, ...]
    handlings: int
    """How many handlers handle something for one event that is published."""

    def __init__(self, broker: servers.Rabbitmq, databases: servers.Postgres) -> None:
        self.broker, self.databases = broker, databases
        self.vhost = f"chaos-{uuid4().hex[:8]}"
        self.uri = broker.make_vhost(self.vhost)
        self.urls = {name: databases.make_database(name) for name in self.names}
        self.wire = Wire(self.uri)
        self.client = RpcClient(self.uri, timeout=10, retries=True)
        self._parked: list[str] = []

    def jobs(self) -> list[Job]:
        """How its services are started."""
        raise NotImplementedError

    def await_start(self) -> None:
        """Return when every queue is there, and bound."""
        for name in self.names:
            eventually(lambda name=name: answers(self.client, name), timeout=120)  # type: ignore[misc]

    def places(self) -> dict[str, list[str]]:
        """What was done, by place; an id as often as it was done."""
        raise NotImplementedError

    def some(self) -> list[Letter]:
        """Some new events."""
        raise NotImplementedError

    def hopeless(self, number: int) -> Letter:
        """An event that fails at each try."""
        raise NotImplementedError

    def parked(self) -> list[str]:
        """The ids of all that was parked; taken from the queues."""
        for handler in self.handlers:
            while message := self.wire.take(f"{handler}.parked"):
                headers = message.headers
                self._parked.append(headers["ce-id"].removeprefix(headers["ce-type"] + "-"))
        return self._parked

    def settle(self, ledger: Ledger, timeout: float) -> bool:
        """Wait until every accepted id has arrived and nothing is on its way any more."""
        deadline = time.monotonic() + timeout
        looks = 0
        while time.monotonic() < deadline:
            # twice: what goes from one queue to another is in none for a moment
            looks = looks + 1 if not ledger.missing(self.places()) and self.still() else 0
            if looks == 2:
                return True
            eventlet.sleep(timeout / 500)  # to look is work, too
        return False

    def handled(self) -> int:
        """How many events the services have handled."""
        counts = (read(url, "SELECT count(*) FROM inbox")[0] for url in self.urls.values())
        return sum(counts)

    def arrived(self) -> float:
        """How many of the published events were handled by all, about."""
        return self.handled() / self.handlings

    def still(self) -> bool:
        """Whether no outbox and no queue holds anything but what was parked."""
        outboxes = [
            read(url, "SELECT id FROM outbox WHERE unroutable_at IS NULL")
            for url in self.urls.values()
        ]
        ignored = {"ear", *(f"{handler}.parked" for handler in self.handlers)}
        listed = ("list_queues", "--vhost", self.vhost, "name", "messages", "--no-table-headers")
        queues = (line.split() for line in tpool.execute(self.broker.ctl, *listed).splitlines())
        # what is listed of a quorum queue is up to five seconds old: it is asked itself
        waiting = [
            name
            for name, messages in queues
            if name not in ignored and (self._asked(name) if ".retry." in name else int(messages))
        ]
        return not any(outboxes) and not waiting

    def _asked(self, queue: str) -> int:
        try:
            return self.wire.waiting(queue)
        except (AMQPError, OSError):
            return 1  # its broker begins anew: nobody knows

    def close(self) -> None:
        self.client.close()


class Workshop(Place):
    """Maker and keeper: a thing that is heard of is kept, and what is kept is noted.

    Nothing but the inbox keeps them from doing a thing twice.
    """

    names = ("maker", "keeper")
    handlers = ("keeper.keep", "maker.note")
    handlings = 2

    def __init__(
        self,
        broker: servers.Rabbitmq,
        databases: servers.Postgres,
        folder: Path,
        queue_type: str = "classic",
    ) -> None:
        super().__init__(broker, databases)
        self.folder = folder
        self.stage = Stage(self.uri, self.urls, queue_type)
        self.stage.set_up()
        self._made = 0

    def jobs(self, broker: int = 0, databases: int = 0) -> list[Job]:
        """How both are started; the ports may be those of proxies."""
        return [self._job(name, broker, databases) for name in self.names]

    def _job(self, name: str, broker: int, databases: int) -> Job:
        config = self.stage.config(name, **SETTINGS, HTTP_ADDRESS="127.0.0.1:0", LOG_FORMAT="json")
        for setting, port in (("AMQP_URI", broker), ("DATABASE_URL", databases)):
            if port:
                url = make_url(config[setting]).set(port=port)
                config[setting] = url.render_as_string(hide_password=False)
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(config))  # JSON is YAML
        path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        return Job(name, f"trial:{name.title()}", TESTS, str(file), {"PYTHONPATH": path})

    def some(self) -> list[Letter]:
        first, self._made = self._made, self._made + 10
        return [self.thing(f"t{number}") for number in range(first, self._made)]

    def hopeless(self, number: int) -> Letter:
        return self.thing(f"bad{number}")

    def thing(self, name: str) -> Letter:
        """Somebody else made a thing of this name."""
        data = {"community": COMMUNITY, "version": 1, "thing": name}
        return letter(name, "thing.made", "outside", data)

    def places(self) -> dict[str, list[str]]:
        return {
            "keeper.kept": self.stage.things("keeper", "kept"),
            "maker.noted": self.stage.things("maker", "noted"),
            **({"maker.made": made} if (made := self.stage.things("maker", "made")) else {}),
        }

    def close(self) -> None:
        super().close()
        self.stage.close()


def answers(client: RpcClient, service: str) -> bool:
    """Whether the service can be called."""
    try:
        return bool(client.call(service, "status", timeout=3)["service"] == service)
    except Exception:  # noqa: BLE001 - whatever it is, it is not ready
        return False


def read(url: str, statement: str) -> list[Any]:
    """The first column of what a query finds."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.scalars(sa.text(statement)))


def patiently(act: Callable[[], T]) -> T:
    """What `act` returns, once the database is there."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return act()
        except sa.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            eventlet.sleep(0.2)
