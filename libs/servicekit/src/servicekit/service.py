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
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from eventlet import tpool
from nameko.extensions import register_entrypoint
from nameko.timer import Timer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from servicekit import housekeeping, parked, telemetry
from servicekit.actors import Actor
from servicekit.answering import Rpc, outcome_of
from servicekit.answers import Command, key_of
from servicekit.applying import Handler, apply_batch
from servicekit.consuming import EXTERNAL, EventHandler
from servicekit.database import Call, Database
from servicekit.errors import Conflict, Unavailable
from servicekit.parked import ListParked, SettleParked
from servicekit.schemas import ForeignData, Schema, load
from servicekit.settings import Settings, settings_of
from servicekit.transactions import again

__all__ = ["EXTERNAL", "Call", "Database", "Service", "compute", "every", "on_event", "rpc"]


def rpc(
    arguments: type[Schema],
    *,
    returns: type[Schema] | None = None,
    many: bool = False,
    after: Callable[[Call, Any], Any] | None = None,
    transaction: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let others call this method by RPC: arguments checked by schema, the result dumped by schema.

    The caller must have rights in every community that an argument names, by itself or in an id.
    ``after(call, result)`` runs once the transaction has committed, before the result is dumped.
    With ``transaction=False`` the method opens its own by ``call.transaction()``.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        remote = _Remote(method, arguments, returns, many, after, transaction)

        @functools.wraps(method)
        def answer(service: Any, kwargs: Any, context: Any) -> tuple[Any, Exception | None]:
            return remote.answer(service, kwargs, context)

        answer.contract = (arguments, returns, many)  # type: ignore[attr-defined]  # for the generated reference
        answer.keyed = remote.keyed  # type: ignore[attr-defined]  # so is this
        register_entrypoint(answer, Rpc())
        return answer

    return decorate


@dataclass(frozen=True)
class _Remote:
    """A method that others call: its data checked on the way in, dumped on the way out."""

    act: Callable[..., Any]
    arguments: type[Schema]
    returns: type[Schema] | None
    many: bool
    after: Callable[[Call, Any], Any] | None
    transaction: bool

    @property
    def keyed(self) -> bool:
        """Whether an idempotency key is heeded: the whole answer must commit with the work."""
        return self.transaction and self.after is None

    def answer(self, service: Any, kwargs: Any, context: Any) -> tuple[Any, Exception | None]:
        """The result and None, or None and the error that the caller gets."""
        try:
            return again(lambda: self._run(service, kwargs, context)), None
        except Exception as error:  # noqa: BLE001 - the caller gets it
            failure = typed(error, service.database)
            if outcome_of(failure) == "error":
                telemetry.failed("rpc.failed", error, method=self.act.__name__)
            return None, failure

    def _run(self, service: Any, kwargs: Any, context: Any) -> Any:
        data, actor = load(self._arguments, kwargs), Actor.from_context(context)
        for community in communities_in(data):
            actor.require(community)
        if not self.transaction:
            call = service.database.call(None, context)
            return self._finished(call, self.act(service, call, data))
        with service.database.transaction() as session:
            call = service.database.call(session, context)
            if self.keyed and (key := key_of(context)):
                command = Command(self.act.__name__, key, f"{actor.role} {actor.id}", kwargs)
                return command.once(call, lambda: self._dumped(self._acted(service, call, data)))
            result = self._acted(service, call, data)
            if self.after is None:
                return self._dumped(result)
        return self._finished(call, result)

    def _acted(self, service: Any, call: Call, data: Any) -> Any:
        result = self.act(service, call, data)
        call.session.flush()
        return result

    def _finished(self, call: Call, result: Any) -> Any:
        return self._dumped(self.after(call, result) if self.after else result)

    def _dumped(self, result: Any) -> Any:
        return result if self._returns is None else self._returns.dump(result)

    # made once, and not before other modules may speak of them

    @functools.cached_property
    def _arguments(self) -> Schema:
        return self.arguments()

    @functools.cached_property
    def _returns(self) -> Schema | None:
        return None if self.returns is None else self.returns(many=self.many)


SCOPED = re.compile(r"([0-9]{12})(?:-|$)")
"""A community, or an id, which begins with its community."""


def communities_in(data: Mapping[str, Any]) -> set[str]:
    """The communities that arguments speak of."""
    found = (SCOPED.match(value) for value in data.values() if isinstance(value, str))
    return {match[1] for match in found if match}


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
    batch: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Let this method handle events, each applied once.

    ``source`` names publishing services, or EXTERNAL for the other systems; ``schema`` is the own
    view of the data, one for all types or a mapping by type. With ``batch`` the method gets a list
    of events, whose effects it can store together; a list that fails comes again in parts.
    """
    schemas = schema if isinstance(schema, Mapping) else dict.fromkeys(types, schema)

    def decorate(method: Callable[..., None]) -> Callable[..., Any]:
        checks = {type_: kind(unknown="exclude") for type_, kind in schemas.items()}
        handler = Handler(method.__name__, method, checks, batch)

        @functools.wraps(method)
        def handle(service: Any, received: list[Any]) -> None:
            apply_batch(service, handler, received)

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
                method(service, service.database.call(None))
            except Exception as error:  # noqa: BLE001 - the next run comes
                telemetry.failed("timer.failed", error, timer=method.__name__)

        register_entrypoint(run, Every(setting))
        return run

    return decorate


def compute(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a long computation in a thread of its own, so that the service goes on answering."""
    return tpool.execute(function, *args, **kwargs)


class _Nothing(Schema):
    """No arguments."""


class Service:
    """The base of a service class: its settings, and the call that every service answers."""

    name: ClassVar[str]
    settings: ClassVar[type[Settings]] = Settings
    database: Any

    def __init_subclass__(cls) -> None:
        # not on this class: nameko takes every class with entry points for a service
        @rpc(_Nothing, transaction=False)
        def status(self: Any, call: Call, _data: dict[str, Any]) -> Any:
            return call.database.status()

        @rpc(_Nothing, transaction=False)
        def queues(self: Any, call: Call, _data: dict[str, Any]) -> Any:
            return call.database.queues()

        @rpc(ListParked, transaction=False)
        def list_parked(self: Any, call: Call, data: dict[str, Any]) -> Any:
            return parked.list_parked(call.database, call.actor, data)

        @rpc(SettleParked, transaction=False)
        def settle_parked(self: Any, call: Call, data: dict[str, Any]) -> Any:
            return parked.settle_parked(call.database, call.actor, data, now=call.now)

        @every("METRICS_SECONDS")
        def sample(self: Any, call: Call) -> None:
            call.database.sample()

        @every("HOUSEKEEPING_SECONDS")
        def keep_house(self: Any, call: Call) -> None:
            housekeeping.purge(call.database, now=call.now)

        # entry points, called over the wire and by the clock
        for each in (status, queues, list_parked, settle_parked, sample, keep_house):
            setattr(cls, each.__name__, each)
