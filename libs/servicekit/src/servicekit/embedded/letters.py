"""What the embedded broker carries: letters, their copies in queues, and their deaths."""

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from amqp import Message
from amqp.exceptions import PreconditionFailed
from amqp.serialization import dumps, loads

NEVER = math.inf
_PROPERTIES = tuple(name for name, _type in Message.PROPERTIES)
# Deadlines are monotonic; with this added they mean something to the next process as well.
WALL_CLOCK = time.time() - time.monotonic()


class Letter(NamedTuple):
    """What was published, shared by every queue it reached; properties in AMQP's encoding."""

    exchange: str
    routing_key: str
    properties: bytes
    body: bytes


@dataclass(slots=True, eq=False)
class Copy:
    """A letter in one queue. Ids grow, so they tell the order as well."""

    id: int
    letter: Letter
    expires: float
    stored: bool
    redelivered: bool = False
    returns: int = 0


def sendable(properties: dict[str, Any]) -> dict[str, Any]:
    """Those that AMQP knows, and no others: there is nowhere on the wire to put them."""
    return {name: properties[name] for name in _PROPERTIES if properties.get(name) is not None}


def encode(properties: dict[str, Any]) -> bytes:
    return dumps("F", [properties])  # type: ignore[no-any-return]  # amqp is untyped


def decode(properties: bytes) -> dict[str, Any]:
    ((decoded,), _end) = loads("F", properties, 0)
    return decoded  # type: ignore[no-any-return]  # amqp is untyped


def as_text(body: bytes, encoding: str | None) -> str | bytes:
    """As py-amqp does it: text where the encoding is a character set, else the bytes."""
    try:
        return body.decode(encoding) if encoding else body
    except (LookupError, UnicodeDecodeError):
        return body


def time_to_live(properties: dict[str, Any]) -> float:
    try:
        ttl = float(int(properties["expiration"])) if "expiration" in properties else NEVER
    except ValueError:
        ttl = -1
    if ttl < 0:
        raise PreconditionFailed("PRECONDITION_FAILED - invalid expiration")
    return ttl


def note_death(
    properties: dict[str, Any], letter: Letter, queue: str, reason: str
) -> list[dict[str, Any]]:
    """Write RabbitMQ's headers about a death; newest first, one entry per queue and reason."""
    headers = properties.setdefault("application_headers", {})
    death = {"count": 1, "reason": reason, "queue": queue, "time": datetime.now(UTC)}
    death |= {"exchange": letter.exchange, "routing-keys": [letter.routing_key]}
    if "expiration" in properties:
        death["original-expiration"] = properties.pop("expiration")
    rest = []
    for past in _past_deaths(headers):
        if (past["queue"], past["reason"]) == (queue, reason):
            death = past | {"count": past["count"] + 1}
        else:
            rest.append(past)
    headers["x-death"] = [death, *rest]
    for name in ("queue", "reason", "exchange"):
        headers.setdefault(f"x-first-death-{name}", death[name])
    return [death, *rest]


def _past_deaths(headers: dict[str, Any]) -> list[dict[str, Any]]:
    """What the header says, if it is a broker's: publishers can write anything into it."""
    deaths = headers.get("x-death")
    known = {"queue", "reason", "count"}
    return [
        death
        for death in (deaths if isinstance(deaths, list) else [])
        if isinstance(death, dict) and known <= death.keys() and isinstance(death["count"], int)
    ]


def goes_round(deaths: list[dict[str, Any]], queue: str) -> bool:
    """Whether a message is back where it died with nobody having rejected it on the way."""
    names = [death["queue"] for death in deaths]
    if queue not in names:
        return False
    return all(death["reason"] != "rejected" for death in deaths[: names.index(queue) + 1])
