"""A stage for tests of the plumbing: two tiny services on a real broker and a real database.

`maker` makes things and says so; `keeper` keeps what it hears of and says that in turn. What the
keeper does with a thing depends on how its name begins (see `Keeper.keep`).
"""

# ruff: noqa: E402 (nameko waits the green way only where everything was patched before)
import eventlet

eventlet.monkey_patch()

import json
import os
import signal
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from eventlet.event import Event as Gate
from kombu.pools import reset as forget_pooled_connections
from marshmallow import fields
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from servicekit import clock, db, embedded, outbox, testing
from servicekit.calling import RpcClient
from servicekit.errors import BY_NAME, Conflict, Invalid, NotFound
from servicekit.hosting import Host
from servicekit.schemas import EventData, Id, Schema
from servicekit.service import EXTERNAL, Database, Service, on_event, rpc
from servicekit.web import Web, health_app
from wire import COMMUNITY, Wire

embedded.install()

PARKED = "keeper.keep.parked"

tries: Counter[str] = Counter()
"""How often the keeper has taken each thing in hand."""
gates: defaultdict[str, Gate] = defaultdict(Gate)
"""Where things whose name begins with `slow` or `later` wait."""


class Base(DeclarativeBase):
    metadata = db.new_metadata()
    type_annotation_map = db.TYPES


class Thing(Base):
    """Without a unique name: what is done twice is seen twice."""

    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
    what: Mapped[str]
    trace: Mapped[str | None]


class ThingEvent(EventData):
    """Something happened to a thing."""

    version = fields.Integer(load_default=1)
    thing = Id(required=True)


class ThingArgs(Schema):
    thing = Id(required=True)


class RefuseArgs(Schema):
    kind = fields.String(required=True)


def add(call: Any, name: str, what: str) -> None:
    trace = (call.session.info["traceparent"] or "--").split("-")[1]
    call.session.add(Thing(name=name, what=what, trace=trace))


def say(call: Any, type_: str, thing: str) -> None:
    data = {"community": COMMUNITY, "version": 1, "thing": thing}
    outbox.publish(call.session, type_, subject=thing, version=1, data=data, now=call.now)


class Maker(Service):
    name = "maker"
    database = Database(dict.fromkeys(("thing.made", "thing.lost"), ThingEvent))
    web = Web(health_app)

    @rpc(ThingArgs)
    def make(self, call: Any, data: Any) -> str:
        add(call, data["thing"], "made")
        say(call, "thing.made", data["thing"])
        if data["thing"].startswith("half"):
            raise Conflict("this thing is never finished; make another one")
        return str(data["thing"])

    @rpc(ThingArgs)
    def lose(self, call: Any, data: Any) -> None:
        say(call, "thing.lost", data["thing"])

    @rpc(RefuseArgs)
    def refuse(self, call: Any, data: Any) -> None:
        if data["kind"] == "NotFound":
            raise NotFound("thing", "t1")
        if data["kind"] == "Invalid":
            raise Invalid({"thing": ["is odd; take another"]})
        if data["kind"] in BY_NAME:
            kind: Any = BY_NAME[data["kind"]]
            raise kind("it went wrong; try again", thing="t1")
        raise RuntimeError("the identity number 210103194912310012 is to blame")

    @rpc(ThingArgs)
    def wait(self, call: Any, data: Any) -> str:
        tries[data["thing"]] += 1
        gates[data["thing"]].wait()
        return "at last"

    @rpc(ThingArgs)
    def odd(self, call: Any, data: Any) -> object:
        return object()

    @rpc(ThingArgs)
    def whoami(self, call: Any, data: Any) -> dict[str, Any]:
        return dict(call.actor.context())

    @on_event("thing.kept", source="keeper", schema=ThingEvent)
    def note(self, call: Any, event: Any) -> None:
        add(call, event.data["thing"], "noted")


class ServiceArgs(Schema):
    service = fields.String(required=True)
    method = fields.String(required=True)


class Keeper(Service):
    name = "keeper"
    database = Database({"thing.kept": ThingEvent})
    web = Web(health_app)

    @on_event("thing.made", source=("maker", EXTERNAL), schema=ThingEvent)
    def keep(self, call: Any, event: Any) -> None:
        """Refuse `bad…`, `wrong…`, and `later…` till its gate is open; `slow…` waits for its.

        `deadly…` ends the process.
        """
        thing = event.data["thing"]
        tries[thing] += 1
        say(call, "thing.kept", thing)
        add(call, thing, "kept")
        call.session.flush()
        if thing.startswith("bad") or (thing.startswith("later") and not gates[thing].ready()):
            raise Conflict("there is no room; make some")
        if thing.startswith("wrong"):
            raise Invalid({"thing": ["is not wanted; send another"]})
        if thing.startswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        if thing.startswith("slow"):
            gates[thing].wait()

    @rpc(ServiceArgs)
    def ask(self, call: Any, data: Any) -> Any:
        """What another service answers."""
        peer = getattr(getattr(call.peers, data["service"]), data["method"])
        return peer(thing="t1")

    @rpc(ServiceArgs)
    def echo(self, call: Any, data: Any) -> Any:
        return data


class Stage:
    """Where the two services play: a broker, a database each, and who watches."""

    delays = ("0.1", "0.2")

    def __init__(self, uri: str, databases: dict[str, str], queue_type: str = "classic") -> None:
        self.uri = uri
        self.wire = Wire(uri)
        self.databases = databases
        self.queue_type = queue_type
        self.client = RpcClient(uri, timeout=5)
        self.host: Any = None

    def set_up(self) -> None:
        for url in self.databases.values():
            engine = db.create_engine(url)
            Base.metadata.create_all(engine)
            db.messaging.create_all(engine)
            engine.dispose()

    @contextmanager
    def running(self, *services: type[Service], **settings: Any) -> Iterator[Any]:
        """The services at work; at the end each must still be alive."""
        configs = {service: self.config(service.name, **settings) for service in services}
        with Host(configs) as host:
            self.host = host
            yield host
            assert [name for name, each in host.containers.items() if not each.started] == []

    def config(self, name: str, **settings: Any) -> dict[str, Any]:
        return {
            "AMQP_URI": self.uri,
            "DATABASE_URL": self.databases[name],
            "FIELD_KEY": testing.KEY,
            "RETRY_DELAYS": ",".join(self.delays),
            "EXTERNAL_SYSTEMS": "outside",
            "QUEUE_TYPE": self.queue_type,
            "RPC_TIMEOUT": 5,
            "LOG_FORMAT": "console",
            **settings,
        }

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        return self.client.call(service, method, **kwargs)

    def things(self, service: str, what: str) -> list[str]:
        """The names of things in a service's database, sorted."""
        engine = sa.create_engine(self.databases[service], poolclass=sa.NullPool)
        with engine.connect() as connection:
            rows = connection.scalars(sa.select(Thing.name).where(Thing.what == what))
            return sorted(rows)

    def kept(self) -> list[str]:
        return self.things("keeper", "kept")

    def status(self, service: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(service, "status")
        return answer

    def get(self, service: str, path: str) -> tuple[int, str]:
        """Status and body of a page of the service's web server."""
        port = self.host.extension(service, "web").port
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ready(self, service: str) -> tuple[int, list[str]]:
        """What `/readyz` answers: the code, and the parts with problems."""
        code, body = self.get(service, "readyz")
        return code, sorted(json.loads(body)["problems"])

    def close(self) -> None:
        self.client.close()
        tries.clear()
        gates.clear()


def sqlite(folder: Path) -> dict[str, str]:
    """A database file for each of the two."""
    return {name: f"sqlite:///{folder}/{name}.sqlite" for name in ("maker", "keeper")}


QUEUES = (
    *("rpc-maker", "rpc-keeper", "ear"),
    *(
        f"{handler}{place}"
        for handler in ("maker.note", "keeper.keep")
        for place in ("", ".parked", ".retry.100", ".retry.200")
    ),
)
"""Every queue that the two services leave behind."""


def staged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The body of a fixture `stage` whose parameters are embedded, classic, quorum (queues)."""
    name = f"stage-{uuid4().hex[:8]}"
    if request.param == "embedded":
        stage = Stage(f"embedded://{name}", sqlite(tmp_path))
    else:
        stage = Stage(request.getfixturevalue("rabbitmq_uri"), sqlite(tmp_path), request.param)
    stage.set_up()
    yield stage
    stage.close()
    clock.return_to_present()
    forget_pooled_connections()
    stage.wire.delete(*QUEUES)
    embedded.reset(name)


def kept_by(stage: Stage, *names: str) -> Callable[[], bool]:
    """Whether exactly these things are kept, each once."""
    return lambda: stage.kept() == sorted(names)


def settled(stage: Stage) -> bool:
    """Whether nothing waits in the keeper's queue; unacknowledged messages show after it stops."""
    return stage.wire.waiting("keeper.keep") == 0
