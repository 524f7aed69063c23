"""A channel of the embedded broker: what kombu and nameko use of a py-amqp channel."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import amqp
from amqp import exceptions as errors
from kombu.transport import base

from servicekit.embedded.broker import Broker
from servicekit.embedded.declaring import Declaring
from servicekit.embedded.deliveries import Consumer, Delivery, Notice
from servicekit.embedded.letters import Copy, Letter, encode, sendable
from servicekit.embedded.places import Queue

if TYPE_CHECKING:
    from servicekit.embedded.transport import Connection


class Channel(Declaring, base.StdChannel):
    """What kombu and nameko use of a py-amqp channel, spoken to a broker in the same process."""

    def __init__(self, connection: Connection, number: int) -> None:
        self.connection: Any = connection
        self.broker = connection.broker
        self.channel_id = number
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.no_ack_consumers: Any = set()
        self.consumers: dict[str, Consumer] = {}
        self.held: dict[int, Delivery] = {}
        self.limit = self.shared_limit = 0
        self._tag = self._published = 0
        self._confirming = False

    @contextmanager
    def _work(self) -> Iterator[Broker]:
        with self.broker.work():
            if self.connection is None:
                raise errors.RecoverableConnectionError("connection already closed")
            try:
                yield self.broker
            except errors.ChannelError:
                self._drop_all()
                raise

    def close(self) -> None:
        """Take back what this channel holds; closing twice is no error."""
        if self.connection is not None:
            with self._work():
                self._drop_all()
                self.connection = None

    # Publishing

    def prepare_message(
        self,
        body: Any,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> amqp.Message:
        own: dict[str, Any] = {"priority": priority, "content_type": content_type}
        own |= {"content_encoding": content_encoding, "application_headers": headers}
        return amqp.Message(body, **own, **(properties or {}))

    def basic_publish(
        self,
        message: amqp.Message,
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        **_: Any,
    ) -> None:
        properties = sendable(message.properties)
        body = message.body
        if isinstance(body, str):
            body = body.encode(properties.setdefault("content_encoding", "utf-8"))
        letter = Letter(exchange, routing_key or "", encode(properties), bytes(body))
        with self._work() as broker:
            unwanted = not broker.publish(letter, properties) and mandatory
            if not self.connection.confirms:
                self._answer_later(letter, message if unwanted else None)
        if unwanted and self.connection.confirms:
            self._returned(letter, message)

    def _answer_later(self, letter: Letter, returned: amqp.Message | None) -> None:
        if returned is not None:
            self.connection.post(Notice(self, partial(self._returned, letter, returned)))
        if self._confirming:
            self._published += 1
            self.connection.post(Notice(self, partial(self._confirmed, self._published)))

    def _returned(self, letter: Letter, message: amqp.Message) -> None:
        no_route = errors.ChannelError("NO_ROUTE", (60, 50), None, 312)
        if not self.events["basic_return"]:
            raise no_route
        for callback in self.events["basic_return"]:
            callback(no_route, letter.exchange, letter.routing_key, message)

    def _confirmed(self, tag: int) -> None:
        for callback in self.events["basic_ack"]:
            callback(tag, False)

    def confirm_select(self, nowait: bool = False) -> None:
        """From here on, `events["basic_ack"]` hears of every publish while events are drained."""
        self._confirming = True

    # Consuming

    def basic_qos(
        self, prefetch_size: int = 0, prefetch_count: int = 0, a_global: bool = False
    ) -> None:
        """As RabbitMQ has it: the limit of each consumer to come or, if global, of the channel."""
        if a_global:
            self.shared_limit = prefetch_count
        else:
            self.limit = prefetch_count

    def basic_consume(
        self,
        queue: str = "",
        consumer_tag: str = "",
        no_ack: bool = False,
        callback: Callable[[base.Message], None] = lambda _message: None,
        on_cancel: Callable[[str], None] | None = None,
        **_: Any,
    ) -> str:
        tag = consumer_tag or f"amq.ctag-{uuid.uuid4()}"
        with self._work() as broker:
            if tag in self.consumers:
                raise errors.NotAllowed(f"NOT_ALLOWED - attempt to reuse consumer tag '{tag}'")
            found = broker.find_queue(queue, self.connection)
            consumer = Consumer(self, tag, found, callback, on_cancel, bool(no_ack), self.limit)
            self.consumers[tag] = consumer
            if no_ack:
                self.no_ack_consumers.add(tag)
            found.consumers.append(consumer)
            broker.settle(found)
        return tag

    def basic_cancel(self, consumer_tag: str, nowait: bool = False) -> None:
        with self._work():
            consumer = self.consumers.get(consumer_tag)
            if consumer:
                unseen = [d for d in self.held.values() if d.consumer is consumer and not d.seen]
                self._drop([consumer], unseen)
                # The answer: a loop that cancelled its last consumer looks up at once, not at its
                # next timeout. nameko would take a second longer to stop.
                self.connection.post(Notice(self, lambda: None))

    def consumer_lost(self, consumer: Consumer) -> None:
        """Its queue was deleted: the client hears of it as of RabbitMQ's cancel notification."""
        self._forget(consumer)
        self.connection.post(Notice(self, consumer.tell_cancelled))

    def _forget(self, consumer: Consumer) -> None:
        del self.consumers[consumer.tag]
        self.no_ack_consumers.discard(consumer.tag)

    def basic_get(self, queue: str = "", no_ack: bool = False) -> base.Message | None:
        with self._work() as broker:
            found = broker.find_queue(queue, self.connection)
            found.touch()
            if not found.ready:
                return None
            delivery = self.hold(found.ready.popleft(), found, None)
            delivery.seen = True
            if no_ack:
                self.release(delivery)
                broker.forget(delivery.copy)
            broker.settle(found)
            return delivery.message(message_count=len(found.ready))

    def message_to_python(self, message: base.Message) -> base.Message:
        return message

    def hold(self, copy: Copy, queue: Queue, consumer: Consumer | None) -> Delivery:
        self._tag += 1
        delivery = self.held[self._tag] = Delivery(self, self._tag, copy, queue, consumer)
        queue.unacked += 1
        if consumer:
            consumer.held += 1
        if copy.stored:
            self.broker.journal.write("UPDATE message SET delivered = 1 WHERE id = ?", copy.id)
        return delivery

    def release(self, delivery: Delivery) -> None:
        del self.held[delivery.tag]
        delivery.queue.unacked -= 1
        if delivery.consumer:
            delivery.consumer.held -= 1

    # Settling

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        self._settle(delivery_tag, multiple, lambda done: self.broker.forget(done.copy))

    def basic_reject(self, delivery_tag: int, requeue: bool) -> None:
        self._settle(delivery_tag, False, self._requeue if requeue else self._bury)

    def basic_recover(self, requeue: bool = True) -> None:
        with self._work():
            self._drop([], [delivery for delivery in self.held.values() if delivery.seen])

    def _requeue(self, delivery: Delivery) -> None:
        self.broker.take_back(delivery.queue, delivery.copy, counts=delivery.seen)

    def _bury(self, delivery: Delivery) -> None:
        self.broker.bury(delivery.queue, delivery.copy, "rejected")

    def _settle(self, tag: int, multiple: bool, settle: Callable[[Delivery], None]) -> None:
        with self._work() as broker:
            if multiple:
                tags = list(takewhile(lambda held: not tag or held <= tag, self.held))
            else:
                tags = [tag] if tag in self.held else []
            if not tags and tag:
                self.connection.post(Notice(self, partial(self._unknown_tag, tag)))
            settled = [self.held[tag] for tag in tags]
            for delivery in settled:
                self.release(delivery)
                settle(delivery)
            for queue in self._with_new_credit(settled):
                broker.settle(queue)

    def _with_new_credit(self, settled: list[Delivery]) -> Iterable[Queue]:
        queues = [delivery.queue for delivery in settled]
        if self.shared_limit:
            queues += [consumer.queue for consumer in self.consumers.values()]
        return dict.fromkeys(queues)

    def _unknown_tag(self, tag: int) -> None:
        with self._work():
            raise errors.PreconditionFailed(f"PRECONDITION_FAILED - unknown delivery tag {tag}")

    def _drop_all(self) -> None:
        self._drop(list(self.consumers.values()), list(self.held.values()))

    def _drop(self, consumers: list[Consumer], deliveries: list[Delivery]) -> None:
        """Take consumers off their queues first, then let others have what was with them."""
        for consumer in consumers:
            self._forget(consumer)
            consumer.queue.consumers.remove(consumer)
        for delivery in reversed(deliveries):
            self.release(delivery)
            self._requeue(delivery)
        for consumer in consumers:
            self.broker.leave(consumer.queue)
        for queue in self._with_new_credit(deliveries):
            self.broker.settle(queue)
