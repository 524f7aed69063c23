"""The broker as a foreign client sees it: messages as they are, queues and what is in them."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection

COMMUNITY = "210103008001"


class Wire:
    """The broker as a foreign client sees it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    @contextmanager
    def channel(self) -> Iterator[Any]:
        node = random.choice(self.uri.split(";"))
        with Connection(node, transport_options={"confirm_publish": True}) as connection:
            yield connection.channel()

    def publish(
        self, body: bytes, key: str = "thing.made", exchange: str = "outside.events", **more: Any
    ) -> None:
        """Publish bytes as they are; `more`: content_type, headers, message_id …"""
        headers, properties = more.pop("headers", None), more
        with self.channel() as channel:
            content_type = properties.pop("content_type", None)
            encoding = properties.pop("content_encoding", None)
            message = channel.prepare_message(
                body, None, content_type, encoding, headers, {"delivery_mode": 2} | properties
            )
            channel.basic_publish(message, exchange=exchange, routing_key=key, mandatory=True)

    def things(self, *names: str, **more: Any) -> None:
        for name in names:
            data = {"community": COMMUNITY, "version": 1, "thing": name}
            self.publish(json.dumps(data).encode(), **more)

    def waiting(self, queue: str) -> int:
        """How many messages are ready in a queue."""
        with self.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    def take(self, queue: str) -> Any:
        """The next message of a queue, or None."""
        with self.channel() as channel:
            return channel.basic_get(queue, no_ack=True)

    def listen(self, queue: str, exchange: str, key: str) -> None:
        """Make a queue of one's own, bound to an exchange."""
        with self.channel() as channel:
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(queue, exchange, key)

    def delete(self, *queues: str) -> None:
        with self.channel() as channel:
            for queue in queues:
                channel.queue_delete(queue)


def bytes_of(message: Any) -> bytes:
    """A message's body as it was sent: kombu decodes one whose encoding is named."""
    body = message.body
    return body.encode(message.content_encoding) if isinstance(body, str) else bytes(body)
