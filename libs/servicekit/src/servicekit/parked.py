"""What operators do with parked events: list, show, replay, discard; each deed leaves its reason.

A parking place is read by taking messages without acknowledging them: what is not chosen goes
back, in its old order, when the connection closes. Replayed events go to their handler's queue
with their original bytes and headers, as if they had never failed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from amqp.exceptions import NotFound as NoQueue
from kombu.message import Message
from marshmallow import fields, validate

from servicekit import parking
from servicekit.actors import OPERATOR, Actor
from servicekit.db import interventions
from servicekit.errors import Forbidden, Unavailable
from servicekit.publishing import BROKER_ERRORS, Outgoing, open_connection
from servicekit.schemas import Schema, UtcTime

PAGE = 500
ADDED = ("x-error-", "x-parked-at", "x-traceback", "x-attempt", *parking.DROPPED)
"""Beginnings of the headers that failing has added to a message."""


class ParkedFilter(Schema):
    """Which parked events; all where nothing is said. ``limit`` is of one answer."""

    handler = fields.String(load_default="")
    id = fields.String(load_default="")
    type = fields.String(load_default="")
    error = fields.String(load_default="")
    since = UtcTime(load_default=None)
    until = UtcTime(load_default=None)
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 10_000))


class ListParked(ParkedFilter):
    """With ``detail``, each event's headers, traceback and body (base64) as well."""

    detail = fields.Boolean(load_default=False)


class SettleParked(ParkedFilter):
    """Replay or discard at most ``limit`` events, and say why."""

    action = fields.String(required=True, validate=validate.OneOf(["replay", "discard"]))
    reason = fields.String(required=True, validate=validate.Length(3, 500))
    dry_run = fields.Boolean(load_default=False)


@dataclass(frozen=True)
class Parked:
    """A parked message and where it lies."""

    handler: str
    message: Any

    @property
    def headers(self) -> dict[str, Any]:
        headers: dict[str, Any] = self.message.headers or {}
        return headers

    def text(self, *names: str) -> str:
        """The first of these headers that is a text."""
        found = (self.headers.get(name) for name in names)
        return next((value for value in found if isinstance(value, str)), "")

    @property
    def id(self) -> str:
        known = self.message.properties.get("message_id")
        return self.text("ce-id") or (known if isinstance(known, str) else "")

    @property
    def type(self) -> str:
        return self.text("ce-type", "x-origin-routing-key")

    @property
    def error(self) -> str:
        """The error's type; a broker that buried the message says why in a header of its own."""
        return self.text("x-error-type", "x-first-death-reason")

    def listed(self) -> dict[str, Any]:
        return {
            "handler": self.handler,
            "id": self.id,
            "type": self.type,
            "error": self.error,
            "message": self.text("x-error-message"),
            "attempts": parking.attempts(self.message),
            "parked_at": self.text("x-parked-at"),
        }

    def detailed(self) -> dict[str, Any]:
        """Also what may hold personal data."""
        headers = {str(name): str(value) for name, value in self.headers.items()}
        body = base64.b64encode(parking.raw(self.message)).decode()
        trace = headers.pop("x-traceback", "")
        return self.listed() | {"headers": headers, "traceback": trace, "body": body}

    def replayed(self) -> Outgoing:
        """The message as it was before it failed, on its way to its handler's queue."""
        headers = {
            name: value for name, value in self.headers.items() if not name.startswith(ADDED)
        }
        return parking.copy_of(self.message, self.handler, headers)


def list_parked(database: Any, actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """Parked events of this service that the filter means, and how many lie there in all."""
    _require_operator(actor)
    with _taken(database, data) as (chosen, total):
        items = [each.detailed() if data["detail"] else each.listed() for each in chosen]
    return {"items": items, "parked": total}


def settle_parked(
    database: Any, actor: Actor, data: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Replay or discard what the filter means; return how many. Raises Unavailable.

    The reason is stored before the parking place lets go of an event: should the process end in
    between, the event is replayed once more, and its handler's inbox knows it.
    """
    _require_operator(actor)
    with _taken(database, data) as (chosen, _total):
        if data["dry_run"]:
            return {"settled": len(chosen)}
        unwanted: set[int] = set()
        if data["action"] == "replay" and chosen:
            unwanted = set(database.publisher.send([each.replayed() for each in chosen]))
        settled = [each for position, each in enumerate(chosen) if position not in unwanted]
        _note(database, actor, settled, data, now)
        for each in settled:
            each.message.ack()
        return {"settled": len(settled)}


def _require_operator(actor: Actor) -> None:
    if actor.role != OPERATOR:
        raise Forbidden(f"{actor.id} is no operator; ask one to look into parked events")


@contextmanager
def _taken(database: Any, data: Mapping[str, Any]) -> Iterator[tuple[list[Parked], int]]:
    """The chosen ones, unacknowledged, and how many there are; the rest goes back at the end."""
    names = [reader.name for reader in database.inbound.readers()]
    names = [name for name in names if data["handler"] in ("", name, name.partition(".")[2])]
    try:
        with open_connection(database.settings.amqp_uri) as connection:
            chosen: list[Parked] = []
            total = 0
            for name in names:
                channel = connection.channel()
                total += _choose(channel, name, data, chosen)
            yield chosen, total
    except BROKER_ERRORS as error:
        raise Unavailable(
            f"the broker does not answer ({type(error).__name__}); try again later"
        ) from error


def _choose(channel: Any, name: str, data: Mapping[str, Any], chosen: list[Parked]) -> int:
    try:
        total = int(channel.queue_declare(f"{name}.parked", passive=True).message_count)
    except NoQueue:
        return 0
    for _ in range(total):
        if len(chosen) >= data["limit"]:
            break
        message = channel.basic_get(f"{name}.parked")
        if message is None:
            break
        if not isinstance(message, Message):  # py-amqp's own, where there is a wire
            message = channel.message_to_python(message)
        parked = Parked(name, message)
        if _matches(parked, data):
            chosen.append(parked)
    return total


def _matches(parked: Parked, data: Mapping[str, Any]) -> bool:
    wanted = all(data[name] in ("", getattr(parked, name)) for name in ("id", "type", "error"))
    at = _moment(parked.text("x-parked-at"))
    early = data["since"] is not None and (at is None or at < data["since"])
    late = data["until"] is not None and at is not None and at > data["until"]
    return wanted and not early and not late


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _note(
    database: Any, actor: Actor, chosen: Sequence[Parked], data: Mapping[str, Any], now: datetime
) -> None:
    rows = [
        {
            "at": now,
            "actor": actor.id[:120],
            "action": data["action"],
            "queue": each.handler[:200],
            "event_id": each.id[:300],
            "type": each.type[:80],
            "error_type": each.error[:80],
            "reason": data["reason"],
        }
        for each in chosen
    ]
    if rows:
        with database.transaction() as session:
            session.execute(sa.insert(interventions), rows)
