"""Logs, metrics and traces: one trace across services, and no personal data in any of them."""

import contextlib
import io
import re

import pytest

from servicekit.errors import Conflict
from servicekit.events import Unreadable
from servicekit.telemetry import child_trace, configure, describe, frames, log

W3C = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_what_happens_next_has_the_same_trace_and_a_span_of_its_own() -> None:
    child = child_trace(PARENT)
    assert W3C.fullmatch(child)
    assert child.split("-")[1] == PARENT.split("-")[1]
    assert child.split("-")[2] != PARENT.split("-")[2]


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "nonsense",
        "00-4bf9-00f067aa0ba902b7-01",
        f"00-{'张' * 32}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        5,
        b"x",
        ["x"],
    ],
)
def test_without_a_readable_parent_a_new_trace_begins(parent: object) -> None:
    first, second = child_trace(parent), child_trace(parent)
    assert W3C.fullmatch(first)
    assert first.split("-")[1] != second.split("-")[1]


def test_our_own_messages_are_told() -> None:
    assert describe(Conflict("the need has a primary; end it first")) == {
        "error_type": "Conflict",
        "error_message": "the need has a primary; end it first",
    }
    assert describe(Unreadable("the body is empty"))["error_message"] == "the body is empty"


def test_the_messages_of_other_libraries_are_never_quoted() -> None:
    error = ValueError("invalid literal: '210103194912310012' of 张三")
    assert describe(error) == {"error_type": "ValueError", "error_message": ""}


def test_a_long_message_is_cut() -> None:
    assert len(describe(Conflict("x" * 5000))["error_message"]) == 500


def test_where_it_happened_is_told_without_what_was_in_hand() -> None:
    def fail(name: str) -> None:
        raise ValueError(name)

    with pytest.raises(ValueError, match="张三") as caught:
        fail("张三")
    where = frames(caught.value)
    assert "in fail" in where
    assert "张三" not in where.replace('fail("张三")', "")
    assert frames(None) == ""


def test_logs_go_to_standard_error_as_it_is_now() -> None:
    with contextlib.redirect_stderr(io.StringIO()) as before:
        configure("INFO", "json")
    before.close()
    with contextlib.redirect_stderr(io.StringIO()) as now:
        log.warning("event.parked", attempt=3)
    assert '"attempt": 3' in now.getvalue()
