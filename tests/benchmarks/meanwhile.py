"""How long calls of the volunteers service take while a large community is being matched.

As a program it is the service: ``python -m benchmarks.meanwhile AMQP_URI DATABASE_URL``.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import itertools  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from eventlet.event import Event  # noqa: E402

from benchmarks.districts import HERE  # noqa: E402
from benchmarks.place import HERE as FOLDER  # noqa: E402
from benchmarks.place import Place  # noqa: E402
from benchmarks.rounds import Table  # noqa: E402
from benchmarks.settled import settle, unsettle  # noqa: E402
from servicekit import testing  # noqa: E402
from servicekit.calling import RpcClient  # noqa: E402
from servicekit.hosting import Host  # noqa: E402
from volunteers.service import VolunteersService  # noqa: E402

SIZE = (2_200, 2_400)
CALLS = 400
SECONDS_BETWEEN = 0.005
QUEUE = "bench.meanwhile"


def serve(uri: str, url: str) -> None:
    config = {"AMQP_URI": uri, "DATABASE_URL": url, "FIELD_KEY": testing.KEY}
    with Host({VolunteersService: {**config, "LOG_LEVEL": "ERROR", "TIMERS": False}}):
        print("ready", flush=True)  # noqa: T201 - for whoever waits
        Event().wait()  # until it is ended from outside


def tables(place: Place, rounds: int) -> list[Table]:
    settle(place.postgres_url, *SIZE)
    place.bind(QUEUE, exchange="volunteers.events", key="#")
    words = [sys.executable, "-W", "ignore", "-m", "benchmarks.meanwhile"]
    words += [place.amqp_uri, place.postgres_url]
    server = subprocess.Popen(words, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True)
    if server.stdout is None or "ready" not in server.stdout.readline():
        raise RuntimeError("the service does not start")
    client = RpcClient(place.amqp_uri, timeout=600)
    try:
        found = [_round(place, client) for _ in range(rounds + 1)][1:]  # the first one warms up
    finally:
        client.close()
        server.kill()
        server.wait()
    needs, volunteers = SIZE
    return [
        Table(
            f"A call while {needs:,} needs and {volunteers:,} volunteers are matched, {share} %",
            "ms",
            {name: [_percentile(times[name], share) for times in found] for name in found[0]},
            ours="while it matches and stores",
            targets={"before": 2.0} if share == 99 else {},
            lower_is_better=True,
        )
        for share in (50, 99)
    ]


def _round(place: Place, client: RpcClient) -> dict[str, list[float]]:
    """What each call took: with nothing else to do, and beside a run that stores or does not."""
    unsettle(place.postgres_url)
    place.purge(QUEUE)
    counted = itertools.count()
    before = _times(client, lambda: next(counted) < CALLS)
    found = {"before": before}
    for name, dry_run in (("while it matches", True), ("while it matches and stores", False)):
        found[name] = _beside(client, dry_run=dry_run)
    return found


def _beside(client: RpcClient, *, dry_run: bool) -> list[float]:
    run = eventlet.spawn(client.call, "volunteers", "match", community=HERE, dry_run=dry_run)
    times = _times(client, lambda: not run.dead)
    run.wait()
    return times


def _times(client: RpcClient, going_on: Callable[[], Any]) -> list[float]:
    """In milliseconds, one call after the other, of those that the desk makes most.

    Each finds the same whether the run has stored something already or not.
    """
    calls: itertools.cycle[tuple[str, dict[str, Any]]] = itertools.cycle(
        [
            ("get_volunteer", {"volunteer": f"{HERE}-V000001"}),
            ("get_rules", {"community": HERE}),
            ("find_pairings", {"community": HERE, "state": "active", "size": 20}),
        ]
    )
    times = []
    while going_on():
        method, data = next(calls)
        began = time.perf_counter()
        client.call("volunteers", method, **data)
        times.append(1000 * (time.perf_counter() - began))
        eventlet.sleep(SECONDS_BETWEEN)
    return times


def _percentile(times: list[float], share: int) -> float:
    return sorted(times)[len(times) * share // 100]


if __name__ == "__main__":
    serve(*sys.argv[1:])
