"""Events on the wire: CloudEvents 1.0 over AMQP, in the three forms that are understood.

Binary mode (attributes in ``ce-`` headers, JSON body) is what we write. Read as well: structured
mode (``application/cloudevents+json``) and the bare JSON payload of a stock nameko service.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BINARY = "application/json"
STRUCTURED = "application/cloudevents+json"
MAX_BODY_BYTES = 1024 * 1024
EXCHANGE = "{}.events"
LIMITS = {"type": 80, "source": 120, "subject": 200, "id": 300}
"""Characters that the messaging tables have room for; a longer id is refused, never cut."""

_HALVES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether a database can keep it: JSON can say NUL and half surrogate pairs as well."""
    return "\0" not in text and (text.isascii() or not _HALVES.search(text))


class Unreadable(Exception):
    """Bytes from which no event can be made, now or later."""


@dataclass(slots=True)  # freezing would triple what it costs to make one
class Event:
    """Something that happened: attributes as in CloudEvents, ``data`` as plain JSON."""

    type: str
    source: str
    subject: str
    id: str
    time: datetime
    data: dict[str, Any] = field(repr=False)
    traceparent: str | None = None


def event_id(type_: str, subject: str, version: int) -> str:
    """Identity is derived, never drawn: the same thing in the same version is the same event."""
    return f"{type_}:{subject}:{version}"


def write(event: Event) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an event in binary mode."""
    body = json.dumps(event.data, ensure_ascii=False, separators=(",", ":")).encode()
    return body, attributes(event)


def attributes(event: Event) -> dict[str, str]:
    """The headers of an event in binary mode: all but its data."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event.id,
        "ce-source": event.source,
        "ce-type": event.type,
        "ce-subject": event.subject,
        "ce-time": event.time.astimezone(UTC).isoformat(),
        "ce-dataschema": f"urn:sunshine:{event.source}:{event.type}",
    }
    if event.traceparent:
        headers["traceparent"] = event.traceparent
    return headers


def read(
    body: bytes | str,
    *,
    content_type: str | None,
    headers: Mapping[str, Any],
    exchange: str,
    routing_key: str,
    message_id: str | None,
    now: datetime,
) -> Event:
    """The event that a message carries; raises Unreadable, with the reason, where there is none."""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    content = _json_object(raw)
    if (content_type or "").split(";")[0].strip().lower() == STRUCTURED:
        return _from_attributes(content, "", _data_of(content), now)
    if "ce-id" not in headers:
        headers = _common_headers(headers)
    if "ce-id" in headers or any(name.startswith("ce-") for name in headers):
        return _from_attributes(headers, "ce-", content, now)
    return _bare(raw, content, exchange, routing_key, message_id, now)


def _json_object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BODY_BYTES:
        raise Unreadable(f"the body has {len(raw)} bytes; at most {MAX_BODY_BYTES} are read")
    try:
        # decoded here: json would take UTF-16 and lone surrogates as well
        content = _JSON.decode(raw.decode().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON in UTF-8: {type(error).__name__}") from None
    if not isinstance(content, dict):
        raise Unreadable(f"the body is a JSON {type(content).__name__}, not an object")
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


def _data_of(content: Mapping[str, Any]) -> dict[str, Any]:
    data = content.get("data")
    if not isinstance(data, dict):
        raise Unreadable("the structured event has no object under data")
    return data


def _common_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Header names in lower case; the SDKs of some languages write ``cloudEvents:`` for ``ce-``."""
    return {
        str(key).lower().replace("cloudevents:", "ce-").replace("cloudevents_", "ce-"): value
        for key, value in headers.items()
    }


def _from_attributes(
    attributes: Mapping[str, Any], prefix: str, data: dict[str, Any], now: datetime
) -> Event:
    type_, source, subject, id_ = [_text(attributes.get(prefix + name), name) for name in LIMITS]
    if not (type_ and source and id_):
        found = {"id": id_, "source": source, "type": type_}
        missing = ", ".join(name for name in found if not found[name])
        raise Unreadable(f"the event lacks the CloudEvents attribute {missing}")
    version = attributes.get(prefix + "specversion", "1.0")
    if version != "1.0" and str(version) != "1.0":
        raise Unreadable(f"CloudEvents version {version!s:.20} is not 1.0")
    time = _time(attributes.get(prefix + "time"), now)
    trace = attributes.get("traceparent", attributes.get(prefix + "traceparent"))
    return Event(type_, source, subject, id_, time, data, trace if isinstance(trace, str) else None)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        return ""
    if len(value) > LIMITS[name]:
        raise Unreadable(f"the event's {name} is longer than {LIMITS[name]} characters")
    if not storable(value):
        raise Unreadable(f"the event's {name} has a character that cannot be stored")
    return value


def _time(value: Any, now: datetime) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return now
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _bare(
    raw: bytes,
    data: dict[str, Any],
    exchange: str,
    routing_key: str,
    message_id: str | None,
    now: datetime,
) -> Event:
    """A payload without attributes: the routing key is its type, the exchange names its source.

    Without a message id the bytes are the identity, so a stock publisher's retry is recognised.
    """
    digest = hashlib.sha256(b"\0".join((routing_key.encode(), raw))).hexdigest()
    return Event(
        type=routing_key,
        source=exchange.removesuffix(".events"),
        subject="",
        id=_text(message_id, "id") or f"sha256:{digest}",
        time=now,
        data=data,
    )
