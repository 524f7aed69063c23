"""Bad messages of every kind, each a function of its seed and number, so that it can be made again.

Each carries its number in its body, as ``fuzz-random_bytes-0000000042``.
"""

import bz2
import json
import random
import re
import zlib
from collections.abc import Callable
from typing import Any

from chaos.rough import Rough
from wire import COMMUNITY

NUMBER = re.compile(rb"fuzz-\w+-(\d{10})")
LEVELS = 10_000
EDGE = 100
HUGE_BYTES = 10_000_000
BOMB_BYTES = 4_000_000
FRAME_BYTES = 131_072
WILD: tuple[Any, ...] = (
    None, True, -1, 2**63 - 1, 1.5, b"", b"x", [], [b"a", [1, None]], {}, {b"a": {b"b": b"c"}},
)  # fmt: skip
"""A header's value of every type."""
VALUES: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, "", "\0", "\ud800", "x" * 5000, [], [[]], {}, {"a": {"b": 1}},
)  # fmt: skip
"""A field's value of every type."""
FIELDS = ("community", "version", "thing", "data", "")
TYPES = (
    b"text/plain", b"text/html; charset=gb18030", b"application/xml", b"application/data",
    b"application/x-python-serialize", b"application/x-yaml", b"application/json; charset=utf-16",
    b"application/cloudevents+json", b"application/octet-stream", b"", b"/", b"\0", b"x" * 255,
)  # fmt: skip
SHAPES = (
    b"<event>%s</event>", b"thing: %s\n", b"cos\nsystem\n(S'%s'\ntR.", b"thing=%s", b'"%s"', b"[%s",
)  # fmt: skip
ATTRIBUTES = (b"ce-id", b"ce-source", b"ce-type", b"ce-subject", b"ce-time", b"ce-specversion")
OURS = (
    b"x-attempt", b"x-deliveries", b"x-delivery-count", b"x-origin-exchange",
    b"x-origin-routing-key", b"x-parked-at", b"x-error-type", b"x-traceback", b"x-position",
    b"x-unreadable-properties",
)  # fmt: skip
THEIRS = (b"x-death", b"x-first-death-queue", b"compression", b"traceparent", b"nameko.x", b"")
JSON = {"content_type": b"application/json"}
Make = Callable[[random.Random, bytes], Rough]


def data(tag: bytes, /, **other: Any) -> bytes:
    good = {"community": COMMUNITY, "version": 1, "thing": tag.decode()}
    return json.dumps(good | other).encode()


def attributes(tag: bytes) -> dict[bytes, Any]:
    return dict(zip(ATTRIBUTES, (tag, b"outside", b"thing.made", tag, b"", b"1.0"), strict=True))


def not_utf8(dice: random.Random) -> bytes:
    return dice.choice((b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80"))


def random_bytes(dice: random.Random, tag: bytes) -> Rough:
    return Rough(dice.randbytes(dice.randrange(300)) + tag, texts=dice.choice((JSON, {})))


def content_types(dice: random.Random, tag: bytes) -> Rough:
    """Missing or foreign; one in ten is good JSON all the same."""
    texts = {"content_type": dice.choice(TYPES)} if dice.random() < 0.8 else {}
    good = dice.random() < 0.1
    return Rough(data(tag) if good else dice.choice(SHAPES) % tag, texts=texts)


def bad_utf8_in_body(dice: random.Random, tag: bytes) -> Rough:
    body = data(tag)
    at = dice.randrange(1, len(body) - len(tag) - 2)
    return Rough(body[:at] + not_utf8(dice) + body[at:], texts=JSON)


def bad_utf8_in_headers(dice: random.Random, tag: bytes) -> Rough:
    headers = attributes(tag)
    bad = not_utf8(dice)
    if dice.random() < 0.5:
        headers[dice.choice(ATTRIBUTES)] = bad
    else:
        headers[bad * dice.choice((1, 40))] = b"value"
    return Rough(data(tag), headers, JSON)


def bad_utf8_in_properties(dice: random.Random, tag: bytes) -> Rough:
    names = ("content_type", "content_encoding", "message_id", "type", "correlation_id", "app_id")
    texts = {**JSON, dice.choice(names): not_utf8(dice)}
    return Rough(data(tag), texts=texts)


def deep(dice: random.Random, tag: bytes) -> Rough:
    opens, closes = dice.choice(((b"[", b"]"), (b'{"a":', b"}")))
    core = opens * LEVELS + b'"' + tag + b'"' + closes * LEVELS
    return Rough(dice.choice((core, b'{"data":' + core + b"}")), texts=JSON)


def constants(dice: random.Random, tag: bytes) -> Rough:
    """NaN and its like, and numbers that no one can hold."""
    odd = (
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"-1e999",
        b"9" * 6000,
        b"1E400",
        b"-0.0e-9",
    )
    return Rough(data(tag, version="@").replace(b'"@"', dice.choice(odd)), texts=JSON)


def wrong_types_in_fields(dice: random.Random, tag: bytes) -> Rough:
    name, wrong = dice.choice(FIELDS), dice.choice(VALUES)
    text = tag.decode()
    if dice.random() < 0.3:
        event: dict[str, Any] = {"specversion": "1.0", "id": text, "source": "outside"}
        event |= {"type": "thing.made", "data": {"thing": text}, "tag": text}
        event[dice.choice((*event, "subject", "time"))] = wrong
        types = {"content_type": b"application/cloudevents+json"}
        return Rough(json.dumps(event).encode(), texts=types)
    return Rough(data(tag, **{name: wrong, "tag": text}), attributes(tag), JSON)


def wrong_types_in_headers(dice: random.Random, tag: bytes) -> Rough:
    headers = attributes(tag)
    for name in dice.sample((*ATTRIBUTES[1:], *OURS, *THEIRS), 3):
        headers[name] = dice.choice(WILD)
    if dice.random() < 0.2:  # never a text: that would be another's identity
        headers[b"ce-id"] = dice.choice([each for each in WILD if not isinstance(each, bytes)])
    return Rough(dice.choice((data(tag), tag)), headers, JSON)


def copies_elsewhere(dice: random.Random, tag: bytes) -> Rough:
    """Headers that ask the broker for copies, also to where the message fails."""
    places = [b"thing.made", b"keeper.keep", b"keeper.keep.parked", tag]
    name = dice.choice((b"CC", b"BCC"))
    return Rough(tag, {name: dice.sample(places[1:], 2)}, JSON)


def large_headers(dice: random.Random, tag: bytes) -> Rough:
    """As many bytes as one frame holds, or a little less."""
    left = FRAME_BYTES - 200 - dice.choice((0, 100, 1000, 5000))
    if dice.random() < 0.5:
        return Rough(tag, {b"padding": b"x" * left}, JSON)
    return Rough(tag, {b"h%d" % number: b"x" * (left // 400 - 10) for number in range(400)}, JSON)


def bombs(dice: random.Random, tag: bytes) -> Rough:
    """A few kilobytes that become megabytes when decompressed."""
    pack, name = dice.choice(((zlib.compress, b"gzip"), (bz2.compress, b"bzip2")))
    return Rough(BOMBS[pack] + tag, {b"compression": name}, JSON)


def huge(dice: random.Random, tag: bytes) -> Rough:
    return Rough(tag + dice.choice((b"x", b" ", b"[")) * HUGE_BYTES, attributes(tag), JSON)


BOMBS = {pack: pack(b" " * BOMB_BYTES) for pack in (zlib.compress, bz2.compress)}
KINDS: dict[str, Make] = {
    make.__name__: make
    for make in (
        random_bytes, content_types, bad_utf8_in_body, bad_utf8_in_headers, bad_utf8_in_properties,
        deep, constants, wrong_types_in_fields, wrong_types_in_headers, copies_elsewhere,
        large_headers, bombs, huge,
    )
}  # fmt: skip
LARGE = {"large_headers": 10, "bombs": 10, "huge": 1000}
"""Kinds of which fewer come, by what part."""


def message(seed: int, kind: str, number: int) -> Rough:
    """Always the same one for the same arguments."""
    return KINDS[kind](random.Random((seed << 40) + number), tag(kind, number).encode())


def tag(kind: str, number: int) -> str:
    return f"fuzz-{kind}-{number:010}"


def number_of(body: bytes) -> int:
    found = NUMBER.findall(body if len(body) < 10 * LEVELS else body[:EDGE] + body[-EDGE:])
    return int(found[-1])
