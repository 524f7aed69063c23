"""The answering side of RPC: one queue of calls per service, each given to its method.

Nothing that a caller sends, or fails to send, ends the service: a reply that cannot be sent harms
nobody, and a call that cannot be read is answered, or dropped where nobody waits for it.
"""

from __future__ import annotations

import json
import math
from typing import Any

import eventlet
from kombu import Queue
from nameko.containers import WorkerContext
from nameko.extensions import Entrypoint, SharedExtension

from servicekit.calling import CONTEXT, RPC_EXCHANGE
from servicekit.connection import Inbound
from servicekit.errors import Invalid, NotFound, ServiceError
from servicekit.line import Line
from servicekit.publishing import Outgoing
from servicekit.settings import settings_of
from servicekit.telemetry import describe, log
from servicekit.tolerance import UNREADABLE, writable


def calls(service: str, queue_type: str) -> Queue:
    """The queue of calls to a service; in a cluster it outlives any node."""
    # as stock nameko declares it where there is one node, so that both can take turns
    kind = {"x-queue-type": queue_type} if queue_type == "quorum" else {}
    key = f"{service}.*"
    return Queue(
        f"rpc-{service}", RPC_EXCHANGE, routing_key=key, durable=True, queue_arguments=kind
    )


class RpcReader(SharedExtension):
    """Reads the one queue of calls to this service and gives each to its method."""

    inbound = Inbound()

    def __init__(self) -> None:
        self._methods: dict[str, Rpc] = {}
        self._unsettled: dict[int, Any] = {}  # by delivery tag, of this connection
        self._answered: list[Any] = []
        self._running = 0

    def setup(self) -> None:
        settings = settings_of(self.container)
        name = self.container.service_name
        self.prefetch = settings.max_workers
        self.queue = calls(name, settings.queue_type)
        self.queues = [self.queue]
        self._line = Line(settings.amqp_uri)
        self.inbound.add(self)

    def add(self, method: Rpc) -> None:
        self._methods[method.method_name] = method

    def stop(self) -> None:
        self._line.close()

    def busy(self) -> bool:
        return self._running > 0

    def forget(self) -> None:
        """Calls at work are finished, whatever became of the connection they came on."""
        self._unsettled = {}

    def declare(self, channel: Any) -> None:
        self.queue(channel).declare()

    def on_message(self, message: Any) -> None:
        self._running += 1
        self._unsettled[message.delivery_tag] = message
        try:
            method, call = self._parse(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the service goes on
            eventlet.spawn_n(self._finish, message, None, error)
            return
        # no more at once than the broker hands out unacknowledged
        eventlet.spawn_n(self._work, message, method, call)

    def _work(self, message: Any, method: Rpc, call: dict[str, Any]) -> None:
        """What nameko's worker does, without what it logs at each step: a third of the time."""
        container, result, error = self.container, None, None
        worker = WorkerContext(container, container.service_cls(), method, (), call)
        try:
            container._inject_dependencies(worker)
            container._worker_setup(worker)
            result, error = getattr(worker.service, method.method_name)(**call)
        except Exception as failure:  # noqa: BLE001 - the caller gets it
            error = failure
        self._finish(message, result, error)
        container._worker_result(worker, result, None)
        container._worker_teardown(worker)

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

    def _finish(self, message: Any, result: Any, error: Exception | None) -> None:
        """Reply, and acknowledge: together with others that are at work, where there are any.

        A caller that is gone, or a broker, harms nobody.
        """
        alone = self._running == 1
        try:
            reply_to = message.properties.get("reply_to")
            if reply_to:
                self._line.open()
                self._line.send(_reply(reply_to, message, result, error), alone=alone)
        except Exception as mistake:  # noqa: BLE001 - whatever it is, the process goes on
            service = self.container.service_name
            log.warning("rpc.reply_given_up", service=service, **describe(mistake))
        self._answered.append(message)
        if alone:
            self._acknowledge()
        elif len(self._answered) == 1:
            eventlet.spawn_n(self._acknowledge)

    def _acknowledge(self) -> None:
        """All that was answered meanwhile, once the replies are written."""
        answered, self._answered = self._answered, []
        self._line.flush()
        # what came on a connection that is gone, the broker has again
        ours: list[Any] = [
            each for each in answered if self._unsettled.get(each.delivery_tag) is each
        ]
        for each in ours:
            del self._unsettled[each.delivery_tag]
        self.inbound.acknowledge(ours, min(self._unsettled, default=math.inf))
        self._running -= len(answered)


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
