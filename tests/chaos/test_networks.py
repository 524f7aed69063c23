"""Networks, disks and clocks misbehave; events arrive several times and in any order."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import eventlet
import sqlalchemy as sa

from chaos import faults
from chaos.clients import Letter, Publisher, publish_all
from chaos.crew import NewCrew
from chaos.ledger import Ledger, NewLedger
from chaos.places import Workshop
from chaos.proxy import Proxy
from chaos.scale import SCALE, Report
from chaos.town import MODELS, Town
from servicekit import clock
from trial import Keeper, Maker
from wire import bytes_of

OFTEN = 5
JUMPS = (timedelta(days=-1), timedelta(hours=1), timedelta(days=400), timedelta(minutes=-5))


def test_every_fault_of_network_disk_and_frozen_servers_is_outlived(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report, stack: ExitStack
) -> None:
    """One fault after the other, in any order; events come before and during each."""
    broker, databases = Proxy(workshop.broker.port), Proxy(workshop.databases.port)
    for proxy in (broker, databases):
        stack.callback(proxy.close)
    crew = new_crew(workshop, workshop.jobs(broker.port, databases.port))
    ledger = new_ledger("events")
    outlived: dict[str, float] = {}
    for _ in range(SCALE.fault_rounds):
        known = faults.known(workshop.broker, workshop.databases, broker, databases)
        for name in report.dice.sample(sorted(known), len(known)):
            publish_all(workshop.uri, ledger, report.dice, workshop.some())
            with known[name]:
                publishing = eventlet.spawn(
                    publish_all, workshop.uri, ledger, report.dice, workshop.some()
                )
                eventlet.sleep(SCALE.fault_seconds)
            publishing.wait()
            healed = report.seconds()
            assert workshop.settle(ledger, timeout=120), f"{name}: {verdict(ledger, workshop)}"
            outlived[name] = max(outlived.get(name, 0), round(report.seconds() - healed, 1))
    report.facts["settled in s after"] = outlived
    report.judged(verdict(ledger, workshop))
    assert workshop.parked() == []
    assert not crew.crashes, crew.crashes


def verdict(ledger: Ledger, workshop: Workshop) -> Any:
    return ledger.judge(workshop.places())


def test_jumps_of_the_clock_lose_and_double_nothing(
    workshop: Workshop, new_ledger: NewLedger, report: Report, stack: ExitStack
) -> None:
    stack.callback(clock.return_to_present)
    ledger = new_ledger("events")
    with workshop.stage.running(Maker, Keeper, HTTP_ADDRESS="127.0.0.1:0"):
        for jump in report.dice.sample(JUMPS, len(JUMPS)):
            publish_all(workshop.uri, ledger, report.dice, workshop.some())
            clock.travel(clock.now() + jump)
        assert workshop.settle(ledger, timeout=60)
    report.judged(verdict(ledger, workshop))


def test_what_comes_several_times_in_any_order_changes_nothing_even_without_the_inbox(
    town: Town, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    for exchange in ("civil_affairs.events", "households.events", "volunteers.events"):
        town.wire.listen("ear", exchange, "#")
    crew = new_crew(town)
    ledger = new_ledger("events")
    letters = [letter for _ in range(SCALE.repeated_events // 10) for letter in town.some()]
    for letter in letters:
        ledger.attempt(letter.id)
    publish_often(town.uri, report.dice, letters)
    for letter in letters:
        ledger.accept(letter.id)
    timeout = 60 + SCALE.repeated_events / 5
    assert town.settle(ledger, timeout), ledger.judge(town.places())
    report.judged(ledger.judge(town.places()))
    before, heard = outcome(town), everything_heard(town)
    for _ in range(2):
        publish_often(town.uri, report.dice, list(heard.values()))
        assert town.settle(ledger, timeout)
        assert outcome(town) == before
        assert everything_heard(town).keys() == heard.keys()
        town.forget_the_inboxes()
    report.facts["repeated"] = len(heard)
    assert not crew.crashes, crew.crashes


def publish_often(uri: str, dice: random.Random, letters: Sequence[Letter]) -> None:
    """Each one to five times, shuffled."""
    copies = [letter for letter in letters for _ in range(dice.randint(1, OFTEN))]
    dice.shuffle(copies)
    publisher = Publisher(uri)
    for letter in copies:
        publisher.publish(letter.exchange, letter.key, letter.body, letter.headers)
    publisher.close()


def everything_heard(town: Town) -> dict[str, Letter]:
    """Every event that passed since it was last asked for, by id."""
    heard = {}
    with town.wire.channel() as channel:
        while message := channel.basic_get("ear", no_ack=True):
            info, headers = message.delivery_info, message.headers
            heard[headers["ce-id"]] = Letter(
                headers["ce-id"], info["exchange"], info["routing_key"], bytes_of(message), headers
            )
    return heard


def outcome(town: Town) -> dict[str, Any]:
    """How many rows each table has, and a digest of them."""
    found = {}
    for name, base in MODELS.items():
        engine = sa.create_engine(town.urls[name], poolclass=sa.NullPool)
        with engine.connect() as connection:
            for table in base.metadata.sorted_tables:
                digest = "count(*), md5(string_agg(t::text, ',' ORDER BY t::text))"
                statement = sa.text(f"SELECT {digest} FROM {table.name} t")
                found[f"{name}.{table.name}"] = tuple(connection.execute(statement).one())
    return found
