"""What a channel does about exchanges and queues."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from typing import Any

from amqp import exceptions as errors
from amqp.protocol import queue_declare_ok_t
from kombu.transport import base

from servicekit.embedded.broker import Broker
from servicekit.embedded.places import MATCHES, Exchange, Queue


class Declaring:
    """Declares, binds, purges and deletes; a part of the channel."""

    connection: Any

    def _work(self) -> AbstractContextManager[Broker]:
        raise NotImplementedError

    def exchange_declare(
        self,
        exchange: str,
        type: str = "direct",
        passive: bool = False,
        durable: bool = False,
        auto_delete: bool = True,
        arguments: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        wanted = Exchange(type, bool(durable), bool(auto_delete), arguments or {})
        with self._work() as broker:
            if passive or exchange in broker.exchanges:
                found = broker.find_exchange(exchange)
                if not passive:
                    _same(f"exchange '{exchange}'", found, wanted, "type durable auto_delete")
            elif type not in MATCHES:
                raise errors.PreconditionFailed(f"PRECONDITION_FAILED - no exchange type '{type}'")
            else:
                broker.add_exchange(exchange, wanted)

    def exchange_delete(self, exchange: str, if_unused: bool = False, nowait: bool = False) -> None:
        with self._work() as broker:
            if exchange in broker.exchanges:
                if if_unused and broker.exchanges[exchange].bindings:
                    raise errors.PreconditionFailed(f"PRECONDITION_FAILED - '{exchange}' in use")
                broker.remove_exchange(exchange)

    def queue_declare(
        self,
        queue: str = "",
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = True,
        arguments: dict[str, Any] | None = None,
        **_: Any,
    ) -> queue_declare_ok_t:
        name = queue or f"amq.gen-{uuid.uuid4()}"
        owner = self.connection if exclusive else None
        wanted = Queue(name, bool(durable), owner, bool(auto_delete), arguments or {})
        with self._work() as broker:
            if passive or name in broker.queues:
                found = broker.find_queue(name, self.connection)
                if not passive:
                    _same(f"queue '{name}'", found, wanted, "durable owner auto_delete arguments")
            else:
                broker.add_queue(found := wanted)
            found.touch()
            broker.settle(found)
            return queue_declare_ok_t(name, len(found.ready), len(found.consumers))

    def queue_delete(
        self, queue: str, if_unused: bool = False, if_empty: bool = False, nowait: bool = False
    ) -> int:
        with self._work() as broker:
            if queue not in broker.queues:
                return 0
            found = broker.find_queue(queue, self.connection)
            if (if_unused and found.consumers) or (if_empty and found.ready):
                raise errors.PreconditionFailed(f"PRECONDITION_FAILED - queue '{queue}' in use")
            broker.remove_queue(found)
            return len(found.ready)

    def queue_purge(self, queue: str, nowait: bool = False) -> int:
        with self._work() as broker:
            ready = broker.find_queue(queue, self.connection).ready
            for copy in ready:
                broker.forget(copy)
            purged = len(ready)
            ready.clear()
            return purged

    def queue_bind(self, queue: str, exchange: str = "", routing_key: str = "", **_: Any) -> None:
        with self._work() as broker:
            broker.bind(broker.find_queue(queue, self.connection), exchange, routing_key)

    def queue_unbind(self, queue: str, exchange: str, routing_key: str = "", **_: Any) -> None:
        with self._work() as broker:
            broker.unbind(queue, exchange, routing_key)

    def prepare_queue_arguments(self, arguments: dict[str, Any], **options: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = base.to_rabbitmq_queue_arguments(arguments, **options)
        return prepared


def _same(what: str, found: object, wanted: object, attributes: str) -> None:
    for name in attributes.split():
        if getattr(found, name) != getattr(wanted, name):
            text = f"PRECONDITION_FAILED - inequivalent arg '{name}' for {what}"
            raise errors.PreconditionFailed(text)
