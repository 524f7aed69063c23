"""Where the benchmarks run: a broker and a database of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kombu import Connection

from servicekit.events import Event

HERE = Path(__file__).parent
PAD = "x" * 380  # bodies of about 500 bytes


@dataclass(frozen=True)
class Place:
    """A virtual host, and an empty database that contestants fill as they like."""

    amqp_uri: str
    postgres_url: str

    def bind(
        self, queue: str, exchange: str = "maker.events", key: str = "thing.made", **arguments: str
    ) -> None:
        """Declare a durable queue, bound to the events that the contestants make."""
        with Connection(self.amqp_uri) as connection:
            channel = connection.channel()
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(queue, exchange, key)

    def purge(self, queue: str) -> int:
        with Connection(self.amqp_uri) as connection:
            return int(connection.channel().queue_purge(queue))

    def delete(self, queue: str) -> None:
        with Connection(self.amqp_uri) as connection:
            connection.channel().queue_delete(queue)


def event(name: str) -> Event:
    data = {"community": "210103008001", "version": 1, "thing": name, "pad": PAD}
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    now = datetime.now(UTC)
    return Event("thing.made", "maker", name, f"thing.made:{name}:1", now, data, trace)
