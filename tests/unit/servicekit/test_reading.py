"""Reading ahead gives py-amqp what it would have read by itself, however the bytes arrive."""

from struct import pack, unpack
from types import SimpleNamespace
from typing import Any

from amqp.serialization import dumps
from hypothesis import given
from hypothesis import strategies as st

from servicekit import reading

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
    transport = SimpleNamespace(_read_buffer=b"")
    at = 0

    def receive(_most: int) -> bytes:
        nonlocal at
        start, at = at, at + next(pieces, 10_000)
        return wire[start:at]

    ahead = reading._Ahead(transport, receive)
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
    ahead = reading._Ahead(SimpleNamespace(_read_buffer=b""), lambda _most: b"")
    ahead._bytes = pack(">BHI", 1, 0, 1) + b"x" + b"\x00"
    assert ahead.frame() is None
