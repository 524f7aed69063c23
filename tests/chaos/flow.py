"""Events at a steady rate, and how long each took from its publish to the commit of its effect."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import eventlet

from chaos.clients import Letter
from chaos.ledger import Ledger
from chaos.places import Workshop, patiently, read
from servicekit.errors import Unavailable
from servicekit.publishing import Outgoing, Publisher
from waiting import eventually

TICK_SECONDS = 0.02
PAUSE_SECONDS = 0.1
WHEN = (
    "SELECT name || ' ' || extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM thing"
    " WHERE what = 'kept' AND name LIKE '{}-%'"
)


@dataclass
class Flow:
    """Good events, which the ledger knows, and such as are meant to be parked."""

    workshop: Workshop
    ledger: Ledger
    dice: random.Random
    per_second: int = 400
    sent: dict[str, float] = field(default_factory=dict)

    def run(self, name: str, events: int, bad: Sequence[Letter] = ()) -> list[float]:
        """Publish so many, the bad ones among them; the seconds that each good one took."""
        good = [self.workshop.thing(f"{name}-{number}") for number in range(events)]
        mixed = [*good, *bad]
        self.dice.shuffle(mixed)
        ids = {letter.id for letter in good}
        for id_ in ids:
            self.ledger.attempt(id_)
        self.publish(paced(mixed, self.per_second))
        for id_ in ids:
            self.ledger.accept(id_)
        handled = eventually(lambda: self._handled(name, ids), timeout=60, interval=0.5) or {}
        return [handled[id_] - self.sent[id_] for id_ in ids]

    def publish(self, windows: Iterable[Sequence[Letter]]) -> None:
        """Each window until it is confirmed."""
        publisher = Publisher(self.workshop.uri)
        for window in windows:
            self.sent |= dict.fromkeys((letter.id for letter in window), time.time())
            letters = [
                Outgoing(each.body, each.exchange, each.key, dict(each.headers)) for each in window
            ]
            until_confirmed(lambda letters=letters: publisher.send(letters))  # type: ignore[misc]
        publisher.close()

    def _handled(self, name: str, ids: set[str]) -> dict[str, float] | None:
        """When each was kept, by the database's clock, which is ours; None if one is missing."""
        rows = patiently(lambda: read(self.workshop.urls["keeper"], WHEN.format(name)))
        handled = {name: float(at) for name, at in (row.split() for row in rows)}
        return handled if ids <= handled.keys() else None


def paced(letters: Sequence[Letter], per_second: int) -> Iterator[Sequence[Letter]]:
    """Those that are due, tick by tick; whoever is late gets more at once."""
    began, done = time.monotonic(), 0
    while done < len(letters):
        due = min(len(letters), int((time.monotonic() - began) * per_second) + 1)
        if due > done:
            yield letters[done:due]
            done = due
        eventlet.sleep(TICK_SECONDS)


def until_confirmed(send: Callable[[], object]) -> None:
    while True:
        try:
            send()
            return
        except Unavailable:
            eventlet.sleep(PAUSE_SECONDS)


def percentiles(seconds: Sequence[float]) -> tuple[int, int, int]:
    """p50, p95 and p99 in milliseconds."""
    ordered = sorted(seconds)
    p50, p95, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.95, 0.99))
    return round(1000 * p50), round(1000 * p95), round(1000 * p99)
