"""What goes from the embedded broker to a client: deliveries to its consumers, and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amqp.exceptions import ConsumerCancelled
from kombu.transport import base

from servicekit.embedded.letters import Copy, as_text, decode

if TYPE_CHECKING:
    from servicekit.embedded.channel import Channel
    from servicekit.embedded.places import Queue


@dataclass(slots=True, eq=False)
class Consumer:
    channel: Channel
    tag: str
    queue: Queue
    callback: Callable[[base.Message], None]
    on_cancel: Callable[[str], None] | None
    no_ack: bool
    limit: int
    held: int = 0

    def has_credit(self) -> bool:
        shared = self.channel.shared_limit
        room = not shared or len(self.channel.held) < shared
        return self.no_ack or (room and (not self.limit or self.held < self.limit))

    def tell_cancelled(self) -> None:
        if self.on_cancel is None:
            raise ConsumerCancelled(self.tag, (60, 30))
        self.on_cancel(self.tag)


@dataclass(slots=True, eq=False)
class Delivery:
    """A message on its way to a client and, once `seen`, with it until settled."""

    channel: Channel
    tag: int
    copy: Copy
    queue: Queue
    consumer: Consumer | None
    seen: bool = False

    def live(self) -> bool:
        return self.tag in self.channel.held

    def take(self) -> None:
        self.seen = True
        if self.consumer and self.consumer.no_ack:
            self.channel.release(self)
            self.channel.broker.forget(self.copy)

    def run(self) -> None:
        if self.consumer:
            self.consumer.callback(self.message(consumer_tag=self.consumer.tag))

    def message(self, **info: object) -> base.Message:
        letter, copy = self.copy.letter, self.copy
        info |= {"exchange": letter.exchange, "routing_key": letter.routing_key}
        info |= {"delivery_tag": self.tag, "redelivered": copy.redelivered}
        properties = decode(letter.properties)
        headers = properties.get("application_headers") or {}
        if copy.returns and "x-delivery-limit" in self.queue.arguments:
            headers["x-delivery-count"] = copy.returns
        return base.Message(
            body=as_text(letter.body, properties.get("content_encoding")),
            channel=self.channel,
            delivery_tag=self.tag,
            content_type=properties.get("content_type"),
            content_encoding=properties.get("content_encoding"),
            delivery_info=info,
            properties=properties,
            headers=headers,
        )


@dataclass(slots=True, eq=False)
class Notice:
    """Something else that a client hears of only while it drains, as on the wire."""

    channel: Channel
    run: Callable[[], None]

    def live(self) -> bool:
        return self.channel.connection is not None

    def take(self) -> None:
        pass
