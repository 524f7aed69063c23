"""Sixty-four people enrol, confirm, give up, sign in and change staff at once, on PostgreSQL.

The long form: `ENROLMENT_ATTEMPTS=10000 pytest tests/integration/test_places_at_once.py`.
"""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import eventlet
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crowd import Crowded, volunteers_at
from unit.volunteers.camp import (
    CAMP,
    HOURS,
    SITTING,
    a_camp,
    a_child,
    comes,
    on_the_day,
)
from unit.volunteers.neighbourhood import CHECKED, HERE, NOW, STAFF, register
from volunteers.domain.activities import HELD, CancelReason, EnrolmentState
from volunteers.models import ActivitySession, Enrolment, SessionStaff
from volunteers.usecases import activities, enrolling, rounds, staffing

ATTEMPTS = int(os.environ.get("ENROLMENT_ATTEMPTS", "640"))
CHILDREN, ADULTS = 80, 10
SESSIONS = (SITTING, f"{CAMP}-20261222", f"{CAMP}-20261223")
ROOM, RATIO = 12, 3
GROUNDS = ("low_income", "disability", "single_parent", "nobody_home")
E = EnrolmentState


@dataclass
class Camp(Crowded):
    """A camp of three days."""

    given: int = 0

    def open(self) -> None:
        with self.session() as session:
            days: dict[str, Any] = {
                "starts_on": "2026-12-21",
                "ends_on": "2026-12-23",
                "rule": "FREQ=DAILY",
            }
            a_camp(session, capacity=ROOM, ratio=RATIO, **days)
            for number in range(ADULTS):
                register(session, f"V{number:03}", clearances=[CHECKED])
            for number in range(CHILDREN):
                dice = random.Random(number)
                a_child(session, f"K{number:03}", grounds=dice.sample(GROUNDS, dice.randrange(3)))

    def broken(self) -> list[str]:
        """What must never be, as sentences; read in one snapshot."""
        isolated = self.engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(isolated) as session, session.begin():
            found = session.execute(
                sa.select(Enrolment.session_id, Enrolment.party, Enrolment.state, Enrolment.live)
            ).all()
            staff = Counter(session.scalars(sa.select(SessionStaff.session_id)))
            sittings = session.scalars(sa.select(ActivitySession)).all()
            rooms = {each.id: each.capacity for each in sittings}
        held = Counter(row.session_id for row in found if row.state in HELD)
        self.given = max(self.given, held.total())
        parties: dict[str, set[bool]] = defaultdict(set)
        for row in found:
            if row.live:
                parties[row.party].add(row.state is not E.WAITLISTED)
        return [
            *(f"{key} is overfilled" for key in held if held[key] > rooms[key]),
            *(f"{key} passes its ratio" for key in held if held[key] > RATIO * staff[key]),
            *(f"{key} is split" for key, sides in parties.items() if len(sides) > 1),
        ]


class Worker:
    """Somebody who picks what to do by the dice."""

    def __init__(self, camp: Camp, seed: int) -> None:
        self.camp, self.dice = camp, random.Random(seed)

    def work(self, attempts: int) -> None:
        for _ in range(attempts):
            (act,) = self.dice.choices(ACTS, WEIGHTS)
            self.camp.attempt(partial(act, self))
            eventlet.sleep(0)

    def _sitting(self) -> str:
        return self.dice.choice(SESSIONS)

    def _now(self) -> datetime:
        """Between now and four days on: some offers have run out."""
        return NOW + timedelta(hours=self.dice.randrange(96))

    def _one(self, session: Session, *states: E) -> dict[str, str]:
        wanted = sa.select(Enrolment.id).where(Enrolment.state.in_(states)).order_by(Enrolment.id)
        found = session.scalars(wanted).all()
        return {"enrolment": self.dice.choice(found) if found else f"{SITTING}-none"}

    def enrol(self, session: Session) -> None:
        number = self.dice.choice((1, 1, 1, 2, 2, 3, 4))
        children = self.dice.sample(range(CHILDREN), number)
        data = {
            "session": self._sitting(),
            "participants": [f"{HERE}-K{child:03}" for child in children],
            "together": self.dice.random() < 0.8,
        }
        enrolling.enrol(session, data, now=self._now(), actor=STAFF, offer_hours=HOURS)

    def confirm(self, session: Session) -> None:
        data = self._one(session, E.OFFERED)
        enrolling.confirm_enrolment(session, data, now=self._now(), actor=STAFF)

    def give_up(self, session: Session) -> None:
        data = self._one(session, E.WAITLISTED, E.OFFERED, E.CONFIRMED) | {
            "reason": CancelReason.OWN_WISH,
            "whole_party": self.dice.random() < 0.5,
        }
        enrolling.cancel_enrolment(session, data, now=self._now(), actor=STAFF, offer_hours=HOURS)

    def _staff(self) -> dict[str, str]:
        return {
            "session": self._sitting(),
            "volunteer": f"{HERE}-V{self.dice.randrange(ADULTS):03}",
        }

    def add_adult(self, session: Session) -> None:
        staffing.staff_session(
            session, self._staff(), now=self._now(), actor=STAFF, offer_hours=HOURS
        )

    def drop_adult(self, session: Session) -> None:
        staffing.unstaff_session(session, self._staff(), now=self._now(), actor=STAFF)

    def resize(self, session: Session) -> None:
        data = {"session": self._sitting(), "capacity": self.dice.randrange(8, 16), "place": None}
        activities.change_session(session, data, now=self._now(), actor=STAFF, offer_hours=HOURS)

    def look(self, session: Session) -> None:
        told = {"offer_hours": HOURS, "staff_notice_days": 30, "late_pickup_minutes": 15}
        rounds.session_round(session, self._sitting(), now=self._now(), **told)

    def come(self, session: Session) -> None:
        found = session.get(Enrolment, self._one(session, E.CONFIRMED)["enrolment"])
        if found is not None and self.dice.random() < 0.1:  # the day is never over else
            session.expire_all()
            comes(session, found, on_the_day(9))


ACTS = (
    *(Worker.enrol, Worker.confirm, Worker.give_up, Worker.add_adult),
    *(Worker.drop_adult, Worker.resize, Worker.look, Worker.come),
)
WEIGHTS = (35, 20, 18, 8, 8, 3, 5, 3)


@pytest.fixture
def engine(make_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    with volunteers_at(make_database("volunteers")) as engine:
        yield engine


def test_no_session_is_overfilled_no_ratio_passed_and_no_siblings_are_split(
    engine: sa.Engine,
) -> None:
    camp = Camp(engine)
    camp.open()
    camp.busy(Worker, ATTEMPTS)
    assert camp.told["done"] > ATTEMPTS // 3
    assert camp.given > ROOM
