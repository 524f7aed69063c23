"""py-amqp, made to survive what it cannot read.

Properties with bytes that are no UTF-8, or with times beyond the calendar, raise in the midst of a
frame: the connection ends, the broker delivers the message again, and so on for ever. Here such a
message arrives without its properties, marked, and is parked like any other unreadable one.
"""

from __future__ import annotations

from typing import Any

from amqp.serialization import GenericContent

UNREADABLE = "x-unreadable-properties"

_load = GenericContent._load_properties


def _load_or_mark(self: Any, class_id: int, buf: Any, offset: int) -> Any:
    try:
        return _load(self, class_id, buf, offset)
    except Exception:  # noqa: BLE001 - whatever it is, the next message must be reached
        self.properties = {"application_headers": {UNREADABLE: True}}
        return offset


def install() -> None:
    """Teach py-amqp; doing it again changes nothing."""
    GenericContent._load_properties = _load_or_mark


def writable(value: Any) -> Any:
    """A header value as py-amqp can write it again: what it could not decode, as bytes."""
    if isinstance(value, dict):
        return {name_of(key): writable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [writable(each) for each in value]
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value


def name_of(key: Any) -> str:
    """A header's name as text, whatever its bytes."""
    return key if isinstance(key, str) else bytes(key).decode("utf-8", "replace")
