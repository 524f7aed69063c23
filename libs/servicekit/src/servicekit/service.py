"""What a service class is made of: its database, its entry points, its web server.

An entry point runs in one transaction, committed before the caller or the broker hears of it::

    class HouseholdsService(Service):
        name = "households"
        database = Database(PUBLISHED)

        @rpc(RaiseNeed, returns=NeedView)
        def raise_need(self, call, data):
            return needs.raise_need(call.session, data, now=call.now, actor=call.actor)
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import eventlet
import sqlalchemy as sa
from eventlet import tpool
from kombu import Exchange
from nameko.extensions import DependencyProvider, SharedExtension, register_entrypoint
from nameko.timer import Timer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from servicekit import clock, telemetry
from servicekit.actors import Actor
from servicekit.calling import Peers, Rpc, RpcClient, RpcReader
from servicekit.connection import Inbound
from servicekit.consuming import EXTERNAL, EventHandler, apply_batch
from servicekit.db import create_engine, outbox
from servicekit.errors import Conflict, ServiceError, Unavailable
from servicekit.events import EXCHANGE
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.publishing import Publisher
from servicekit.relay import Relay
from servicekit.schemas import EventData, ForeignData, Schema, load
from servicekit.settings import Settings, settings_of

AWAY_SECONDS = 1.0

__all__ = ["EXTERNAL", "Call", "Database", "Service", "compute", "every", "on_event", "rpc"]


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

    def setup(self) -> None:
        self.settings: Settings = settings_of(self.container)
        self.service: str = self.container.service_name
        telemetry.configure(self.settings.log_level, self.settings.log_format)
        self.engine = create_engine(self.settings.database_url, pool_size=self.settings.max_workers)
        self._vault = Vault(self.settings.field_key)
        self._contract = Contract(self.service, self.published)
        self._publisher = Publisher(self.settings.amqp_uri, self._declare)
        self.relay = Relay(self.service, self.engine, self._publisher)

    def start(self) -> None:
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
                self.relay.wake()
        eventlet.sleep(0)  # others have their turn: SQLite has one connection for all

    def call(
        self,
        session: Session | None,
        service: Any,
        context: Mapping[str, Any] | None = None,
        *,
        traceparent: str | None = None,
    ) -> Call:
        """The call object of one entry point's run."""
        context = context or {}
        trace = telemetry.child_trace(traceparent or context.get("traceparent"))
        if session is not None:
            session.info["traceparent"] = trace
        peers = Peers(self.peers.client, {**context, "traceparent": trace})
        actor = Actor.from_context(context)
        return Call(session, self, self.settings, peers, actor, clock.now())  # type: ignore[arg-type]  # None: no transaction

    def ping(self) -> str | None:
        """None when the database answers, else what kind of error it gave."""
        try:
            with eventlet.Timeout(5), self.engine.connect() as connection:
                connection.execute(sa.select(1))
        except (sa.exc.SQLAlchemyError, eventlet.Timeout) as error:
            return type(error).__name__
        return None

    def away(self) -> bool:
        """Whether the database does not answer."""
        return self.ping() is not None

    def wait(self) -> None:
        """Return when the database answers again."""
        while self.away():
            eventlet.sleep(AWAY_SECONDS)

    def status(self) -> dict[str, Any]:
        """What waits: in the outbox, unroutable there, queued for handlers, parked by them."""
        with self.engine.connect() as connection:
            count = sa.func.count()
            waiting, unroutable = connection.execute(
                sa.select(count, sa.func.count(outbox.c.unroutable_at))
            ).one()
        handlers = self.inbound.handlers()
        queues = [reader.queue.name for reader in handlers]
        return {
            "service": self.service,
            "outbox": waiting - unroutable,
            "unroutable": unroutable,
            "queued": sum(self._publisher.depth(queue) for queue in queues),
            "busy": any(reader.busy() for reader in handlers),
            "parked": sum(self._publisher.depth(f"{queue}.parked") for queue in queues),
            "now": clock.now().isoformat(),
            "database": self.engine.dialect.name,
        }

    def _declare(self, channel: Any) -> None:
        Exchange(EXCHANGE.format(self.service), "topic", durable=True)(channel).declare()


class Service:
    """The base of a service class: its settings, and the call that every service answers."""

    name: ClassVar[str]
    settings: ClassVar[type[Settings]] = Settings
    database: Any


def rpc(
    arguments: type[Schema],
    *,
    returns: type[Schema] | None = None,
    many: bool = False,
    after: Callable[[Call, Any], Any] | None = None,
    transaction: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let others call this method by RPC: arguments checked by schema, the result dumped by schema.

    ``after(call, result)`` runs once the transaction has committed, before the result is dumped.
    With ``transaction=False`` the method opens its own by ``call.transaction()``.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def answer(
            service: Any, kwargs: dict[str, Any], context: dict[str, Any]
        ) -> tuple[Any, Exception | None]:
            began, outcome = time.perf_counter(), "ok"
            try:
                return run(service, kwargs, context), None
            except Exception as error:  # noqa: BLE001 - the caller gets it
                failure = typed(error, service.database)
                outcome = getattr(failure, "slug", "error")
                if not isinstance(failure, ServiceError):
                    telemetry.log.error(
                        "rpc.failed",
                        method=method.__name__,
                        **telemetry.describe(error),
                        at=telemetry.frames(error),
                    )
                return None, failure
            finally:
                seconds = time.perf_counter() - began
                telemetry.RPC_SECONDS.labels(service.name, method.__name__, outcome).observe(
                    seconds
                )

        def run(service: Any, kwargs: dict[str, Any], context: dict[str, Any]) -> Any:
            data = load(arguments(), kwargs)
            call = service.database.call(None, service, context)
            if transaction:
                with service.database.transaction() as session:
                    call = service.database.call(session, service, context)
                    result = method(service, call, data)
                    session.flush()
                    if after is None and returns is not None:
                        return returns(many=many).dump(result)
            else:
                result = method(service, call, data)
            if after is not None:
                result = after(call, result)
            return returns(many=many).dump(result) if returns is not None else result

        answer.contract = (arguments, returns, many)  # type: ignore[attr-defined]  # for the generated reference
        register_entrypoint(answer, Rpc())
        return answer

    return decorate


def typed(error: Exception, database: Any) -> Exception:
    """What the caller shall see of an error."""
    if isinstance(error, (IntegrityError, StaleDataError)):
        return Conflict("somebody else changed this at the same moment; read it again and repeat")
    if isinstance(error, sa.exc.SQLAlchemyError) and database.away():
        return Unavailable("the service's database is away; try again later")
    return error


def on_event(
    *types: str,
    source: str | Sequence[str],
    schema: type[ForeignData] | Mapping[str, type[ForeignData]],
) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Let this method handle events, each applied once.

    ``source`` names publishing services, or EXTERNAL for the other systems; ``schema`` is the own
    view of the data, one for all types or a mapping by type.
    """
    schemas = schema if isinstance(schema, Mapping) else dict.fromkeys(types, schema)

    def decorate(method: Callable[..., None]) -> Callable[..., Any]:
        @functools.wraps(method)
        def handle(service: Any, batch: list[Any]) -> None:
            apply_batch(service, method.__name__, schemas, method, batch)

        handle.contract = (types, source, schemas)  # type: ignore[attr-defined]  # for the generated reference
        sources = (source,) if isinstance(source, str) else source
        register_entrypoint(handle, EventHandler(types, sources))
        return handle

    return decorate


class Every(Timer):
    """A timer whose interval is a setting; off with TIMERS=off."""

    def __init__(self, setting: str, **kwargs: Any) -> None:
        super().__init__(interval=0, **kwargs)
        self.setting = setting

    def start(self) -> None:
        settings = settings_of(self.container)
        self.interval = getattr(settings, self.setting.lower())
        if settings.timers:
            super().start()

    def stop(self) -> None:
        if self.gt is not None:
            super().stop()

    def kill(self) -> None:
        if self.gt is not None:
            super().kill()


def every(setting: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Run this method every ``setting`` seconds; an error is logged, and the next run comes."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(service: Any) -> None:
            try:
                method(service, service.database.call(None, service))
            except Exception as error:  # noqa: BLE001 - the next run comes
                telemetry.log.error(
                    "timer.failed",
                    timer=method.__name__,
                    **telemetry.describe(error),
                    at=telemetry.frames(error),
                )

        register_entrypoint(run, Every(setting))
        return run

    return decorate


def compute(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a long computation in a thread of its own, so that the service goes on answering."""
    return tpool.execute(function, *args, **kwargs)


class _Nothing(Schema):
    """No arguments."""


def _status(service: Any, call: Call, _data: dict[str, Any]) -> Any:
    return call.database.status()


_status.__name__ = "status"
Service.status = rpc(_Nothing, transaction=False)(_status)  # type: ignore[attr-defined]  # rpc is defined below Service
