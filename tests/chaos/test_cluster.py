"""Three nodes and quorum queues: any one node may die in the midst, and nothing stops for long."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import eventlet
import pytest
from eventlet import tpool

import servers
from chaos.clients import at_once, call_all
from chaos.crew import NewCrew
from chaos.flow import Flow, percentiles
from chaos.ledger import NewLedger
from chaos.places import Workshop
from chaos.scale import SCALE, SHORT, Report
from cluster import Cluster

PAUSE_SECONDS = 20
AWAY_SECONDS = 5.0
CALLERS = 5
PER_SECOND = 100
CALLED = {"maker.made": "call"}


@pytest.fixture
def quorum(own_postgres: servers.Postgres, tmp_path: Path) -> Iterator[Workshop]:
    binaries = servers.installed("rabbitmq-server", servers.rabbitmq_folders, "rabbitmq-server")
    assert binaries, (
        "a cluster of our own needs RabbitMQ's binaries: apt-get install rabbitmq-server"
    )
    cluster = tpool.execute(Cluster, binaries)
    place = Workshop(cluster, own_postgres, tmp_path, "quorum")
    yield place
    place.close()
    cluster.close()


@pytest.mark.skipif(SHORT, reason="a cluster takes half a minute to start: make chaos")
def test_a_cluster_outlives_any_of_its_nodes(
    quorum: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    """Events flow and calls are made while one node after the other is killed and comes back."""
    crew = new_crew(quorum)
    ledger = new_ledger("events", CALLED)
    flow = Flow(quorum, ledger, report.dice, PER_SECOND)
    cluster: Cluster = quorum.broker  # type: ignore[assignment]
    took: list[float] = []
    over = False

    def kill() -> None:
        nonlocal over
        nodes = [report.dice.choice(cluster.nodes) for _ in range(SCALE.node_kills)]
        for node in nodes:
            eventlet.sleep(report.dice.uniform(1, AWAY_SECONDS))
            node.kill()
            eventlet.sleep(AWAY_SECONDS)
            tpool.execute(node.start)
        over = True

    def publish() -> None:
        for number in count():
            took.extend(flow.run(f"event{number}", SCALE.node_events))
            if over:
                return

    def call(name: str) -> None:
        things = (f"call{name}-{number}" for number in count())
        call_all(quorum.client, ledger, iter(lambda: None if over else next(things), None))

    at_once(kill, publish, *[lambda n=n: call(str(n)) for n in range(CALLERS)])
    report.facts |= {"nodes killed": SCALE.node_kills, "ms": percentiles(took)}
    report.facts["slowest s"] = round(max(took), 1)
    settled = quorum.settle(ledger, timeout=120)
    report.judged(ledger.judge(quorum.places()), settled=settled)
    assert settled, "what was accepted has arrived, yet something is still on its way"
    assert quorum.parked() == []
    assert not crew.crashes, crew.crashes
    assert percentiles(took)[-1] < 1000 * PAUSE_SECONDS
