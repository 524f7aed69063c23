"""The clock: aware, in UTC, and movable for rehearsals."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from servicekit import clock


@pytest.fixture(autouse=True)
def present() -> Iterator[None]:
    yield
    clock.return_to_present()


def test_now_is_now_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_a_moved_clock_runs_on_from_there() -> None:
    there = datetime(2027, 1, 1, 9, tzinfo=UTC)
    clock.travel(there)
    first, second = clock.now(), clock.now()
    assert there <= first <= second < there + timedelta(minutes=1)


def test_moving_twice_does_not_add_up() -> None:
    for _ in range(2):
        clock.travel(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.now() < datetime(2027, 1, 1, 0, 1, tzinfo=UTC)


def test_there_is_a_way_back() -> None:
    clock.travel(datetime(2027, 1, 1, tzinfo=UTC))
    clock.return_to_present()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
