"""Reading ahead gives py-amqp what it would have read by itself, however the bytes arrive."""

from struct import pack, unpack
from types import SimpleNamespace
from typing import Any

import amqp
from amqp.method_framing import frame_handler
from amqp.serialization import dumps
from amqp.transport import TCPTransport
from hypothesis import given
from hypothesis import strategies as st

from servicekit import reading

reading.install()

names = st.text(max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, values))
def test_a_table_is_read_as_py_amqp_reads_it(table: dict[str, Any]) -> None:
    written = b"before" + dumps("F", [table]) + b"behind"
    assert reading._loads_table("F", written, 6) == reading._loads("F", written, 6)


def test_names_and_texts_that_are_no_utf_8_stay_bytes() -> None:
    item = b"\x03a\xff\xfe" + b"S" + pack(">I", 2) + b"\xff\xfe"
    assert reading._loads_table("F", pack(">I", len(item)) + item, 0)[0] == [
        {b"a\xff\xfe": b"\xff\xfe"}
    ]


frames = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 5), st.binary(max_size=50)), max_size=12
)


@given(frames, st.lists(st.integers(1, 40), max_size=40), st.integers(0, 5))
def test_frames_come_whole_and_in_order_however_the_bytes_arrive(
    sent: list[tuple[int, int, bytes]], sizes: list[int], given_back: int
) -> None:
    wire = b"".join(pack(">BHI", *each[:2], len(each[2])) + each[2] + b"\xce" for each in sent)
    pieces = iter(sizes)
    at = 0

    def receive(_most: int) -> bytes:
        nonlocal at
        start, at = at, at + next(pieces, 10_000)
        return wire[start:at]

    transport = SimpleNamespace(_read_buffer=b"", sock=SimpleNamespace(recv=receive))
    ahead = reading._Ahead(transport)
    read = []
    for _ in sent:
        whole = ahead.frame()
        if whole is None:  # py-amqp waits for the rest, and gives it back when it takes too long
            transport._read_buffer = ahead.read(min(given_back, 7)) if given_back else b""
            kind, channel, size = unpack(">BHI", ahead.read(7))
            whole = kind, channel, ahead.read(size)
            assert ahead.read(1) == b"\xce"
        read.append(whole)
    assert read == sent


def test_what_does_not_end_like_a_frame_is_left_for_py_amqp_to_refuse() -> None:
    ahead = reading._Ahead(SimpleNamespace(_read_buffer=b"", sock=None))
    ahead._bytes = pack(">BHI", 1, 0, 1) + b"x" + b"\x00"
    assert ahead.frame() is None


shortstr = st.text(max_size=20)
messages = st.lists(
    st.tuples(
        st.integers(1, 2),  # the channel
        st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.booleans(), shortstr, shortstr),
        st.fixed_dictionaries({}, optional={"content_encoding": st.sampled_from(["utf-8", "gbk"])}),
        st.binary(max_size=30) | st.text(max_size=30).map(str.encode),
        st.integers(1, 40),  # the largest frame of its body
        st.booleans(),  # whether a heartbeat comes in the midst of it
    ),
    max_size=8,
)


def on_the_wire(
    number: int, args: Any, properties: Any, body: bytes, size: int, beats: bool
) -> list[tuple[int, int, bytes]]:
    header = pack(">HHQ", 60, 0, len(body)) + amqp.Message(**properties)._serialize_properties()
    bodies = [body[at : at + size] for at in range(0, len(body), size)]
    return [
        (1, number, pack(">HH", 60, 60) + dumps("sLbss", args)),
        *([(8, 0, b"")] if beats else []),
        (2, number, header),
        *((3, number, each) for each in bodies),
    ]


def connected(receive: Any) -> tuple[amqp.Connection, list[Any]]:
    """A connection with two channels whose socket gives what ``receive`` does; what it delivers."""
    connection, delivered = amqp.Connection(), []
    connection.transport = TCPTransport("nowhere")
    connection.transport.sock = SimpleNamespace(recv=receive, sendall=None)
    connection.transport._setup_transport()
    connection.on_inbound_frame = frame_handler(connection, connection.on_inbound_method)

    def keep(message: amqp.Message) -> None:
        info = message.channel.channel_id, message.delivery_info
        delivered.append((*info, message.properties, message.body))

    for number in (1, 2):
        amqp.Channel(connection, number).callbacks = {"a": keep, "b": keep}
    return connection, delivered


@given(messages, st.lists(st.integers(1, 60), max_size=40))
def test_messages_are_delivered_as_py_amqp_does_it_however_the_bytes_arrive(
    sent: list[Any], sizes: list[int]
) -> None:
    frames_ = [frame for message in sent for frame in on_the_wire(*message)]
    plain, expected = connected(None)
    for frame in frames_:
        plain.on_inbound_frame(frame)
    wire = b"".join(pack(">BHI", *each[:2], len(each[2])) + each[2] + b"\xce" for each in frames_)
    pieces, at = iter(sizes), 0

    def receive(_most: int) -> bytes:
        nonlocal at
        start, at = at, at + next(pieces, 10_000)
        return wire[start:at]

    connection, delivered = connected(receive)
    while len(delivered) < len(sent):
        connection.drain_events()
    assert delivered == expected
    assert connection.bytes_recv > 0 or not sent
