"""Events as they pass: a queue of its own, bound to every exchange, gone with the listener."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from kombu import Exchange, Queue

from servicekit import clock
from servicekit.events import EXCHANGE, Unreadable, read
from servicekit.publishing import open_connection
from sunshine.place import SERVICES

WAIT_SECONDS = 1.0


def tail(
    amqp_uri: str, systems: tuple[str, ...] = ("civil_affairs", "school")
) -> Iterator[dict[str, Any]]:
    """Every event published from now on, as ``{type, source, id, subject, time, data}``."""
    arrived: list[Any] = []
    with open_connection(amqp_uri) as connection:
        channel = connection.default_channel
        queue = Queue(f"events-tail-{uuid4()}", exclusive=True, auto_delete=True)(channel)
        queue.declare()
        for name in (*SERVICES, *systems):
            exchange = Exchange(EXCHANGE.format(name), "topic", durable=True)(channel)
            exchange.declare()
            queue.bind_to(exchange, routing_key="#")
        with connection.Consumer([queue], on_message=arrived.append, no_ack=True, channel=channel):
            while True:
                try:
                    connection.drain_events(timeout=WAIT_SECONDS)
                except TimeoutError:
                    connection.heartbeat_check()
                for message in arrived:
                    yield _shown(message)
                arrived.clear()


def _shown(message: Any) -> dict[str, Any]:
    routing_key, exchange = message.delivery_info["routing_key"], message.delivery_info["exchange"]
    try:
        event = read(
            message.body,
            content_type=message.content_type,
            headers=message.headers or {},
            exchange=exchange,
            routing_key=routing_key,
            message_id=message.properties.get("message_id"),
            now=clock.now(),
        )
    except Unreadable as problem:
        return {"type": routing_key, "source": exchange, "unreadable": str(problem)}
    time = event.time.isoformat(timespec="seconds")
    shown = {"type": event.type, "source": event.source, "id": event.id, "subject": event.subject}
    return {**shown, "time": time, "data": json.loads(json.dumps(event.data))}
