"""Sixty-four people decide about the same pairings at once, on PostgreSQL.

The long form: `PAIRING_OPERATIONS=100000 pytest tests/integration/test_pairings_at_once.py
-o faulthandler_timeout=0`; it takes longer than the five minutes after which a test counts as hung,
and to dump the stacks of sixty-four greenlets ends the process.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import eventlet
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crowd import Crowded, volunteers_at
from unit.volunteers.neighbourhood import NOW, OFFICE, STAFF, TODAY, news, somebody
from volunteers.contracts import people as who
from volunteers.domain.codes import AbsenceReason, DeclineReason, EndReason, Party, VolunteerState
from volunteers.domain.states import LIVE
from volunteers.models import NeedCopy, Pairing, Volunteer
from volunteers.usecases import absence, matching, needs, pairings, people

OPERATIONS = int(os.environ.get("PAIRING_OPERATIONS", "640"))
ROUND = 2000
"""After so many, another community: one that lives for ever fills up with declines."""
NEEDS, VOLUNTEERS = 40, 16


@dataclass
class Town(Crowded):
    """A community of volunteers and needs."""

    code: str
    raised: int = NEEDS

    def settle(self) -> None:
        with self.session() as session:
            for number in range(VOLUNTEERS):
                record = somebody(f"V{number:03}", capacity=1 + number % 3)
                data = who.RegisterVolunteer().load(record | {"community": self.code})
                key = people.register_volunteer(session, data, now=NOW, actor=OFFICE)["id"]
                people.activate_volunteer(session, {"volunteer": key}, now=NOW, actor=OFFICE)
            for number in range(NEEDS):
                needs.copy_need(session, self.news(number), now=NOW, propose_at_once=False)
            everybody = {"community": self.code, "dry_run": False}
            matching.match_community(session, everybody, now=NOW, actor=OFFICE)

    def news(self, number: int, version: int = 1, **changes: Any) -> dict[str, Any]:
        return news(f"{self.code}-H{number:04}-N1", version, **changes)

    def broken(self) -> list[Any]:
        """Needs with two live pairings, and volunteers with more of them than they have places."""
        count = sa.func.count()
        live = sa.select(Pairing).where(Pairing.community == self.code, Pairing.state.in_(LIVE))
        rows = live.subquery()
        twice = sa.select(rows.c.need_id).group_by(rows.c.need_id).having(count > 1)
        too_many = (
            sa.select(Volunteer.id)
            .join(rows, rows.c.volunteer_id == Volunteer.id)
            .group_by(Volunteer.id)
            .having(count > Volunteer.capacity)
        )
        with self.session() as session:
            return [*session.scalars(twice), *session.scalars(too_many)]


class Worker:
    """Somebody who picks what to do, and on which pairing, by the dice."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.dice = town, random.Random(f"{town.code}-{seed}")

    def work(self, operations: int) -> None:
        for _ in range(operations):
            (act,) = self.dice.choices(ACTS, WEIGHTS)
            self.town.attempt(partial(act, self))
            eventlet.sleep(0)

    def _pairing(self, session: Session) -> dict[str, Any]:
        wanted = sa.select(Pairing.id).where(
            Pairing.community == self.town.code, Pairing.state.in_(LIVE)
        )
        found = session.scalars(wanted.order_by(Pairing.id)).all()
        return {"pairing": self.dice.choice(found) if found else f"{self.town.code}-none"}

    def _volunteer(self) -> str:
        return f"{self.town.code}-V{self.dice.randrange(VOLUNTEERS):03}"

    def _need(self) -> int:
        return self.dice.randrange(max(0, self.town.raised - NEEDS), self.town.raised)

    def accept(self, session: Session) -> None:
        pairings.accept_pairing(session, self._pairing(session), now=NOW, actor=STAFF)

    def decline(self, session: Session) -> None:
        by, reason = self.dice.choice(list(Party)), self.dice.choice(list(DeclineReason))
        data = self._pairing(session) | {"by": by, "reason": reason}
        at_once = self.dice.random() < 0.2
        pairings.decline_pairing(session, data, now=NOW, actor=STAFF, propose_at_once=at_once)

    def start(self, session: Session) -> None:
        data = self._pairing(session) | {"starts_on": TODAY}
        pairings.start_pairing(session, data, now=NOW, actor=STAFF, plan_days=7)

    def end(self, session: Session) -> None:
        data = self._pairing(session) | {"on": TODAY, "reason": self.dice.choice(list(EndReason))}
        pairings.end_pairing(session, data, now=NOW, actor=STAFF)

    def propose(self, session: Session) -> None:
        need = f"{self.town.code}-H{self._need():04}-N1"
        data = {"need": need, "volunteer": self._volunteer(), "reason": "认识 knows them"}
        pairings.propose_pairing(session, data, now=NOW, actor=STAFF)

    def match(self, _session: Session) -> None:
        """As a large run does it: each part of its proposals in a transaction of its own."""
        data = {"community": self.town.code, "dry_run": False}
        matching.run(self.town.session, data, now=NOW)

    def raise_need(self, session: Session) -> None:
        number, self.town.raised = self.town.raised, self.town.raised + 1
        needs.copy_need(session, self.town.news(number), now=NOW, propose_at_once=True)

    def change_need(self, session: Session) -> None:
        number = self._need()
        copy = session.get(NeedCopy, f"{self.town.code}-H{number:04}-N1")
        version = copy.version + 1 if copy else 1
        session.expire_all()
        status = self.dice.choice(["open", "open", "suspended", "withdrawn"])
        data = self.town.news(number, version)
        if status == "open":
            needs.copy_need(session, data, now=NOW, propose_at_once=True)
        else:
            needs.close_need(session, data | {"status": status}, now=NOW)

    def set_aside(self, session: Session) -> None:
        key = self._volunteer()
        volunteer = session.get(Volunteer, key)
        if volunteer is not None and volunteer.state == VolunteerState.PAUSED:
            session.expire_all()
            people.activate_volunteer(session, {"volunteer": key}, now=NOW, actor=OFFICE)
            return
        session.expire_all()
        data = {"volunteer": key, "reason": AbsenceReason.AWAY, "until": None}
        paused = VolunteerState.PAUSED
        absence.set_aside(session, data, paused, now=NOW, actor=OFFICE, propose_at_once=True)


ACTS = (
    *(Worker.accept, Worker.decline, Worker.start, Worker.end, Worker.propose),
    *(Worker.match, Worker.raise_need, Worker.change_need, Worker.set_aside),
)
WEIGHTS = (25, 25, 10, 15, 25, 1, 2, 3, 1)


@pytest.fixture
def engine(make_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    with volunteers_at(make_database("volunteers")) as engine:
        yield engine


def test_nobody_is_paired_twice_or_beyond_their_places_and_no_deadlock_is_told(
    engine: sa.Engine,
) -> None:
    for number in range(-(-OPERATIONS // ROUND)):
        town = Town(engine, f"2101030{number:05}")
        town.settle()
        operations = min(ROUND, OPERATIONS - number * ROUND)
        town.busy(Worker, operations)
        assert town.told["done"] > operations // 5
