"""RPC on nameko's wire: queues ``rpc-<service>``, exchange ``nameko-rpc``, JSON by name.

A stock nameko client can call our services and ours can call a stock service. Here every call has
a deadline, and errors come back typed. The answering side is in ``answering``.
"""

from __future__ import annotations

import json
import time
import uuid
from contextlib import suppress
from itertools import count
from typing import Any

import eventlet
from amqp.exceptions import AccessRefused
from eventlet.event import Event as Signal
from kombu import Exchange, Queue

from servicekit.errors import Unavailable, rebuild
from servicekit.line import Line
from servicekit.publishing import Outgoing
from servicekit.reading import give_way

RPC_EXCHANGE = Exchange("nameko-rpc", "topic", durable=True)
MADE = Exchange("nameko-rpc", no_declare=True)
CONTEXT = "nameko."
"""How nameko marks the headers that carry the caller's context."""
KEY = "idempotency_key"
"""In the context: names a command, so that a service which gets it twice does it once."""
PAUSE_SECONDS = 0.1, 2.0
"""Before the first repetition, and the longest: each is twice as long as the one before."""


class RpcClient:
    """Calls services: ``client.call("households", "get_household", household="…")``.

    One connection, opened at the first call and kept. With ``retries`` a call that finds the
    broker or the service away is repeated until its deadline, under one idempotency key: a command
    that was done, and whose answer was lost, is not done again.
    """

    def __init__(self, amqp_uri: str, *, timeout: float, retries: bool = False) -> None:
        self._timeout = timeout
        self._retries = retries
        self._line = Line(amqp_uri, self._opened, self._lost)
        self._reply_to = ""
        self._numbers = count(1)
        self._waiting: dict[str, Signal] = {}

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
        late = Unavailable(f"{service} gave no answer within {seconds:g} s; try again later")
        ends, (pause, longest) = time.monotonic() + seconds, PAUSE_SECONDS
        body = json.dumps({"args": [], "kwargs": kwargs}).encode()
        headers = self._headers(context or {})
        with eventlet.Timeout(seconds, late):
            while True:
                try:
                    return _result(service, self._ask(service, method, body, headers, ends))
                except Unavailable as error:
                    if error is late or not self._retries:
                        raise
                eventlet.sleep(pause)
                pause = min(2 * pause, longest)

    def close(self) -> None:
        """End the connection."""
        self._line.close()

    def _headers(self, context: dict[str, Any]) -> dict[str, Any]:
        if self._retries:
            context = {KEY: str(uuid.uuid4()), **context}
        return {CONTEXT + key: value for key, value in context.items() if value is not None}

    def _ask(
        self, service: str, method: str, body: bytes, headers: dict[str, Any], ends: float
    ) -> Any:
        """The reply's bytes. Raises Unavailable where the broker or the service is not there."""
        correlation, answer = str(next(self._numbers)), Signal()
        self._waiting[correlation] = answer
        try:
            self._line.open()
            properties = {
                "reply_to": self._reply_to,
                "correlation_id": correlation,
                # nobody waits for it after that
                "expiration": str(max(0, round((ends - time.monotonic()) * 1000))),
                "delivery_mode": 1,
            }
            call = Outgoing(body, RPC_EXCHANGE.name, f"{service}.{method}", headers, properties)
            self._line.send(call, alone=len(self._waiting) == 1)
            return answer.wait()
        finally:
            del self._waiting[correlation]

    def _opened(self, connection: Any) -> None:
        """Have a queue for replies: stock services send them to the exchange, by this key."""
        with suppress(AccessRefused), connection.channel() as channel:
            RPC_EXCHANGE(channel).declare()  # an account that may not finds it made
        channel = connection.default_channel
        self._reply_to = str(uuid.uuid4())
        queue = Queue(
            f"rpc.reply-{self._reply_to}",
            MADE,
            routing_key=self._reply_to,
            auto_delete=True,
            exclusive=True,
        )
        queue(channel).declare()
        channel.events["basic_return"] = {self._on_return}
        channel.basic_consume(queue.name, no_ack=True, callback=self._on_reply)

    def _lost(self, error: Unavailable) -> None:
        """Whoever waits hears it now: the queue of replies went with the connection."""
        for answer in self._waiting.values():
            if not answer.ready():
                answer.send_exception(error)

    def _on_reply(self, message: Any) -> None:
        answer = self._waiting.get(message.properties.get("correlation_id"))
        if answer is not None and not answer.ready():
            answer.send(message.body)
            give_way(message.channel.connection)

    def _on_return(self, _error: Any, _exchange: str, routing_key: str, message: Any) -> None:
        """No queue wanted the call."""
        answer = self._waiting.get(message.properties.get("correlation_id"))
        if answer is not None and not answer.ready():
            service = routing_key.partition(".")[0]
            answer.send_exception(
                Unavailable(f"{service} is not there; start it, or check its name")
            )


def _result(service: str, body: Any) -> Any:
    try:
        reply = json.loads(body)
        error = reply.get("error")
        kind, args = (error["exc_type"], error.get("exc_args", [])) if error else ("", [])
    except (ValueError, RecursionError, AttributeError, LookupError, TypeError):
        raise Unavailable(f"{service} answers what is no reply; look at its log") from None
    if not error:
        return reply.get("result")
    raise rebuild(kind, args) or Unavailable(f"the service failed ({kind}); its log says more")


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
