"""What kombu and py-amqp are taught to survive."""

import bz2
import lzma
import zlib
from collections.abc import Callable

import pytest
from kombu.message import Message

from servicekit import tolerance

tolerance.install()
WAYS = [(zlib.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "lzma")]


@pytest.mark.parametrize(("compress", "name"), WAYS)
def test_what_is_compressed_is_opened_up_to_a_limit(
    compress: Callable[[bytes], bytes], name: str
) -> None:
    small, bomb = compress(b"{}"), compress(b" " * 50_000_000)
    assert Message(small, headers={"compression": name}).body == b"{}"
    for stuck in (bomb, small[:-5]):
        message = Message(stuck, headers={"compression": name})
        assert message.errors
        assert message.body == stuck
