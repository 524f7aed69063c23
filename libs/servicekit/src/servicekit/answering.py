"""The answering side of RPC: one queue of calls per service, each given to its method.

Nothing that a caller sends, or fails to send, ends the service: a reply that cannot be sent harms
nobody, and a call that cannot be read is answered, or dropped where nobody waits for it.
"""

from __future__ import annotations

import json
from typing import Any

from kombu import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension

from servicekit.calling import CONTEXT, RPC_EXCHANGE
from servicekit.connection import Inbound
from servicekit.errors import Invalid, NotFound, ServiceError, Unavailable
from servicekit.publishing import Outgoing, Publisher
from servicekit.settings import settings_of
from servicekit.telemetry import log
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
        self._running = 0

    def setup(self) -> None:
        settings = settings_of(self.container)
        name = self.container.service_name
        self.prefetch = settings.max_workers
        self.queue = calls(name, settings.queue_type)
        self.queues = [self.queue]
        self._publisher = Publisher(settings.amqp_uri)
        self.inbound.add(self)

    def add(self, method: Rpc) -> None:
        self._methods[method.method_name] = method

    def stop(self) -> None:
        self._publisher.close()

    def busy(self) -> bool:
        return self._running > 0

    def forget(self) -> None:
        """Calls at work are finished, whatever became of the connection they came on."""

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
