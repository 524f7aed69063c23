"""Where failed messages go: a retry queue, from which they come back, or the parking place.

Headers are whatever a foreign publisher wrote, ours included: nothing here trusts their types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kombu import Queue

from servicekit import clock
from servicekit.errors import Forbidden, Invalid
from servicekit.events import Unreadable
from servicekit.publishing import Outgoing
from servicekit.telemetry import describe, frames
from servicekit.tolerance import writable

FINAL = (Unreadable, Invalid, Forbidden)
"""Errors that another try cannot mend."""

DELIVERY_LIMIT = 20
DROPPED = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-position")
"""Beginnings of headers that tell of a message's way here, not of the message."""

KEPT = ("content_type", "content_encoding", "message_id", "type", "correlation_id")


def queues(name: str, delays: Sequence[int], queue_type: str) -> list[Queue]:
    """The parking place of queue ``name``, its retry queues (delays in ms), and last itself."""
    kind = {"x-queue-type": queue_type}
    # what dies in a quorum queue stays in it until the next one has confirmed it
    safe = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    safe = safe if queue_type == "quorum" else {}
    parked = Queue(f"{name}.parked", durable=True, queue_arguments=kind)
    retries = [
        Queue(
            f"{name}.retry.{delay}",
            durable=True,
            queue_arguments={**kind, **safe, **_bury(name), "x-message-ttl": delay},
        )
        for delay in delays
    ]
    # a message that kills its process again and again is parked by the broker
    limit = {"x-delivery-limit": DELIVERY_LIMIT, **_bury(parked.name)} if safe else {}
    itself = Queue(name, durable=True, queue_arguments={**kind, **safe, **limit})
    return [parked, *retries, itself]


def _bury(queue: str) -> dict[str, str]:
    return {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}


def origin(message: Any) -> tuple[str, str]:
    """Exchange and routing key that the message was first published with."""
    found = (
        (message.headers or {}).get("x-origin-exchange"),
        (message.headers or {}).get("x-origin-routing-key"),
    )
    return (
        found[0] if isinstance(found[0], str) else message.delivery_info["exchange"],
        found[1] if isinstance(found[1], str) else message.delivery_info["routing_key"],
    )


def raw(message: Any) -> bytes:
    """The bytes as they came: kombu decodes a body whose encoding is named."""
    body = message.body
    return body.encode(message.content_encoding) if isinstance(body, str) else bytes(body)


def put_aside(message: Any, error: Exception, name: str, delays: Sequence[int]) -> Outgoing:
    """The message on its way to a retry queue or, after the last try, to the parking place."""
    attempt = attempts(message) + 1
    final = isinstance(error, FINAL) or attempt > len(delays)
    exchange, routing_key = origin(message)
    headers = {
        key: value
        for key, value in writable(message.headers or {}).items()
        if not key.startswith(DROPPED) and (key != "compression" or message.errors)
    }
    headers |= {
        "x-attempt": attempt,
        "x-origin-exchange": exchange,
        "x-origin-routing-key": routing_key,
    }
    if final:
        told = describe(error)
        headers |= {f"x-{key.replace('_', '-')}": value for key, value in told.items()}
        headers |= {"x-parked-at": clock.now().isoformat(), "x-traceback": frames(error)}
    properties = {
        key: message.properties[key] for key in KEPT if message.properties.get(key) is not None
    }
    place = f"{name}.parked" if final else f"{name}.retry.{delays[attempt - 1]}"
    return Outgoing(raw(message), "", place, headers, properties)


def attempts(message: Any) -> int:
    """How often the message was tried before."""
    count = (message.headers or {}).get("x-attempt", 0)
    return count if isinstance(count, int) and 0 <= count < 1000 else 0
