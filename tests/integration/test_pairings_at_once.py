"""Sixty-four people decide about the same pairings at once, on PostgreSQL.

The long form: `PAIRING_OPERATIONS=100000 pytest tests/integration/test_pairings_at_once.py
-o faulthandler_timeout=0`; it takes longer than the five minutes after which a test counts as hung,
and to dump the stacks of sixty-four greenlets ends the process.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import eventlet
import pytest
import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from servicekit.db import create_engine
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.migrations import upgrade
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from servicekit.transactions import again
from unit.volunteers.neighbourhood import NOW, OFFICE, STAFF, TODAY, ZONE, news, somebody
from volunteers.contracts import PUBLISHED
from volunteers.contracts import people as who
from volunteers.domain.codes import AbsenceReason, DeclineReason, EndReason, Party, VolunteerState
from volunteers.domain.states import LIVE
from volunteers.models import NeedCopy, Pairing, Volunteer
from volunteers.usecases import absence, matching, needs, pairings, people

OPERATIONS = int(os.environ.get("PAIRING_OPERATIONS", "640"))
WORKERS = 64
ROUND = 2000
"""After so many, another community: one that lives for ever fills up with declines."""
NEEDS, VOLUNTEERS = 40, 16
ANSWERS = (Conflict, Invalid, NotFound, IntegrityError, StaleDataError)
"""What a caller may be told: it must not be, or somebody was quicker (the last two say so, too)."""


@dataclass
class Town:
    """A community's database, and what everybody there was told."""

    engine: sa.Engine
    code: str
    told: Counter[str] = field(default_factory=Counter)
    raised: int = NEEDS

    @contextmanager
    def session(self) -> Iterator[Session]:
        info = {"vault": Vault(KEY), "contract": Contract("volunteers", PUBLISHED), "zone": ZONE}
        with Session(self.engine, info=info, expire_on_commit=False) as session, session.begin():
            yield session

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

    def operate(self, act: partial[Any]) -> None:
        """One call, as an entry point makes it: what the caller is told is counted."""
        try:
            again(lambda: self._alone(act))
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            answer = isinstance(error, ANSWERS)
            what = type(error).__name__ if answer else f"! {act.func.__name__}: {error!r}"
            self.told[what[:1500]] += 1
        else:
            self.told["done"] += 1

    def _alone(self, act: Callable[[Session], object]) -> None:
        with self.session() as session:
            act(session)

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
            self.town.operate(partial(act, self))
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
    url = make_database("volunteers")
    upgrade("volunteers", url)
    engine = create_engine(url, pool_size=WORKERS)
    yield engine
    engine.dispose()


def test_nobody_is_paired_twice_or_beyond_their_places_and_no_deadlock_is_told(
    engine: sa.Engine,
) -> None:
    for number in range(-(-OPERATIONS // ROUND)):
        town = Town(engine, f"2101030{number:05}")
        town.settle()
        at_work = GreenPool(WORKERS)
        operations = min(ROUND, OPERATIONS - number * ROUND)
        for seed in range(WORKERS):
            share = operations // WORKERS + (seed < operations % WORKERS)
            at_work.spawn_n(Worker(town, seed).work, share)
        while at_work.running():
            assert town.broken() == []
            eventlet.sleep(1)
        assert town.broken() == []
        assert town.told.total() == operations
        assert [told for told in town.told if told.startswith("!")] == []
        assert town.told["done"] > operations // 5
