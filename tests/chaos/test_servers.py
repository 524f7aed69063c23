"""No event and no acknowledged write is lost when the broker or the database dies, or is away."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, product
from uuid import uuid4

import eventlet
import pytest
from amqp.exceptions import AMQPError

import servers
from chaos import faults
from chaos.clients import at_once, call_all, publish_all
from chaos.crew import NewCrew
from chaos.ledger import Ledger, NewLedger
from chaos.places import Workshop
from chaos.scale import SCALE, Report
from servicekit import clock, outbox, parking
from servicekit.publishing import Outgoing, Publisher
from trial import Maker
from waiting import eventually
from wire import COMMUNITY, Wire, bytes_of

CALLED = {"maker.made": "call"}
"""What was called for was made; what others made was not."""

DUE_MS = 3000
SUBJECTS = 50
WRITERS = 10
DRAINED_SECONDS = 180


@pytest.mark.parametrize("number", range(SCALE.rounds))
def test_many_publishers_under_kills_of_the_broker(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report, number: int
) -> None:
    """Half of them publish, half call the maker, which publishes through its outbox."""
    new_crew(workshop)
    ledger = new_ledger("events", CALLED)

    def publisher(name: str) -> None:
        things = (workshop.thing(thing) for thing in named(name, ledger, SCALE.events))
        publish_all(workshop.uri, ledger, report.dice, things)

    def caller(name: str) -> None:
        call_all(workshop.client, ledger, named(name, ledger, SCALE.events))

    def cut() -> None:
        for cuts in range(SCALE.broker_kills):
            due = SCALE.events * (cuts + 0.5) / SCALE.broker_kills
            eventually(lambda due=due: len(ledger.accepted) >= due, timeout=600)  # type: ignore[misc]
            faults.cut_broker(workshop.broker, 0)

    half = range((SCALE.publishers + 1) // 2)
    at_once(
        cut,
        *[lambda n=n: publisher(f"event{n}") for n in half],
        *[lambda n=n: caller(f"call{n}") for n in half],
    )
    report.facts["kills"] = {"broker": SCALE.broker_kills}
    compare(workshop, ledger, report)


def test_no_acknowledged_write_is_missing_after_kills_of_the_database(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    new_crew(workshop)
    ledger = new_ledger("calls", CALLED)
    over = False

    def cut() -> None:
        nonlocal over
        for _ in range(SCALE.database_kills):
            due = len(ledger.accepted) + 2 * WRITERS
            eventually(lambda due=due: len(ledger.accepted) > due, timeout=180)  # type: ignore[misc]
            eventlet.sleep(report.dice.uniform(0, 0.3))
            faults.cut_database(workshop.databases, report.dice.uniform(0, 0.5))
        over = True

    def caller(name: str) -> None:
        things = (f"{name}-{number}" for number in count())
        call_all(workshop.client, ledger, iter(lambda: None if over else next(things), None))

    at_once(cut, *[lambda n=n: caller(f"call{n}") for n in range(WRITERS)])
    report.facts["kills"] = {"postgres": SCALE.database_kills}
    compare(workshop, ledger, report)


def test_writes_while_the_broker_is_away_are_kept_and_come_in_order_when_it_is_back(
    workshop: Workshop, new_ledger: NewLedger, report: Report
) -> None:
    ledger = new_ledger("writes")
    workshop.wire.listen("ear", "maker.events", "#")
    with workshop.stage.running(Maker, HTTP_ADDRESS="127.0.0.1:0"):
        workshop.broker.kill()
        try:
            write_all(workshop, ledger)
        finally:
            workshop.broker.start()
        report.facts["written s"] = report.seconds()
        back = time.monotonic()
        heard: dict[str, list[int]] = defaultdict(list)
        while not_yet := len(ledger.accepted) - sum(len(set(each)) for each in heard.values()):
            assert time.monotonic() < back + DRAINED_SECONDS, f"{not_yet} are still missing"
            hear(workshop, heard)
    report.facts["drained s"] = round(time.monotonic() - back, 1)
    ids = [f"{subject}:{version}" for subject in heard for version in sorted({*heard[subject]})]
    report.judged(ledger.judge({"ear": ids}))
    for subject, versions in heard.items():
        first = list(dict.fromkeys(versions))  # delivered again is no disorder
        assert first == sorted(first), f"{subject} came in the order {first}"


def test_what_waits_for_its_next_try_outlives_kills_of_the_broker_when_it_is_due(
    own_rabbitmq: servers.Rabbitmq, new_ledger: NewLedger, report: Report
) -> None:
    wire = Wire(own_rabbitmq.make_vhost(f"chaos-{uuid4().hex[:8]}"))
    with wire.channel() as channel:
        for queue in parking.queues("keeper.keep", [DUE_MS], "classic"):
            queue(channel).declare()
    ledger = new_ledger("waiting")
    arrived: list[str] = []
    for kill in range(SCALE.broker_kills):
        publisher = Publisher(wire.uri)
        publisher.send([waiting(ledger, f"{kill}-{ms}", ms) for ms in range(DUE_MS)])
        publisher.close()
        for ms in range(DUE_MS):
            ledger.accept(f"{kill}-{ms}")
        eventlet.sleep(report.dice.uniform(0.3, 0.7) * DUE_MS / 1000)
        faults.cut_broker(own_rabbitmq, 0)
        eventually(lambda: taken(wire, arrived) >= ledger.accepted, timeout=30)
    report.facts["kills"] = {"broker": SCALE.broker_kills}
    report.judged(ledger.judge({"keeper.keep": set(arrived)}))  # the inbox knows what came twice


def waiting(ledger: Ledger, name: str, ms: int) -> Outgoing:
    """A failed event on its way to its next try after so many milliseconds."""
    ledger.attempt(name)
    return Outgoing(
        name.encode(), "", f"keeper.keep.retry.{DUE_MS}", {}, {"expiration": str(ms + 100)}
    )


def taken(wire: Wire, arrived: list[str]) -> set[str]:
    """What has arrived so far; a broker that begins anew may refuse to say."""
    with suppress(AMQPError, OSError), wire.channel() as channel:
        while message := channel.basic_get("keeper.keep", no_ack=True):
            arrived.append(bytes_of(message).decode())
    return set(arrived)


def write_all(workshop: Workshop, ledger: Ledger) -> None:
    """Changes that need no broker, each in a transaction of its own, some subjects at a time."""
    database = workshop.stage.host.extension("maker", "database")

    def write(subjects: Sequence[str]) -> None:
        versions = range(1, 1 + SCALE.outage_writes // SUBJECTS)
        for subject, version in product(subjects, versions):
            ledger.attempt(f"{subject}:{version}")
            with database.transaction() as session:
                data = {"community": COMMUNITY, "version": version, "thing": subject}
                outbox.publish(
                    session,
                    "thing.made",
                    subject=subject,
                    version=version,
                    data=data,
                    now=clock.now(),
                )
            ledger.accept(f"{subject}:{version}")

    subjects = [f"s{number}" for number in range(SUBJECTS)]
    at_once(*[lambda n=n: write(subjects[n::WRITERS]) for n in range(WRITERS)])


def hear(workshop: Workshop, heard: dict[str, list[int]]) -> None:
    """Take what has come: the versions of each subject, in order."""
    with workshop.wire.channel() as channel:
        while message := channel.basic_get("ear", no_ack=True):
            data = json.loads(message.body)
            heard[data["thing"]].append(data["version"])
    eventlet.sleep(0.1)


def named(name: str, ledger: Ledger, enough: int) -> Iterator[str]:
    """Names of things, until enough were accepted."""
    for number in count():
        if len(ledger.accepted) >= enough:
            return
        yield f"{name}-{number}"


def compare(workshop: Workshop, ledger: Ledger, report: Report) -> None:
    settled = workshop.settle(ledger, timeout=60 + len(ledger.accepted) / 20)
    report.judged(ledger.judge(workshop.places()), settled=settled)
    assert settled, "what was accepted has arrived, yet something is still on its way"
    assert workshop.parked() == []
