"""py-amqp, made to survive what it cannot read.

Properties with bytes that are no UTF-8, or with times beyond the calendar, raise in the midst of a
frame: the connection ends, the broker delivers the message again, and so on for ever. Here such a
message arrives without its properties, marked, and is parked like any other unreadable one.

kombu decompresses what says that it is compressed, however large it becomes. Here up to a limit.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any

from amqp.serialization import GenericContent
from kombu import compression

UNREADABLE = "x-unreadable-properties"

MAX_PLAIN_BYTES = 1024 * 1024
COMPRESSIONS: dict[str, tuple[Callable[..., bytes], Callable[[], Any]]] = {
    "application/x-gzip": (zlib.compress, zlib.decompressobj),
    "application/x-bz2": (bz2.compress, bz2.BZ2Decompressor),
    "application/x-lzma": (lzma.compress, lzma.LZMADecompressor),
}
NAME_CHARACTERS = 80  # three bytes each, at most, and a name has 255

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
    for kind, (compress, new) in COMPRESSIONS.items():
        compression.register(compress, _up_to_a_limit(new), kind)


def _up_to_a_limit(new: Callable[[], Any]) -> Callable[[bytes], bytes]:
    def decompress(body: bytes) -> bytes:
        opening = new()
        plain: bytes = opening.decompress(body, MAX_PLAIN_BYTES)
        if opening.eof:
            return plain
        del plain  # kombu keeps the error, and the error this frame
        raise ValueError(f"it is cut short, or larger than {MAX_PLAIN_BYTES} bytes")

    return decompress


def writable(value: Any) -> Any:
    """A header value as py-amqp can write it again: what it could not decode, as bytes."""
    if isinstance(value, dict):
        return {name_of(key): writable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [writable(each) for each in value]
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value


def name_of(key: Any) -> str:
    """A header's name as text, whatever its bytes."""
    if isinstance(key, str):
        return key
    return bytes(key).decode("utf-8", "replace")[:NAME_CHARACTERS]
