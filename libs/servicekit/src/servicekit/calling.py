"""RPC on nameko's wire: queues ``rpc-<service>``, exchange ``nameko-rpc``, JSON by name.

A stock nameko client can call our services and ours can call a stock service. Here every call has
a deadline, a reply that cannot be sent harms nobody, and errors come back typed.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore
from kombu import Consumer, Exchange, Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension

from servicekit.connection import DRAIN_SECONDS, Inbound
from servicekit.errors import Invalid, NotFound, ServiceError, Unavailable, rebuild
from servicekit.publishing import BROKER_ERRORS, Outgoing, Publisher, open_connection
from servicekit.settings import settings_of
from servicekit.telemetry import log
from servicekit.tolerance import UNREADABLE, writable

RPC_EXCHANGE = Exchange("nameko-rpc", "topic", durable=True)
CONTEXT = "nameko."
"""How nameko marks the headers that carry the caller's context."""


class RpcReader(SharedExtension):
    """Reads the one queue of calls to this service and gives each to its method."""

    inbound = Inbound()

    def __init__(self) -> None:
        self._methods: dict[str, Rpc] = {}
        self._running = 0

    def setup(self) -> None:
        settings = settings_of(self.container)
        name = self.container.service_name
        self.prefetch = settings.max_workers
        self.queue = Queue(f"rpc-{name}", RPC_EXCHANGE, routing_key=f"{name}.*", durable=True)
        self._publisher = Publisher(settings.amqp_uri)
        self.inbound.add(self)

    def add(self, method: Rpc) -> None:
        self._methods[method.method_name] = method

    def stop(self) -> None:
        self._publisher.close()

    def busy(self) -> bool:
        return self._running > 0

    def declare(self, channel: Any) -> None:
        self.queue(channel).declare()

    def on_message(self, message: Any) -> None:
        self._running += 1
        self.container.spawn_managed_thread(lambda: self._start(message), identifier="rpc")

    def _start(self, message: Any) -> None:
        try:
            method, kwargs, context = self._parse(message)
            handle = self._finish_with(message)
            self.container.spawn_worker(
                method, (), kwargs, context_data=context, handle_result=handle
            )
        except ServiceError as error:
            self._finish(message, None, error)
        except ContainerBeingKilled:
            self._running -= 1  # unacknowledged: the broker hands it to the next process

    def _parse(self, message: Any) -> tuple[Rpc, dict[str, Any], dict[str, Any]]:
        name = message.delivery_info["routing_key"].rpartition(".")[2]
        if name not in self._methods:
            raise NotFound("method", name)
        try:
            body = json.loads(message.body)
            args, kwargs = body["args"], body["kwargs"]
        except (ValueError, RecursionError, TypeError, KeyError):
            raise Invalid(
                {"body": ['is no call; send JSON {"args": [], "kwargs": {...}}']}
            ) from None
        if args or not isinstance(kwargs, dict):
            raise Invalid({"args": ["are given by position; give each argument by name"]})
        headers = writable(message.headers or {})
        if UNREADABLE in headers:
            raise Invalid({"properties": ["cannot be read; write texts in UTF-8"]})
        context = {
            key.removeprefix(CONTEXT): value
            for key, value in headers.items()
            if key.startswith(CONTEXT)
        }
        context.pop("call_id_stack", None)  # a wrong one would kill nameko's worker
        return self._methods[name], {"kwargs": kwargs, "context": context}, {}

    def _finish_with(self, message: Any) -> Any:
        def handle_result(_worker: Any, result: Any, error: Any) -> tuple[Any, Any]:
            failure = error[1] if error is not None else None
            reply, failure = (None, failure) if failure is not None else result
            self._finish(message, reply, failure)
            return result, error

        return handle_result

    def _finish(self, message: Any, result: Any, error: Exception | None) -> None:
        """Reply, then acknowledge. A caller that is gone, or a broker that is, harms nobody."""
        try:
            reply_to = message.properties.get("reply_to")
            if reply_to:
                self._publisher.send([_reply(reply_to, message, result, error)])
        except Unavailable as away:
            log.warning("rpc.reply_given_up", service=self.container.service_name, error=str(away))
        finally:
            self.inbound.settle(message.ack)
            self._running -= 1


def _reply(reply_to: str, message: Any, result: Any, error: Exception | None) -> Outgoing:
    try:
        body = json.dumps({"result": result, "error": error and _wire_error(error)})
    except (TypeError, ValueError) as mistake:  # a result that is no JSON is the service's mistake
        log.error("rpc.result_not_json", at=message.delivery_info["routing_key"])
        body = json.dumps({"result": None, "error": _wire_error(mistake)})
    properties = {"correlation_id": message.properties.get("correlation_id"), "delivery_mode": 1}
    return Outgoing(
        body.encode(), RPC_EXCHANGE.name, reply_to, properties=properties, mandatory=False
    )


def _wire_error(error: Exception) -> dict[str, Any]:
    """As nameko writes it; errors that are none of ours give away no more than their type."""
    kind = type(error)
    args = list(error.args) if isinstance(error, ServiceError) else []
    value = (
        str(error) if isinstance(error, ServiceError) else "the service failed; its log says more"
    )
    return {
        "exc_type": kind.__name__,
        "exc_path": f"{kind.__module__}.{kind.__name__}",
        "exc_args": args,
        "value": value,
    }


class Rpc(Entrypoint):
    """A method that others may call."""

    reader = RpcReader()

    def setup(self) -> None:
        self.reader.add(self)

    def stop(self) -> None:
        self.reader.inbound.drain()


class RpcClient:
    """Calls services: ``client.call("households", "get_household", household="…")``.

    One connection to publish, one to listen, both opened at the first call and kept.
    """

    def __init__(self, amqp_uri: str, *, timeout: float) -> None:
        self._uri = amqp_uri
        self._timeout = timeout
        self._publisher = Publisher(amqp_uri)
        self._key = str(uuid.uuid4())
        self._waiting: dict[str, Signal] = {}
        self._listener: Any = None
        self._listening = Signal()
        self._lock = Semaphore()

    def call(
        self,
        service: str,
        method: str,
        /,
        *,
        context: dict[str, Any] | None = None,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """The method's result; raises the typed error it answers with, or Unavailable in time."""
        seconds = timeout or self._timeout
        correlation, answer = str(uuid.uuid4()), Signal()
        self._waiting[correlation] = answer
        try:
            with eventlet.Timeout(
                seconds,
                Unavailable(f"{service} gave no answer within {seconds:g} s; try again later"),
            ):
                self._listen()
                request = self._request(
                    service, method, correlation, kwargs, context or {}, seconds
                )
                if self._publisher.send([request]):
                    raise Unavailable(f"{service} is not there; start it, or check its name")
                return _result(answer.wait())
        finally:
            del self._waiting[correlation]

    def close(self) -> None:
        """End both connections."""
        self._publisher.close()
        if self._listener is not None:
            self._listener.kill()

    def _request(
        self,
        service: str,
        method: str,
        correlation: str,
        kwargs: dict[str, Any],
        context: dict[str, Any],
        seconds: float,
    ) -> Outgoing:
        return Outgoing(
            json.dumps({"args": [], "kwargs": kwargs}).encode(),
            RPC_EXCHANGE.name,
            f"{service}.{method}",
            headers={CONTEXT + key: value for key, value in context.items() if value is not None},
            properties={
                "reply_to": self._key,
                "correlation_id": correlation,
                "expiration": str(round(seconds * 1000)),  # nobody waits for it after that
                "delivery_mode": 1,
            },
        )

    def _listen(self) -> None:
        with self._lock:
            if self._listener is None:
                self._listener = eventlet.spawn(self._run)
        self._listening.wait()

    def _run(self) -> None:
        queue = Queue(
            f"rpc.reply-{self._key}",
            RPC_EXCHANGE,
            routing_key=self._key,
            auto_delete=True,
            exclusive=True,
        )
        while True:
            try:
                with open_connection(self._uri, heartbeat=60) as connection:
                    self._consume(connection, queue)
            except BROKER_ERRORS as error:
                log.info("rpc.listener_reconnects", error=type(error).__name__)
                eventlet.sleep(0.5)

    def _consume(self, connection: Any, queue: Queue) -> None:
        with Consumer(connection.default_channel, [queue], on_message=self._on_reply, no_ack=True):
            if not self._listening.ready():
                self._listening.send()
            while True:
                try:
                    connection.drain_events(timeout=DRAIN_SECONDS * 10)
                except TimeoutError:
                    connection.heartbeat_check()

    def _on_reply(self, message: Any) -> None:
        answer = self._waiting.get(message.properties.get("correlation_id"))
        if answer is not None and not answer.ready():
            answer.send(json.loads(message.body))


def _result(reply: dict[str, Any]) -> Any:
    error = reply.get("error")
    if not error:
        return reply.get("result")
    typed = rebuild(error.get("exc_type", ""), error.get("exc_args", []))
    raise typed or Unavailable(f"the service failed ({error.get('exc_type')}); its log says more")


class Peers:
    """Other services as objects: ``peers.households.get_household(household="…")``."""

    def __init__(
        self, client: RpcClient, context: dict[str, Any], timeout: float | None = None
    ) -> None:
        self._client = client
        self._context = context
        self._timeout = timeout

    def __getattr__(self, service: str) -> _Peer:
        return _Peer(self._client, service, self._context, self._timeout)


class _Peer:
    def __init__(
        self, client: RpcClient, service: str, context: dict[str, Any], timeout: float | None
    ) -> None:
        self._client, self._service, self._context, self._timeout = (
            client,
            service,
            context,
            timeout,
        )

    def __getattr__(self, method: str) -> Any:
        def call(**kwargs: Any) -> Any:
            return self._client.call(
                self._service, method, context=self._context, timeout=self._timeout, **kwargs
            )

        return call
