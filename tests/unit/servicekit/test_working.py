"""What a message asks for is done at once, in a green thread that did others before."""

from types import SimpleNamespace
from typing import Any

import eventlet
from eventlet.event import Event

from servicekit.working import begin


def message(*, more_has_come: bool = False) -> Any:
    ahead = SimpleNamespace(empty=lambda: not more_has_come)
    connection = SimpleNamespace(transport=SimpleNamespace(ahead=ahead))
    return SimpleNamespace(channel=SimpleNamespace(connection=connection))


def worker_of(number: int) -> list[Any]:
    """Who does each of so many works, one after the other."""
    workers: list[Any] = []
    for _ in range(number):
        begin(lambda _message: workers.append(eventlet.getcurrent()), message())
    return workers


def test_work_is_done_at_once_and_by_somebody_else() -> None:
    assert worker_of(1)[0] is not eventlet.getcurrent()


def test_where_more_has_come_that_is_read_first() -> None:
    done: list[Any] = []
    begin(done.append, message(more_has_come=True))
    assert done == []
    eventlet.sleep(0)
    assert len(done) == 1


def test_work_that_waits_holds_up_nobody() -> None:
    done: list[str] = []
    gate = Event()

    def wait(_message: Any) -> None:
        gate.wait()
        done.append("slow")

    begin(wait, message())
    begin(lambda _message: done.append("quick"), message())
    assert done == ["quick"]
    gate.send()
    eventlet.sleep(0)
    assert done == ["quick", "slow"]


def test_a_green_thread_is_used_again() -> None:
    first, second = worker_of(2)
    assert second is first


def test_one_that_died_while_it_was_idle_is_not() -> None:
    (first,) = worker_of(1)
    eventlet.kill(first)
    (second,) = worker_of(1)
    assert second is not first
    assert not second.dead
