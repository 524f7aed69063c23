"""Waiting for what happens elsewhere, without guessing how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

import eventlet
import pytest

T = TypeVar("T")


def eventually(
    condition: Callable[[], T], timeout: float = 10, interval: float = 0.02, message: str = ""
) -> T:
    """The first truthy value of `condition`, or a failed test after `timeout` seconds.

    Sleeps the green way, so services hosted in this very process get their turn.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            name = message or getattr(condition, "__name__", repr(condition))
            pytest.fail(f"not within {timeout:g} s: {name} (last: {value!r})")
        eventlet.sleep(interval)
    return value
