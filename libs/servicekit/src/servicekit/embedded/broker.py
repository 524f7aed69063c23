"""The embedded broker itself: exchanges, queues and what is in them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from amqp import exceptions as errors

from servicekit.embedded.journal import Journal
from servicekit.embedded.letters import (
    NEVER,
    WALL_CLOCK,
    Copy,
    Letter,
    decode,
    encode,
    goes_round,
    note_death,
    time_to_live,
)
from servicekit.embedded.places import MATCHES, Exchange, Queue

if TYPE_CHECKING:
    from servicekit.embedded.transport import Connection


_NUMBERS = ("x-message-ttl", "x-expires", "x-delivery-limit")


class Broker:
    """Exchanges, queues and what is in them. Every method expects `lock` to be held.

    Deadlines need no thread: whoever works here, or waits here, lets due ones happen.
    """

    def __init__(self, name: str, journal: Journal) -> None:
        self.name = name
        self.journal = journal
        self.lock = threading.Lock()
        self.exchanges = {f"amq.{kind}": Exchange(kind, True, False, {}) for kind in MATCHES}
        self.queues: dict[str, Queue] = {}
        self.connections: set[Connection] = set()
        self._alarms: list[tuple[float, str]] = []
        self._last_id = 0
        self._restore()

    def _restore(self) -> None:
        for name, spec in self.journal.declared("exchange"):
            self.exchanges[name] = Exchange(*spec)
        for name, spec in self.journal.declared("queue"):
            self.queues[name] = Queue(name, True, None, *spec)
        for (exchange, key, queue), _spec in self.journal.declared("binding"):
            self.exchanges[exchange].bindings[key, queue] = None
        messages = self.journal.messages()
        self._last_id = messages[-1][0] if messages else 0
        for row in messages:
            self._restore_message(*row)
        for queue in list(self.queues.values()):
            queue.touch()
            self.settle(queue)
        self.journal.commit()

    def _restore_message(self, number: int, queue: str, *row: Any) -> None:
        exchange, key, properties, body, expires, delivered, returns = row
        letter = Letter(exchange, key, properties, body)
        copy = Copy(number, letter, expires - WALL_CLOCK, True, bool(delivered or returns), returns)
        # Who had it is gone: that was a return.
        self.take_back(self.queues[queue], copy, counts=bool(delivered))

    @contextmanager
    def work(self) -> Iterator[None]:
        with self.lock, self.journal.transaction():
            self.ring()
            yield

    # Deadlines

    def ring(self) -> float:
        """Let what is due happen, and say when something will be due next."""
        while self._alarms and self._alarms[0][0] <= time.monotonic():
            queue = self.queues.get(heappop(self._alarms)[1])
            if queue is not None:
                queue.alarm = NEVER
                self.settle(queue)
        return self._alarms[0][0] if self._alarms else NEVER

    def _set_alarm(self, queue: Queue) -> None:
        expires = queue.ready[0].expires if queue.ready else NEVER
        due = expires if queue.consumers else min(expires, queue.idle_until)
        if due >= queue.alarm:
            return
        queue.alarm = due
        heappush(self._alarms, (due, queue.name))
        if self._alarms[0][0] == due:
            for connection in self.connections:
                connection.arrived.notify_all()

    # Declarations

    def add_exchange(self, name: str, exchange: Exchange) -> None:
        self.exchanges[name] = exchange
        if exchange.durable:
            spec = (exchange.type, True, exchange.auto_delete, exchange.arguments)
            self.journal.declare("exchange", name, *spec)

    def remove_exchange(self, name: str) -> None:
        for key, queue in list(self.exchanges[name].bindings):
            self.unbind(queue, name, key)
        self.exchanges.pop(name, None)
        self.journal.undeclare("exchange", name)

    def find_exchange(self, name: str) -> Exchange:
        if name not in self.exchanges:
            raise errors.NotFound(f"NOT_FOUND - no exchange '{name}' in vhost '{self.name}'")
        return self.exchanges[name]

    def add_queue(self, queue: Queue) -> None:
        for name in _NUMBERS:
            value = queue.arguments.get(name, 1)
            if not isinstance(value, int) or value < 0:
                text = f"PRECONDITION_FAILED - invalid arg '{name}' for queue '{queue.name}'"
                raise errors.PreconditionFailed(text)
        self.queues[queue.name] = queue
        if queue.durable and queue.owner is None:
            self.journal.declare("queue", queue.name, queue.auto_delete, queue.arguments)

    def find_queue(self, name: str, connection: Connection | None) -> Queue:
        queue = self.queues.get(name)
        if queue is None:
            raise errors.NotFound(f"NOT_FOUND - no queue '{name}' in vhost '{self.name}'")
        if queue.owner not in {None, connection}:
            raise errors.ResourceLocked(f"RESOURCE_LOCKED - queue '{name}' is exclusive")
        return queue

    def remove_queue(self, queue: Queue) -> None:
        del self.queues[queue.name]
        for name, exchange in list(self.exchanges.items()):
            for key, bound in list(exchange.bindings):
                if bound == queue.name:
                    self.unbind(bound, name, key)
        for consumer in queue.consumers:
            consumer.channel.consumer_lost(consumer)
        queue.consumers.clear()
        self.journal.undeclare("queue", queue.name)
        self.journal.write("DELETE FROM message WHERE queue = ?", queue.name)

    def leave(self, queue: Queue) -> None:
        """A consumer has gone from the queue."""
        queue.touch()
        if queue.auto_delete and not queue.consumers and self.queues.get(queue.name) is queue:
            self.remove_queue(queue)
        self.settle(queue)

    def bind(self, queue: Queue, name: str, key: str) -> None:
        exchange = self.find_exchange(name)
        exchange.bindings[key, queue.name] = None
        if exchange.durable and queue.durable and queue.owner is None:
            self.journal.declare("binding", (name, key, queue.name))

    def unbind(self, queue: str, name: str, key: str) -> None:
        exchange = self.exchanges.get(name)
        if exchange is None or (key, queue) not in exchange.bindings:
            return
        del exchange.bindings[key, queue]
        self.journal.undeclare("binding", (name, key, queue))
        if exchange.auto_delete and not exchange.bindings:
            self.remove_exchange(name)

    # Messages

    def route(self, exchange: str, key: str) -> list[Queue]:
        names = self.find_exchange(exchange).route(key) if exchange else (key,)
        return [self.queues[name] for name in names if name in self.queues]

    def publish(self, letter: Letter, properties: dict[str, Any]) -> bool:
        """Whether any queue got it."""
        targets = self.route(letter.exchange, letter.routing_key)
        for queue in targets:
            self.put(queue, letter, properties)
        return bool(targets)

    def put(self, queue: Queue, letter: Letter, properties: dict[str, Any]) -> None:
        ttl = min(queue.arguments.get("x-message-ttl", NEVER), time_to_live(properties))
        expires = time.monotonic() + ttl / 1000
        stored = queue.durable and queue.owner is None and properties.get("delivery_mode") == 2
        self._last_id += 1
        if stored:
            row = (self._last_id, queue.name, *letter, expires + WALL_CLOCK)
            self.journal.write("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)", *row)
        queue.ready.append(Copy(self._last_id, letter, expires, stored))
        self._dispatch(queue)  # a consumer with credit gets it even if its time is up at once
        self.settle(queue)

    def settle(self, queue: Queue) -> None:
        """Bring a queue up to date after any change to it."""
        if self.queues.get(queue.name) is not queue:
            return
        now = time.monotonic()
        if not queue.consumers and queue.idle_until <= now:
            self.remove_queue(queue)
            return
        while queue.ready and queue.ready[0].expires <= now:
            self.bury(queue, queue.ready.popleft(), "expired")
        self._dispatch(queue)
        self._set_alarm(queue)

    def _dispatch(self, queue: Queue) -> None:
        while queue.ready and (consumer := queue.next_consumer()):
            delivery = consumer.channel.hold(queue.ready.popleft(), queue, consumer)
            consumer.channel.connection.post(delivery)

    def take_back(self, queue: Queue, copy: Copy, *, counts: bool) -> None:
        """Put a message back where it was; too many returns that count, and it is dead."""
        if self.queues.get(queue.name) is not queue:
            return
        if counts:
            copy.redelivered = True
            copy.returns += 1
        if copy.returns > queue.arguments.get("x-delivery-limit", NEVER):
            self.bury(queue, copy, "delivery_limit")
            return
        if copy.stored:
            sql = "UPDATE message SET delivered = 0, returns = ? WHERE id = ?"
            self.journal.write(sql, copy.returns, copy.id)
        queue.put_back(copy)

    def forget(self, copy: Copy) -> None:
        if copy.stored:
            self.journal.write("DELETE FROM message WHERE id = ?", copy.id)

    def bury(self, queue: Queue, copy: Copy, reason: str) -> None:
        """Dead-letter a message, or drop it where its queue says nothing of dead letters."""
        self.forget(copy)
        exchange = queue.arguments.get("x-dead-letter-exchange")
        if exchange is None or (exchange and exchange not in self.exchanges):
            return
        key = queue.arguments.get("x-dead-letter-routing-key", copy.letter.routing_key)
        properties = decode(copy.letter.properties)
        deaths = note_death(properties, copy.letter, queue.name, reason)
        letter = Letter(exchange, key, encode(properties), copy.letter.body)
        for target in self.route(exchange, key):
            if not goes_round(deaths, target.name):
                self.put(target, letter, properties)
