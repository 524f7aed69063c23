"""The answering side of RPC: one queue of calls per service, each given to its method.

Nothing that a caller sends, or fails to send, ends the service: a reply that cannot be sent harms
nobody, and a call that cannot be read is answered, or dropped where nobody waits for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import eventlet
from kombu import Queue
from nameko.extensions import Entrypoint, SharedExtension

from servicekit.calling import CONTEXT, RPC_EXCHANGE
from servicekit.connection import Inbound
from servicekit.errors import Invalid, NotFound, ServiceError
from servicekit.framing import Outgoing, acknowledgement, content, frames, wired
from servicekit.settings import settings_of
from servicekit.telemetry import describe, log, rpc_seconds
from servicekit.tolerance import UNREADABLE, writable
from servicekit.working import begin, run


def calls(service: str, queue_type: str) -> Queue:
    """The queue of calls to a service; in a cluster it outlives any node."""
    # as stock nameko declares it where there is one node, so that both can take turns
    kind = {"x-queue-type": queue_type} if queue_type == "quorum" else {}
    key = f"{service}.*"
    return Queue(
        f"rpc-{service}", RPC_EXCHANGE, routing_key=key, durable=True, queue_arguments=kind
    )


class Calls(Inbound):
    """The connection on which calls come, and answers go."""

    carries = "calls"


class RpcReader(SharedExtension):
    """Reads the one queue of calls to this service and gives each to its method."""

    inbound = Calls()

    def __init__(self) -> None:
        self._methods: dict[str, Rpc] = {}
        self._replies: Any = None  # a channel of their own: should one be refused, that is all
        self._unwritten: list[bytes] = []  # replies
        self._answered: list[Any] = []
        self._running = 0

    def setup(self) -> None:
        settings = settings_of(self.container)
        self.prefetch = settings.max_workers
        self.queue = calls(self.container.service_name, settings.queue_type)
        self.queues = [self.queue]
        self.inbound.add(self)

    def add(self, method: Rpc) -> None:
        self._methods[method.method_name] = method

    def busy(self) -> bool:
        return self._running > 0

    def forget(self) -> None:
        """Calls at work are finished, whatever became of the connection they came on."""

    def declare(self, channel: Any) -> None:
        self._replies = channel.connection.channel()
        self.queue(channel).declare()

    def on_message(self, message: Any) -> None:
        self._running += 1
        # no more at once than the broker hands out unacknowledged
        begin(self._work, message)

    def _work(self, message: Any) -> None:
        began, method, result, error = time.perf_counter(), None, None, None
        try:
            method, call = self._parse(message)
            result, error = run(method, call)
        except Exception as failure:  # noqa: BLE001 - the caller gets it
            error = failure
        self._answer(message, result, error)
        if method is not None:
            labels = self.container.service_name, method.method_name, outcome_of(error)
            rpc_seconds(*labels).observe(time.perf_counter() - began)

    def _parse(self, message: Any) -> tuple[Rpc, dict[str, Any]]:
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
        context.pop("call_id_stack", None)  # a wrong one would kill a stock service asked in turn
        return self._methods[name], {"kwargs": kwargs, "context": context}

    def _answer(self, message: Any, result: Any, error: Exception | None) -> None:
        """Reply, and acknowledge: together with others that are at work, where there are any.

        A caller that is gone, or a broker, harms nobody.
        """
        try:
            reply_to = message.properties.get("reply_to")
            if reply_to:
                self._send(_reply(reply_to, message, result, error))
        except Exception as mistake:  # noqa: BLE001 - whatever it is, the process goes on
            service = self.container.service_name
            log.warning("rpc.reply_given_up", service=service, **describe(mistake))
        self._answered.append(message)
        if self._running == 1:
            self._settle()
        elif len(self._answered) == 1:
            eventlet.spawn_n(self._settle)

    def _send(self, reply: Outgoing) -> None:
        if wired(self._replies):
            self._unwritten.append(frames(self._replies, reply, 0))
        else:
            self._replies.basic_publish(
                content(self._replies, reply, 0), reply.exchange, reply.routing_key
            )

    def _settle(self) -> None:
        """Write what was answered meanwhile; the broker has again what it does not hear of."""
        answered, self._answered = self._answered, []
        try:
            self.inbound.settle(lambda: self._write(answered))
        finally:
            self._running -= len(answered)

    def _write(self, answered: Sequence[Any]) -> None:
        if not wired(self._replies):
            for message in answered:
                message.ack()
            return
        connection = self._replies.connection
        # tags of a connection that is gone mean something else by now
        ours = [message for message in answered if message.channel.connection is connection]
        acknowledged = [acknowledgement(each.channel, each.delivery_tag) for each in ours]
        data, self._unwritten = b"".join([*self._unwritten, *acknowledged]), []
        connection.transport.write(data)


def _reply(reply_to: str, message: Any, result: Any, error: Exception | None) -> Outgoing:
    try:
        body = json.dumps({"result": result, "error": error and _wire_error(error)})
    except (TypeError, ValueError) as mistake:  # a result that is no JSON is the service's mistake
        log.error("rpc.result_not_json", at=message.delivery_info["routing_key"])
        body = json.dumps({"result": None, "error": _wire_error(mistake)})
    properties: dict[str, Any] = {"delivery_mode": 1}
    if "correlation_id" in message.properties:
        properties["correlation_id"] = message.properties["correlation_id"]
    return Outgoing(
        body.encode(), RPC_EXCHANGE.name, reply_to, properties=properties, mandatory=False
    )


def outcome_of(error: Exception | None) -> str:
    """What metrics call it: ``ok``, the kind of an expected error, or ``error``."""
    return getattr(error, "slug", "error") if error else "ok"


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
