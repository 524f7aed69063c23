"""Frames written by hand are, byte for byte, those that py-amqp writes."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

from amqp.basic_message import Message
from amqp.method_framing import frame_writer
from amqp.serialization import dumps
from amqp.spec import Basic
from hypothesis import given
from hypothesis import strategies as st

from servicekit.framing import (
    AFTER,
    DEFAULTS,
    MARK,
    MARKS,
    Outgoing,
    acknowledgement,
    content,
    frames,
)

FRAME_MAX = 4096
names = st.text(max_size=40).filter(lambda name: name != MARK)
short = st.text(max_size=60)
text = st.text(st.characters(exclude_categories=()), max_size=200)  # half surrogate pairs, too
numbers = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.booleans() | st.none()
values = st.recursive(
    text | numbers | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=5,
)
properties = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*DEFAULTS, *dict(AFTER)), short),
        "delivery_mode": st.sampled_from([1, 2]),
    },
)
messages = st.builds(
    Outgoing,
    body=st.binary(max_size=100) | st.binary(min_size=FRAME_MAX, max_size=3 * FRAME_MAX),
    exchange=short,
    routing_key=short,
    headers=st.dictionaries(names, values, max_size=8),
    properties=properties,
    mandatory=st.booleans(),
)


def written_by_amqp(message: Outgoing, tag: int) -> bytes:
    sent: list[bytes] = []
    transport = SimpleNamespace(write=lambda data: sent.append(bytes(data)))
    write = frame_writer(SimpleNamespace(frame_max=FRAME_MAX, bytes_sent=0), transport)
    to = (0, message.exchange, message.routing_key, message.mandatory, False)
    channel = SimpleNamespace(prepare_message=prepared)
    write(1, 7, Basic.Publish, dumps("Bssbb", to), content(channel, message, tag))
    return b"".join(sent)


def prepared(body: bytes, headers: Any, properties: dict[str, Any], **more: Any) -> Message:
    return Message(body, application_headers=headers, **properties, **more)


@given(messages, st.integers(0, 2**40))
def test_any_message_looks_as_if_py_amqp_had_written_it(message: Outgoing, tag: int) -> None:
    channel: Any = SimpleNamespace(
        channel_id=7, connection=SimpleNamespace(frame_max=FRAME_MAX), events=defaultdict(set)
    )
    assert frames(channel, message, tag) == written_by_amqp(message, tag)


@given(st.integers(1, 65535), st.integers(1, 2**63))
def test_an_acknowledgement_looks_as_if_py_amqp_had_written_it(number: int, tag: int) -> None:
    sent: list[bytes] = []
    transport = SimpleNamespace(write=lambda data: sent.append(bytes(data)))
    write = frame_writer(SimpleNamespace(frame_max=FRAME_MAX, bytes_sent=0), transport)
    write(1, number, Basic.Ack, dumps("Lb", (tag, False)), None)
    assert acknowledgement(SimpleNamespace(channel_id=number), tag) == b"".join(sent)


def test_marks_stay_within_what_a_header_holds() -> None:
    assert (2**40 + 5) & MARKS == 5
