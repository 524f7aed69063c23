"""RPC on nameko's wire: queues ``rpc-<service>``, exchange ``nameko-rpc``, JSON by name.

A stock nameko client can call our services and ours can call a stock service. Here every call has
a deadline, and errors come back typed. The answering side is in ``answering``.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from typing import Any

import eventlet
from amqp.exceptions import AccessRefused
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore
from kombu import Consumer, Exchange, Queue

from servicekit.connection import DRAIN_SECONDS
from servicekit.errors import Unavailable, rebuild
from servicekit.publishing import BROKER_ERRORS, Outgoing, Publisher, open_connection
from servicekit.telemetry import log

RPC_EXCHANGE = Exchange("nameko-rpc", "topic", durable=True)
MADE = Exchange("nameko-rpc", no_declare=True)
CONTEXT = "nameko."
"""How nameko marks the headers that carry the caller's context."""


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
            MADE,
            routing_key=self._key,
            auto_delete=True,
            exclusive=True,
        )
        while True:
            try:
                with open_connection(self._uri, heartbeat=60) as connection:
                    self._consume(connection, queue)
            except BROKER_ERRORS as error:
                kind = type(error).__name__
                log.info("rpc.listener_reconnects", error=kind)
                self._fail(Unavailable(f"the broker is not there ({kind}); check its address"))
                eventlet.sleep(0.5)

    def _fail(self, error: Unavailable) -> None:
        """Whoever waits hears it now: the queue of replies went with the connection."""
        listening, self._listening = self._listening, Signal()
        for signal in (listening, *self._waiting.values()):
            if not signal.ready():
                signal.send_exception(error)

    def _consume(self, connection: Any, queue: Queue) -> None:
        with suppress(AccessRefused), connection.channel() as channel:
            RPC_EXCHANGE(channel).declare()  # an account that may not finds it made
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
