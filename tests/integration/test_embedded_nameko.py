"""Stock nameko on the embedded broker: services, events, calls, all in one process."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from kombu.pools import reset as forget_pooled_connections
from nameko.containers import ServiceContainer
from nameko.events import BROADCAST, EventDispatcher, event_handler
from nameko.exceptions import RpcTimeout, UnknownService
from nameko.rpc import RpcProxy, rpc
from nameko.standalone.events import event_dispatcher
from nameko.standalone.rpc import ClusterRpcProxy

from servicekit import embedded
from waiting import eventually

Run = Callable[..., ServiceContainer]


@pytest.fixture
def config() -> Iterator[dict[str, Any]]:
    embedded.install()
    name = f"nameko-{uuid4().hex[:8]}"
    yield {"AMQP_URI": f"embedded://{name}"}
    forget_pooled_connections()
    embedded.reset(name)


@pytest.fixture
def run(config: dict[str, Any]) -> Iterator[Run]:
    containers: list[ServiceContainer] = []

    def run(service: type, **more: Any) -> ServiceContainer:
        containers.append(ServiceContainer(service, config={**config, **more}))
        containers[-1].start()
        return containers[-1]

    yield run
    for container in containers:
        container.stop()


class Echo:
    name = "echo"
    other = RpcProxy("other")

    @rpc
    def say(self, what: Any) -> Any:
        return what

    @rpc
    def ask_other(self, what: Any) -> Any:
        return self.other.say(what)


class Other:
    name = "other"
    dispatch = EventDispatcher()

    @rpc
    def say(self, what: Any) -> Any:
        self.dispatch("said", what)
        return {"other": what}


def listener(service: str, gate: Any = None, **options: Any) -> tuple[type, list[Any]]:
    """A service that keeps what it hears from `other`, each at its gate if there is one."""
    heard: list[Any] = []

    class Listener:
        name = service

        @event_handler("other", "said", **options)
        def hear(self, what: Any) -> None:
            heard.append(what)
            if gate is not None:
                gate.wait()

    return Listener, heard


def test_a_service_answers_a_call(run: Run, config: dict[str, Any]) -> None:
    run(Echo)
    with ClusterRpcProxy(config, timeout=5) as services:
        assert services.echo.say({"你好": [1, None]}) == {"你好": [1, None]}


def test_a_service_calls_another(run: Run, config: dict[str, Any]) -> None:
    run(Echo)
    run(Other)
    with ClusterRpcProxy(config, timeout=5) as services:
        assert services.echo.ask_other(1) == {"other": 1}


def test_a_call_to_a_service_nobody_runs_fails_at_once(config: dict[str, Any]) -> None:
    with ClusterRpcProxy(config, timeout=5) as services, pytest.raises(UnknownService):
        services.nobody.say(1)


def test_a_call_without_an_answer_times_out(run: Run, config: dict[str, Any]) -> None:
    run(Echo).stop()  # its queue stays, and takes the call
    with ClusterRpcProxy(config, timeout=0.05) as services, pytest.raises(RpcTimeout):
        services.echo.say(1)


def test_each_service_gets_an_event_once_however_often_it_runs(
    run: Run, config: dict[str, Any]
) -> None:
    first, heard_by_first = listener("first")
    second, heard_by_second = listener("second")
    for service in (first, first, second):
        run(service)
    dispatch = event_dispatcher(config)
    for number in range(10):
        dispatch("other", "said", number)
    eventually(lambda: len(heard_by_first) == len(heard_by_second) == 10)
    assert sorted(heard_by_first) == sorted(heard_by_second) == list(range(10))


def test_a_broadcast_reaches_every_instance(run: Run, config: dict[str, Any]) -> None:
    service, heard = listener("hall", handler_type=BROADCAST, reliable_delivery=False)
    run(service)
    run(service)
    event_dispatcher(config)("other", "said", "all")
    eventually(lambda: heard == ["all", "all"])


def test_no_more_handlers_run_at_once_than_there_are_workers(
    run: Run, config: dict[str, Any]
) -> None:
    gate = eventlet.event.Event()
    service, heard = listener("slow", gate)
    run(service, max_workers=3)
    dispatch = event_dispatcher(config)
    for number in range(5):
        dispatch("other", "said", number)
    name = config["AMQP_URI"].removeprefix("embedded://")
    (queue,) = embedded.queues(name)
    eventually(lambda: len(heard) == 3)
    assert embedded.queues(name)[queue] == embedded.QueueStats(ready=2, unacked=3, consumers=1)
    gate.send()
    eventually(lambda: sorted(heard) == list(range(5)))
    eventually(lambda: embedded.queues(name)[queue].unacked == 0)


def test_a_service_consumes_again_after_its_connection_was_cut(
    run: Run, config: dict[str, Any]
) -> None:
    run(Echo)
    embedded.reset(config["AMQP_URI"].removeprefix("embedded://"))
    with ClusterRpcProxy(config, timeout=5) as services:

        def answered() -> bool:
            try:
                return bool(services.echo.say(1) == 1)
            except UnknownService:
                return False

        eventually(answered)


def test_a_service_stops_promptly(run: Run) -> None:
    container = run(Other)
    started = time.monotonic()
    container.stop()
    # nameko looks up from its connection once a second
    assert time.monotonic() - started < 2


def test_200_calls_in_a_row(run: Run, config: dict[str, Any]) -> None:
    run(Echo)
    times = []
    with ClusterRpcProxy(config, timeout=5) as services:
        for number in range(200):
            started = time.perf_counter()
            assert services.echo.say(number) == number
            times.append((time.perf_counter() - started) * 1000)
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"200 calls: p50 {p50:.2f} ms, p99 {p99:.2f} ms")  # noqa: T201 (a figure for who reads along)
