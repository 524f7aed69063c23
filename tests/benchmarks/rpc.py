"""Calls that only ask: ours, stock nameko's, and kombu's with direct reply-to, reading ahead too.

As a program it is the answering side: ``python -m benchmarks.rpc AMQP_URI DATABASE_URL WHO``.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from typing import Any  # noqa: E402

from eventlet.event import Event  # noqa: E402
from eventlet.greenpool import GreenPool  # noqa: E402
from kombu import Connection  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402
from nameko.rpc import rpc as stock_rpc  # noqa: E402
from nameko.standalone.rpc import ClusterRpcProxy  # noqa: E402

from benchmarks.place import HERE, Place  # noqa: E402
from benchmarks.rounds import Table, race  # noqa: E402
from servicekit import testing  # noqa: E402
from servicekit.calling import RpcClient  # noqa: E402
from servicekit.hosting import Host  # noqa: E402
from servicekit.schemas import Id, Schema  # noqa: E402
from servicekit.service import Database, Service, rpc  # noqa: E402

CALLS = 300
DIRECT = "amq.rabbitmq.reply-to"


class Args(Schema):
    thing = Id(required=True)


class Ours(Service):
    name = "ours"
    database = Database({})

    @rpc(Args, transaction=False)
    def echo(self, call: Any, data: Any) -> Any:
        return data["thing"]


class Stock:
    name = "stock"

    @stock_rpc
    def echo(self, thing: str) -> str:
        return thing


def serve(uri: str, url: str, who: str) -> None:
    if who == "ours":
        config = {"AMQP_URI": uri, "DATABASE_URL": url, "FIELD_KEY": testing.KEY}
        workers = {"MAX_WORKERS": 20, "max_workers": 20}
        with Host({Ours: {**config, **workers, "LOG_LEVEL": "ERROR", "TIMERS": False}}):
            print("ready", flush=True)  # noqa: T201 - for whoever waits
            Event().wait()  # until it is ended from outside
    elif who == "stock":
        container = ServiceContainer(Stock, {"AMQP_URI": uri, "max_workers": 20})
        container.start()
        print("ready", flush=True)  # noqa: T201
        container.wait()
    else:
        _serve_raw(uri)


def _serve_raw(uri: str) -> None:
    with Connection(uri) as connection:
        channel, replies = connection.channel(), Connection(uri).channel()

        def answer(message: Any) -> None:
            body = json.dumps({"result": json.loads(message.body)["kwargs"]["thing"]}).encode()
            key = message.properties["reply_to"]
            mark = {"correlation_id": message.properties["correlation_id"]}
            replies.basic_publish(
                replies.prepare_message(body, properties=mark), exchange="", routing_key=key
            )
            channel.basic_ack(message.delivery_tag)

        channel.queue_declare("bench.rpc", durable=True, auto_delete=False)
        channel.basic_qos(0, 20, False)
        channel.basic_consume("bench.rpc", callback=answer)
        print("ready", flush=True)  # noqa: T201
        while True:
            connection.drain_events()


class Raw:
    """A client of nothing but kombu."""

    def __init__(self, uri: str) -> None:
        self.connection = Connection(uri)
        self.channel = self.connection.channel()
        self.replies: dict[str, str] = {}
        self.channel.basic_consume(DIRECT, no_ack=True, callback=self._on_reply)

    def _on_reply(self, message: Any) -> None:
        self.replies[message.properties["correlation_id"]] = json.loads(message.body)["result"]

    def echo(self, thing: str) -> str:
        body = json.dumps({"args": [], "kwargs": {"thing": thing}}).encode()
        mark = {"reply_to": DIRECT, "correlation_id": thing}
        message = self.channel.prepare_message(body, properties=mark)
        self.channel.basic_publish(message, exchange="", routing_key="bench.rpc")
        while thing not in self.replies:
            self.connection.drain_events()
        return self.replies.pop(thing)


@contextmanager
def clients(place: Place) -> Iterator[dict[str, Callable[[str], Any]]]:
    """For each contestant, a call to its own server process."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.rpc"]
    servers = []
    for who in ("ours", "stock", "raw"):
        words = [*command, place.amqp_uri, place.postgres_url, who]
        server = subprocess.Popen(words, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
        servers.append(server)
        if server.stdout is None or "ready" not in server.stdout.readline():
            raise RuntimeError(f"{who} does not start")
    ours = RpcClient(place.amqp_uri, timeout=10)
    raw = Raw(place.amqp_uri)
    try:
        with ClusterRpcProxy({"AMQP_URI": place.amqp_uri}) as stock:
            yield {
                "ours": lambda thing: ours.call("ours", "echo", thing=thing),
                "stock nameko": lambda thing: stock.stock.echo(thing=thing),
                "kombu, direct reply-to": raw.echo,
            }
    finally:
        ours.close()
        for server in servers:
            server.kill()
            server.wait()


def tables(place: Place, rounds: int) -> list[Table]:
    with clients(place) as calls:
        alone = {name: lambda call=call: _p50(call) for name, call in calls.items()}
        one = race(alone, rounds=rounds)
        together = {
            "ours": lambda: _rate(calls["ours"]),
            "stock nameko": lambda: _stock_rate(place),
        }
        many = race(together, rounds=rounds)
    first = Table(
        "RPC one after the other, p50",
        "ms",
        one,
        ours="ours",
        targets={"kombu, direct reply-to": 1.2},
        lower_is_better=True,
    )
    second = Table("RPC, 20 at once", "calls/s", many, ours="ours", targets={"stock nameko": 4.0})
    return [first, second]


def _p50(call: Callable[[str], Any]) -> float:
    call("warm")
    times = []
    for number in range(CALLS):
        began = time.perf_counter()
        call(f"t{number}")
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _rate(call: Callable[[str], Any]) -> float:
    began = time.perf_counter()
    pool = GreenPool(20)
    list(pool.imap(call, [f"t{number}" for number in range(3 * CALLS)]))
    return 3 * CALLS / (time.perf_counter() - began)


def _stock_rate(place: Place) -> float:
    """A stock proxy serves one thread at a time: each of the twenty has one, connected before."""
    proxies = [ClusterRpcProxy({"AMQP_URI": place.amqp_uri}) for _ in range(20)]
    services = [proxy.start().stock for proxy in proxies]
    for service in services:
        service.echo(thing="warm")
    each = 3 * CALLS // len(services)
    began = time.perf_counter()
    pool = GreenPool(20)
    list(pool.imap(lambda service: [service.echo(thing="t") for _ in range(each)], services))
    seconds = time.perf_counter() - began
    for proxy in proxies:
        proxy.stop()
    return each * len(services) / seconds


if __name__ == "__main__":
    serve(*sys.argv[1:])
