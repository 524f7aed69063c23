"""What an entry point works with: its call, and the service's database with its relay."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import eventlet
import sqlalchemy as sa
from kombu import Exchange
from nameko.extensions import DependencyProvider, SharedExtension
from sqlalchemy.orm import Session

from servicekit import clock, failpoints, telemetry
from servicekit.actors import Actor
from servicekit.answering import RpcReader
from servicekit.calling import KEY, Peers, RpcClient
from servicekit.connection import Inbound
from servicekit.db import create_engine, outbox
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.publishing import Publisher
from servicekit.relay import Relay
from servicekit.schemas import EventData
from servicekit.settings import Settings, settings_of

AWAY_SECONDS = 1.0
OLD_SECONDS = 60.0
ALARMS = ("outbox_old", "parked")


def alarms(outbox_age: float, parked: int) -> list[str]:
    """What an operator should look into: events that don't leave, events that were given up."""
    raised = {"outbox_old": outbox_age > OLD_SECONDS, "parked": parked > 0}
    return [alarm for alarm in ALARMS if raised[alarm]]


@cache
def spare_the_collector() -> None:
    """What a process has by now stays: to look at it all again and again halts it a tenth of a
    second each time.
    """
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Call:
    """What an entry point gets beside its data: where it works, when, for whom."""

    session: Session
    database: Any = field(repr=False)
    settings: Any = field(repr=False)
    peers: Any = field(repr=False)
    actor: Actor
    now: datetime

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction of its own, for entry points that declare ``transaction=False``."""
        with self.database.transaction() as session:
            yield session

    def peers_as(self, actor: Actor, timeout: float | None = None) -> Peers:
        """The other services, asked with the rights of ``actor``."""
        return Peers(self.database.peers.client, actor.context(), timeout)


class _Peers(SharedExtension):
    """The service's own RPC client."""

    def setup(self) -> None:
        settings = settings_of(self.container)
        self.client = RpcClient(settings.amqp_uri, timeout=settings.rpc_timeout)

    def stop(self) -> None:
        self.client.close()


class Database(DependencyProvider):
    """The service's database: sessions for entry points, and the relay that empties its outbox."""

    peers = _Peers()
    reader = RpcReader()
    inbound = Inbound()

    def __init__(self, published: Mapping[str, type[EventData]]) -> None:
        self.published = published
        self._raised: set[str] = set()

    def setup(self) -> None:
        self.settings: Settings = settings_of(self.container)
        self.service: str = self.container.service_name
        telemetry.configure(self.settings.log_level, self.settings.log_format)
        self.engine = create_engine(self.settings.database_url, pool_size=self.settings.max_workers)
        self._vault = Vault(self.settings.field_key)
        self._contract = Contract(self.service, self.published)
        self.publisher = Publisher(self.settings.amqp_uri, self._declare)
        pause = self.settings.unroutable_seconds
        self.relay = Relay(self.service, self.engine, self.publisher, pause)

    def start(self) -> None:
        spare_the_collector()
        self._relaying = self.container.spawn_managed_thread(self.relay.run, identifier="relay")

    def stop(self) -> None:
        self.relay.stop()
        self._relaying.wait()
        self.engine.dispose()

    def get_dependency(self, worker_ctx: Any) -> Database:
        return self

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work commits as a whole; the relay is woken where events were stored."""
        zone = ZoneInfo(self.settings.timezone)
        info: dict[str, Any] = {"vault": self._vault, "contract": self._contract, "zone": zone}
        with Session(self.engine, info=info, expire_on_commit=False) as session:
            with session.begin():
                yield session
            if session.info.get("wake"):
                failpoints.reached("outbox.committed")
                self.relay.wake()
        if self.engine.dialect.name == "sqlite":
            eventlet.sleep(0)  # others have their turn: it has one connection for all

    def call(
        self,
        session: Session | None,
        context: Mapping[str, Any] | None = None,
        *,
        traceparent: str | None = None,
    ) -> Call:
        """The call object of one entry point's run."""
        context = context or {}
        trace = telemetry.child_trace(traceparent or context.get("traceparent"))
        if session is not None:
            session.info["traceparent"] = trace
        # the key names this call, and none that it makes
        peers = Peers(self.peers.client, {**context, "traceparent": trace, KEY: None})
        actor = Actor.from_context(context)
        return Call(session, self, self.settings, peers, actor, clock.now())  # type: ignore[arg-type]  # None: no transaction

    def ping(self) -> str | None:
        """None when the database answers and has tables, else what kind of error it gave."""
        try:
            with eventlet.Timeout(5), self.engine.connect() as connection:
                connection.execute(sa.select(1).select_from(outbox).limit(1))
        except (sa.exc.SQLAlchemyError, eventlet.Timeout) as error:
            return type(error).__name__
        return None

    def away(self) -> bool:
        """Whether the database cannot be worked with."""
        return self.ping() is not None

    def wait(self) -> None:
        """Return when the database answers again; raise Unavailable if the service ends before."""
        while self.away():
            if self.inbound.stopping:
                raise Unavailable("the service ends; another process takes the event")
            eventlet.sleep(AWAY_SECONDS)

    def status(self) -> dict[str, Any]:
        """What waits: in the outbox, unroutable there, queued for handlers, parked by them."""
        now = clock.now()
        waiting, unroutable, age = self.backlog(now)
        handlers = self.inbound.readers()
        parked = sum(self.publisher.depth(f"{each.name}.parked") for each in handlers)
        return {
            "service": self.service,
            "outbox": waiting,
            "outbox_age": age,
            "unroutable": unroutable,
            "queued": sum(self.publisher.depth(each.name) for each in handlers),
            "busy": any(each.busy() for each in handlers),
            "parked": parked,
            "alarms": alarms(age, parked),
            "now": now.isoformat(),
            "database": self.engine.dialect.name,
        }

    def backlog(self, now: datetime) -> tuple[int, int, float]:
        """Rows of the outbox: waiting, unroutable, and the age in seconds of the oldest."""
        count, marked = sa.func.count(), sa.func.count(outbox.c.unroutable_at)
        with self.engine.connect() as connection:
            query = sa.select(count, marked, sa.func.min(outbox.c.created_at))
            rows, unroutable, oldest = connection.execute(query).one()
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        return rows - unroutable, unroutable, age

    def queues(self) -> list[dict[str, Any]]:
        """What lies in each handler's queue, in its retry queues, parked; seconds it has waited."""
        now = clock.now()
        return [
            {
                "queue": reader.name,
                "ready": self.publisher.depth(reader.name),
                "retries": sum(self.publisher.depth(name) for name in reader.retry_queues()),
                "parked": self.publisher.depth(f"{reader.name}.parked"),
                "age": max(0.0, (now - (reader.oldest() or now)).total_seconds()),
            }
            for reader in self.inbound.readers()
        ]

    def sample(self) -> None:
        """Bring the metrics of what waits up to date, and raise or clear the alarms."""
        queues = self.queues()
        for each in queues:
            for kind in ("ready", "retries", "parked"):
                telemetry.QUEUED.labels(self.service, each["queue"], kind).set(each[kind])
            telemetry.EVENT_AGE.labels(self.service, each["queue"]).set(each["age"])
        waiting, _unroutable, age = self.backlog(clock.now())
        telemetry.OUTBOX_ROWS.labels(self.service).set(waiting)
        telemetry.OUTBOX_AGE.labels(self.service).set(age)
        raised = alarms(age, sum(each["parked"] for each in queues))
        for alarm in ALARMS:
            telemetry.ALARM.labels(self.service, alarm).set(alarm in raised)
        for alarm in sorted(set(raised) ^ self._raised):
            event = "alarm.raised" if alarm in raised else "alarm.cleared"
            telemetry.log.warning(event, service=self.service, alarm=alarm)
        self._raised = set(raised)

    def _declare(self, channel: Any) -> None:
        Exchange(EXCHANGE.format(self.service), "topic", durable=True)(channel).declare()
