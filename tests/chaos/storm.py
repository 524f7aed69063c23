"""Events through processes that are killed all the while, and what is left when it is over.

Publishing and killing wait for each other, and both for the services: a storm whose events pile up
behind it would prove little.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import eventlet

from chaos import faults
from chaos.clients import Letter, at_once, publish_all
from chaos.crew import OUTSIDE, Crew
from chaos.ledger import Ledger
from chaos.places import Place, patiently
from chaos.scale import SCALE

AHEAD = 0.05
BACKLOG = 200  # accepted and not yet handled by all, at most
LOOKS, PAUSE = 30, 2  # times, seconds: to look whether all has arrived reads all there is
HOPELESS = 30  # one event in so many


@dataclass
class Storm:
    """Publishes and kills in step: both come to their end together."""

    place: Place
    crew: Crew
    ledger: Ledger
    hopeless: Ledger
    dice: random.Random
    events: int
    kills: int
    published: int = 0

    def run(self, publishers: int) -> None:
        self.crew.arm(SCALE.each_failpoint)
        at_once(
            *[self._publish] * publishers,
            self._strike,
            lambda: self._cut("broker", SCALE.flow_broker_kills, self._cut_broker),
            lambda: self._cut("postgres", SCALE.flow_database_kills, self._cut_database),
        )
        self.crew.arm(0)

    def over(self) -> bool:
        enough = self.crew.sigkills() >= self.kills and self.crew.schedule.done()
        return enough and self.published >= self.events

    def _killed(self) -> float:
        return min(1.0, self.crew.sigkills() / self.kills)

    def _publish(self) -> None:
        publish_all(self.place.uri, self.ledger, self.dice, self._letters())

    def _letters(self) -> Iterator[Letter]:
        while not self.over():
            self._wait_for_the_services()
            self._wait_for_the_kills()
            some = patiently(self.place.some)
            self.published += len(some)
            yield from some
            if self.dice.random() < len(some) / HOPELESS:
                hopeless = [self.place.hopeless(self.published)]
                publish_all(self.place.uri, self.hopeless, self.dice, hopeless)

    def _wait_for_the_services(self) -> None:
        while not self.over() and self._waiting() > BACKLOG:
            eventlet.sleep(PAUSE)

    def _waiting(self) -> float:
        """How many are on their way; of those that a broker did not accept most never come."""
        return len(self.ledger.accepted) - patiently(self.place.arrived)

    def _wait_for_the_kills(self) -> None:
        """Ahead of them, publish no more before all has arrived: then it would be a standstill."""
        for _ in range(LOOKS):
            ahead = self.published / self.events > self._killed() + AHEAD
            if not ahead or self.over() or not self.ledger.missing(patiently(self.place.places)):
                return
            eventlet.sleep(PAUSE)

    def _strike(self) -> None:
        failpoints = SCALE.each_failpoint * len(self.crew.schedule.names)
        while not self.over():
            eventlet.sleep(self.dice.uniform(0.1, 1.5))
            ahead = self._killed() > self.published / self.events + AHEAD
            self.crew.schedule.resting = ahead
            slot = self.dice.choice(self.crew.slots)
            # who is struck all the time reaches no failpoint
            spared = slot.failpoint and self.crew.kills[OUTSIDE] >= self.kills - failpoints
            if ahead or spared:
                continue
            if self.dice.random() < 0.2:
                self.crew.freeze(slot, self.dice.uniform(0.2, 2))
            else:
                self.crew.strike(slot)

    def _cut(self, name: str, times: int, cut: Callable[[float], None]) -> None:
        for number in range(times):
            while self._killed() < (number + 0.5) / times:
                eventlet.sleep(0.1)
            cut(self.dice.uniform(0, 1))
            self.crew.kills[name] += 1

    def _cut_broker(self, away: float) -> None:
        faults.cut_broker(self.place.broker, away)

    def _cut_database(self, away: float) -> None:
        faults.cut_database(self.place.databases, away)
