"""Whatever arrives, nothing crashes and nothing spins: each is applied or parked as it came."""

import os
import time
from collections import Counter
from pathlib import Path

import eventlet
import pytest

from chaos import garbage
from chaos.crew import Crew, NewCrew
from chaos.places import Workshop
from chaos.rough import RoughPublisher, taken
from chaos.scale import SCALE, SEED, SHORT, Report
from waiting import eventually
from wire import bytes_of

WINDOW, WINDOW_BYTES = 500, 4_000_000
WAITING_WINDOWS = 10
IDLE_SECONDS = 2
IDLE_SHARE = 0.2
REASONS = {"Unreadable", "Invalid"}
LOTS = [list(garbage.KINDS)] if SHORT else [[kind] for kind in garbage.KINDS]
TICKS = os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("kinds", LOTS, ids=lambda kinds: kinds[0] if len(kinds) == 1 else "all")
def test_every_bad_message_is_applied_or_parked_as_it_came(
    workshop: Workshop, new_crew: NewCrew, report: Report, kinds: list[str]
) -> None:
    crew = new_crew(workshop, replicas=1)
    for kind in kinds:
        number = max(2, SCALE.fuzz // garbage.LARGE.get(kind, 1))
        fuzz = Fuzz(workshop, kind, number)
        seconds = fuzz.run()
        rate = round(number / seconds)
        facts = {"sent": number, "applied": len(fuzz.applied), "a second": rate}
        report.facts[kind] = facts
        assert fuzz.judge() == {}, f"CHAOS_SEED={SEED} {kind}"
        eventually(workshop.still, timeout=60, interval=0.2)
        report.facts[kind] |= {"MB": memory(crew)}
    assert idle_share(crew) < IDLE_SHARE, "something spins"
    assert not crew.crashes, crew.crashes
    assert [slot.deaths for slot in crew.slots] == [0] * len(crew.slots)


class Fuzz:
    """One kind: sent, and taken from the parking place while more is sent."""

    def __init__(self, workshop: Workshop, kind: str, number: int) -> None:
        self.workshop, self.kind, self.number = workshop, kind, number
        size = len(garbage.message(SEED, kind, 0).body) + 1000
        self.window = max(1, min(WINDOW, WINDOW_BYTES // size))
        self.parked = bytearray(number)
        self.wrong: Counter[str] = Counter()
        self.applied: set[int] = set()

    def run(self) -> float:
        """How many seconds it took until nothing was left."""
        began = time.monotonic()
        taking = eventlet.spawn(self._take)
        try:
            self._send()
            timeout = 30 + self.number / 50
            deadline = time.monotonic() + timeout
            while not self._all_there() and time.monotonic() < deadline:
                eventlet.sleep(0.2)
        finally:
            taking.kill()
        return time.monotonic() - began

    def judge(self) -> dict[str, object]:
        """What is amiss: messages that are nowhere, in two places, or changed."""
        found = {each: self.parked[each] + (each in self.applied) for each in range(self.number)}
        amiss = {number: times for number, times in found.items() if times != 1}
        return {"times, by number": amiss} if amiss else dict(self.wrong)

    def _send(self) -> None:
        publisher = RoughPublisher(self.workshop.uri, "outside.events", "thing.made")
        for first in range(0, self.number, self.window):
            last = min(first + self.window, self.number)
            publisher.send([garbage.message(SEED, self.kind, each) for each in range(first, last)])
            eventually(lambda: self._few_wait(publisher), timeout=120)
        publisher.close()

    def _few_wait(self, publisher: RoughPublisher) -> bool:
        return publisher.waiting("keeper.keep") < WAITING_WINDOWS * self.window

    def _take(self) -> None:
        for message in taken(self.workshop.uri, "keeper.keep.parked", self.window):
            if message is not None:
                self._check(bytes_of(message), message.headers)

    def _check(self, body: bytes, headers: dict[str, object]) -> None:
        number = garbage.number_of(body)
        self.parked[number] += 1
        if body != garbage.message(SEED, self.kind, number).body:
            self.wrong["bytes were changed"] += 1
        if headers.get("x-error-type") not in REASONS:
            self.wrong[f"parked for {headers.get('x-error-type')}"] += 1

    def _all_there(self) -> bool:
        kept = self.workshop.stage.things("keeper", "kept")
        mine = (name for name in kept if name.startswith(f"fuzz-{self.kind}-"))
        self.applied = {garbage.number_of(name.encode()) for name in mine}
        return sum(map(bool, self.parked)) + len(self.applied) >= self.number


def idle_share(crew: Crew) -> float:
    """The most that one of the processes uses of a core while nothing happens."""
    before = [cpu(slot.pid) for slot in crew.slots]
    eventlet.sleep(IDLE_SECONDS)
    return (
        max(cpu(slot.pid) - old for slot, old in zip(crew.slots, before, strict=True))
        / IDLE_SECONDS
    )


def cpu(pid: int) -> float:
    """Seconds that a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(crew: Crew) -> int:
    """The peak of the largest process in MB."""
    statuses = [Path(f"/proc/{slot.pid}/status").read_text() for slot in crew.slots]
    return max(int(text.partition("VmHWM:")[2].split()[0]) // 1024 for text in statuses)
