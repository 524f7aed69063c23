"""Bad events in the flow: each goes aside with its reason, and the good ones don't notice."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import cycle, islice
from typing import Any

from chaos.clients import Letter
from chaos.crew import NewCrew
from chaos.flow import Flow, percentiles
from chaos.ledger import NewLedger
from chaos.places import DELAYS, Workshop
from chaos.scale import SCALE, SEED, SHORT, Report
from trial import Keeper, gates
from waiting import eventually
from wire import bytes_of

PARKED_SECONDS = 60
SLOWER = 1.2
PER_SECOND = 200  # half of what the processes can do on two cores: nothing waits for its turn
ROUNDS = 1 if SHORT else 10
WINDOW = 500
PARKED = "keeper.keep.parked"
KINDS = {
    "bad": ("Conflict", 1 + len(DELAYS)),
    "wrong": ("Invalid", 1),
    "raw": ("Unreadable", 1),
    "deadly": ("Unsettled", 1),
}
"""How the names of poison begin: its error, and how often it is tried."""


def test_poison_is_parked_with_its_reason_and_the_good_events_flow_as_before(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    """Rounds with poison and rounds without take turns, so that both see the same machine."""
    crew = new_crew(workshop)
    ledger = new_ledger("events")
    flow = Flow(workshop, ledger, report.dice, PER_SECOND)
    took: dict[str, list[float]] = {"without": [], "with": []}
    events, few = SCALE.poison_events // ROUNDS, max(1, SCALE.poison // ROUNDS)
    poison: list[Letter] = []
    flow.run("warm", events // 10)
    for number in range(ROUNDS):
        kinds = islice(cycle(("bad", "wrong", "raw")), few)
        bad = [poisonous(workshop, kind, f"{number}-{at}") for at, kind in enumerate(kinds)]
        took["without"] += flow.run(f"clean{number}", events)
        took["with"] += flow.run(f"mixed{number}", events, bad)
        poison += bad
    told = {f"ms {how} poison": percentiles(each) for how, each in took.items()}
    report.facts |= told
    assert workshop.settle(ledger, timeout=PARKED_SECONDS)
    report.judged(ledger.judge(workshop.places()))
    report.facts |= {"poison": len(poison), "parked in s": judge(workshop, flow, poison)}
    assert not crew.crashes, crew.crashes
    if not SHORT:  # a few events have no p99
        without, with_poison = (p99 for _, _, p99 in told.values())
        assert with_poison <= SLOWER * without


def test_one_that_kills_its_process_is_parked_and_the_good_events_arrive(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    crew = new_crew(workshop)
    ledger = new_ledger("events")
    flow = Flow(workshop, ledger, report.dice)
    deadly = poisonous(workshop, "deadly", "1")
    took = flow.run("good", SCALE.poison_events // 2, [deadly])
    eventually(lambda: workshop.wire.waiting(PARKED) == 1, timeout=PARKED_SECONDS)
    report.facts |= {"ms": percentiles(took), "processes killed": len(crew.crashes)}
    assert workshop.settle(ledger, timeout=PARKED_SECONDS)
    report.judged(ledger.judge(workshop.places()))
    report.facts["parked in s"] = judge(workshop, flow, [deadly])
    assert all("ended by itself with -9" in crash for crash in crew.crashes), crew.crashes


def poisonous(workshop: Workshop, kind: str, name: str) -> Letter:
    letter = workshop.thing(f"{kind}-{name}")
    body = b"\xff\x00" * 50 if kind == "raw" else letter.body
    return Letter(letter.id, letter.exchange, letter.key, body, letter.headers)


def judge(workshop: Workshop, flow: Flow, poison: list[Letter]) -> float:
    """Each is parked once, as it was, in time, with its reason; seconds of the slowest."""
    messages = list(iter(lambda: workshop.wire.take(PARKED), None))
    letters = {letter.id: letter for letter in poison}
    found = Counter(message.headers["ce-subject"] for message in messages)
    assert found == Counter(letters.keys()), f"CHAOS_SEED={SEED}"
    for message in messages:
        judge_one(message, letters[message.headers["ce-subject"]])
    times = {each.headers["ce-subject"]: each.headers["x-parked-at"] for each in messages}
    slowest = max(
        datetime.fromisoformat(at).timestamp() - flow.sent[id_] for id_, at in times.items()
    )
    assert slowest < PARKED_SECONDS
    return round(slowest, 1)


def judge_one(message: Any, letter: Letter) -> None:
    headers: Mapping[str, Any] = message.headers
    assert bytes_of(message) == letter.body
    assert letter.headers.items() <= headers.items()
    error, tries = KINDS[letter.id.partition("-")[0]]
    assert (headers["x-error-type"], headers["x-attempt"]) == (error, tries), letter.id
    assert headers["x-error-message"]
    assert "File" in headers["x-traceback"] or error == "Unsettled"  # nobody raised that one
    assert "expiration" not in message.properties


def test_what_was_parked_is_replayed_by_one_command_and_each_is_applied_once(
    workshop: Workshop, new_ledger: NewLedger, report: Report
) -> None:
    flow = Flow(workshop, new_ledger("events"), report.dice)
    names = [f"later-{number}" for number in range(SCALE.replayed)]
    letters = [workshop.thing(name) for name in names]
    with workshop.stage.running(Keeper, RETRY_DELAYS="0.1", HTTP_ADDRESS="127.0.0.1:0"):
        flow.publish(letters[at : at + WINDOW] for at in range(0, len(letters), WINDOW))
        everything = len(names)
        eventually(
            lambda: workshop.wire.waiting(PARKED) == everything, timeout=60 + everything / 20
        )
        for name in names:
            gates[name].send()
        began = report.seconds()
        order: dict[str, Any] = {"action": "replay", "reason": "there is room now", "limit": 10_000}
        answer = workshop.client.call("keeper", "settle_parked", timeout=300, **order)
        report.facts |= {"replayed": answer["settled"], "in s": round(report.seconds() - began, 1)}
        eventually(lambda: len(workshop.stage.kept()) >= everything, timeout=120, interval=0.5)
        eventually(lambda: workshop.wire.waiting("keeper.keep") == 0)
    assert answer == {"settled": everything}
    assert workshop.stage.kept() == sorted(names)
    assert workshop.wire.waiting(PARKED) == 0
