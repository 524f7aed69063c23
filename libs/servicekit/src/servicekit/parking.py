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
    """It was taken in hand too often and never settled; its process may have died of it."""


FINAL = (Unreadable, Invalid, Forbidden, Unsettled)
"""Errors that another try cannot mend."""

IN_HAND_LIMIT = 20
"""How often a redelivered message is taken in hand and not settled before it is parked."""

DELIVERY_LIMIT = 5 * IN_HAND_LIMIT
"""How often a quorum queue delivers a message; one may be delivered and not be taken in hand."""

JITTER = 0.2
"""By how much of its delay, at most, a message comes back sooner: not all at once."""

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

    ``jitter`` from 0 to 1 shortens the delay.
    """
    attempt = attempts(message) + 1
    final = isinstance(error, FINAL) or attempt > len(delays)
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
        return copy_of(message, f"{name}.parked", headers)
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
    return "parked" if "x-parked-at" in letter.headers else "retried"


def attempts(message: Any) -> int:
    """How often the message was tried before."""
    count = (message.headers or {}).get("x-attempt", 0)
    return count if isinstance(count, int) and 0 <= count < 1000 else 0


def is_redelivered(message: Any) -> bool:
    """Whether somebody had it and did not settle it, or may have had it."""
    return bool(message.delivery_info.get("redelivered"))


def is_suspect(message: Any) -> bool:
    """Whether it failed before, or may have ended its process: it shall harm no fresh ones."""
    return is_redelivered(message) or attempts(message) > 0


def unsettled(times: int) -> Unsettled | None:
    """The error of a redelivered message that is taken in hand for the so-manyeth time."""
    if times <= IN_HAND_LIMIT:
        return None
    return Unsettled(f"was taken in hand {times - 1} times and never settled")
