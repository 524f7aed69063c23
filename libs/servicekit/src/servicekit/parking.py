"""Where failed messages go: a retry queue, from which they come back, or the parking place.

Headers are whatever a foreign publisher wrote, ours included: nothing here trusts their types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amqp.serialization import dumps
from kombu import Queue

from servicekit import clock
from servicekit.errors import Forbidden, Invalid
from servicekit.events import Unreadable
from servicekit.publishing import Outgoing
from servicekit.telemetry import describe, frames
from servicekit.tolerance import writable


class Unsettled(Exception):
    """It was delivered before and never settled; its process may have died of it."""


FINAL = (Unreadable, Invalid, Forbidden)
"""Errors that another try cannot mend."""

DELIVERY_LIMIT = 20
"""How often a message is delivered and not settled before it is parked."""

JITTER = 0.2
"""By how much of its delay, at most, a message comes back sooner: not all at once."""

DELIVERIES = "x-deliveries"
"""Our own count of such deliveries, where the broker has none (classic queues)."""

DROPPED = ("x-death", "x-first-death-", "x-last-death-", "x-deliver", "x-acquired", "x-position")
"""Beginnings of headers that tell of a message's way here, not of the message."""

COPIES = ("CC", "BCC")
"""Headers that ask the broker for copies: it has made them, and would make them again."""

HEADER_BYTES = 120_000
"""What all headers may have: they are one frame, of 131,072 bytes, and the broker adds some."""

KEPT = ("content_type", "content_encoding", "message_id", "type", "correlation_id")


def queues(name: str, delays: Sequence[int], queue_type: str) -> list[Queue]:
    """The parking place of queue ``name``, its retry queues (delays in ms), and last itself."""
    kind = {"x-queue-type": queue_type}
    # only a quorum queue keeps what dies in it until the next queue has confirmed it: in others
    # it is lost where the broker is killed in that moment
    safe = {
        "x-queue-type": "quorum",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    parked = Queue(f"{name}.parked", durable=True, queue_arguments=kind)
    retries = [
        Queue(
            f"{name}.retry.{delay}",
            durable=True,
            queue_arguments={**safe, **_bury(name), "x-message-ttl": delay},
        )
        for delay in delays
    ]
    # a message that kills its process again and again is parked by the broker
    limit = {**safe, "x-delivery-limit": DELIVERY_LIMIT, **_bury(parked.name)}
    own = limit if queue_type == "quorum" else kind
    itself = Queue(name, durable=True, queue_arguments=own)
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


def put_aside(
    message: Any, error: Exception, name: str, delays: Sequence[int], *, jitter: float
) -> Outgoing:
    """The message on its way to a retry queue or, after the last try, to the parking place.

    One that was never settled goes back to its queue, counted; after too many, it is parked.
    ``jitter`` from 0 to 1 shortens the delay.
    """
    again = isinstance(error, Unsettled) and deliveries(message) < DELIVERY_LIMIT
    attempt = attempts(message) + (not again)
    final = not again and (isinstance(error, (*FINAL, Unsettled)) or attempt > len(delays))
    exchange, routing_key = origin(message)
    headers = {
        key: value
        for key, value in writable(message.headers or {}).items()
        if not key.startswith(DROPPED) and (key != "compression" or message.errors)
    }
    headers = fitting(headers)
    headers |= {
        "x-attempt": attempt,
        "x-origin-exchange": exchange,
        "x-origin-routing-key": routing_key,
    }
    if final:
        told = describe(error)
        headers |= {f"x-{key.replace('_', '-')}": value for key, value in told.items()}
        headers |= {"x-parked-at": clock.now().isoformat(), "x-traceback": frames(error)}
    if final:
        return copy_of(message, f"{name}.parked", headers)
    if again:
        return copy_of(message, name, headers | {DELIVERIES: deliveries(message) + 1})
    delay = delays[attempt - 1]
    letter = copy_of(message, f"{name}.retry.{delay}", headers)
    letter.properties["expiration"] = str(round(delay * (1 - JITTER * jitter)))
    return letter


def copy_of(message: Any, queue: str, headers: dict[str, Any]) -> Outgoing:
    """The same bytes and properties, on their way to another queue with these headers."""
    properties = {
        key: message.properties[key] for key in KEPT if message.properties.get(key) is not None
    }
    headers = {key: value for key, value in headers.items() if key not in COPIES}
    return Outgoing(raw(message), "", queue, headers, properties)


def fitting(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers that fit into a frame with ours: of too many bytes the largest are left out."""
    sizes = {key: len(dumps("F", [{key: value}])) for key, value in headers.items()}
    total = sum(sizes.values())
    for key in sorted(sizes, key=lambda key: -sizes[key]):
        if total <= HEADER_BYTES:
            break
        total -= sizes.pop(key)
    return {key: headers[key] for key in headers if key in sizes}


def outcome(letter: Outgoing) -> str:
    """What ``put_aside`` did, in a word."""
    if "x-parked-at" in letter.headers:
        return "parked"
    return "redelivered" if DELIVERIES in letter.headers else "retried"


def attempts(message: Any) -> int:
    """How often the message was tried before."""
    return _count(message, "x-attempt")


def deliveries(message: Any) -> int:
    """How often the message was delivered before and not settled, as far as it was counted."""
    return max(_count(message, DELIVERIES), _count(message, "x-delivery-count"))


def is_suspect(message: Any) -> bool:
    """Whether it failed before, or was not settled twice: what it does, it shall do alone.

    Once is no suspicion: every process that ends leaves a few hundred behind.
    """
    return attempts(message) > 0 or deliveries(message) > 1


def check_delivery(message: Any) -> None:
    """Raise Unsettled for a message that a process had and did not settle."""
    if message.delivery_info.get("redelivered"):
        raise Unsettled(f"was delivered {deliveries(message) + 1} times and never settled")


def _count(message: Any, header: str) -> int:
    count = (message.headers or {}).get(header, 0)
    return count if isinstance(count, int) and 0 <= count < 1000 else 0
