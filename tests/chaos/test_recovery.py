"""Whatever dies, the first event is handled in seconds: processes start cold, one of each."""

import time
from collections import defaultdict
from collections.abc import Callable

import eventlet

from chaos import faults
from chaos.clients import publish_all
from chaos.crew import Crew, NewCrew
from chaos.ledger import NewLedger
from chaos.places import patiently
from chaos.scale import SCALE, SHORT, Report
from chaos.town import Town

SECONDS = 60 if SHORT else 15  # the promise is measured where nothing else runs


def test_after_any_death_the_first_event_is_handled_within_seconds(
    town: Town, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    crew = new_crew(town, replicas=1, cold=True)
    ledger = new_ledger("events")
    victims = victims_in(town, crew)
    took: dict[str, list[float]] = defaultdict(list)
    letters = town.some()
    for number in range(SCALE.recoveries):
        name, kill = victims[number % len(victims)]
        letters = letters or town.some()
        died = time.monotonic()
        dying = eventlet.spawn(kill)
        eventlet.sleep(0)
        publish_all(town.uri, ledger, report.dice, [letters.pop()], gives_up=0)
        while patiently(lambda: ledger.missing(town.places())):
            assert time.monotonic() < died + 5 * SECONDS, name
            eventlet.sleep(0.1)
        took[name].append(round(time.monotonic() - died, 1))
        dying.wait()
        patiently(lambda: town.settle(ledger, timeout=60))
    report.facts |= {f"{name} back in s, at most": max(each) for name, each in took.items()}
    report.judged(ledger.judge(town.places()))
    late = {name: each for name, each in took.items() if max(each) > SECONDS}
    assert not late
    assert not crew.crashes, crew.crashes


def victims_in(town: Town, crew: Crew) -> list[tuple[str, Callable[[], object]]]:
    """Every process there is: its name, and how it is killed and comes back."""
    services = [(slot.job.service, lambda slot=slot: crew.strike(slot)) for slot in crew.slots]
    return [
        *services,
        ("broker", lambda: faults.cut_broker(town.broker, 0)),
        ("postgres", lambda: faults.cut_database(town.databases, 0)),
    ]
