"""Several processes hear of the same things at once, on PostgreSQL, each in an order of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import eventlet
import pytest
import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.contracts import PUBLISHED
from notifications.domain.codes import EscalationState, NotificationState
from notifications.models import Base, Escalation, Notification
from notifications.usecases import escalating, inbox, noticing
from servicekit.actors import Actor
from servicekit.db import create_engine, messaging
from servicekit.events import Event
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from unit.notifications.happenings import BOTH, COMMUNITY, NOW, happening, person

ROUNDS = 10
LATER = NOW + timedelta(hours=3)
KINDS = ("boiler", "door", "lift", "water")
INFO = {
    "vault": Vault(KEY),
    "contract": Contract("notifications", PUBLISHED),
    "zone": ZoneInfo("Asia/Shanghai"),
}


class Office:
    """A database that several processes write to."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        Base.metadata.create_all(self.engine)
        messaging.create_all(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with Session(self.engine, info=dict(INFO)) as session, session.begin():
            yield session

    def hear(self, events: list[Event]) -> None:
        with self.transaction() as session:
            noticing.notice_all(session, events, now=NOW, working=BOTH)

    def at_once(self, *batches: list[Event]) -> None:
        """Each batch in a transaction of its own, statement beside statement."""
        for _ in GreenPool().imap(self.hear, batches):
            pass


@pytest.fixture
def office(make_database: Callable[[str], str]) -> Iterator[Office]:
    office = Office(make_database("at_once"))
    with office.transaction() as session:
        person(session, "S01", "coordinator")
        person(session, "S08", "administrator")
        person(session, "S09", "director")
    yield office
    office.engine.dispose()


def alerts(number: int) -> list[Event]:
    """One of each kind; alike ones are counted together."""
    return [happening("alert.raised", alert=f"{kind}-{number}", kind=kind) for kind in KINDS]


def visits(day: int) -> list[Event]:
    """To the same pairings, which each process keeps a copy of."""
    on = (NOW + timedelta(days=day)).date().isoformat()
    pairings = [f"{COMMUNITY}-H001-N1-A{number}" for number in range(4)]
    return [happening("visit.done", pairing=each, visit=f"{each}-{on}", on=on) for each in pairings]


def test_batches_that_count_the_same_alerts_never_wait_for_each_other(office: Office) -> None:
    office.hear(alerts(0))
    for number in range(1, 2 * ROUNDS, 2):
        office.at_once(alerts(number), alerts(number + 1)[::-1])
    with office.transaction() as session:
        counted = session.scalars(select(Notification.alerts)).all()
    assert counted == [2 * ROUNDS + 1] * len(KINDS)


def test_batches_that_follow_the_same_pairings_never_wait_for_each_other(office: Office) -> None:
    office.hear(visits(0))
    for day in range(1, 2 * ROUNDS, 2):
        office.at_once(visits(day), visits(day + 1)[::-1])
    with office.transaction() as session:
        (total,) = session.scalars(select(sa.func.sum(Notification.alerts)))
    assert total == 4 * (2 * ROUNDS + 1)


def test_batches_that_settle_the_same_proposals_never_wait_for_each_other(office: Office) -> None:
    pairings = [f"{COMMUNITY}-H001-N1-A{number}" for number in range(4)]
    office.hear([happening("pairing.proposed", pairing=each) for each in pairings])
    accepted = [happening("pairing.accepted", pairing=each, version=2) for each in pairings]
    started = [happening("pairing.started", pairing=each, version=3) for each in pairings]
    office.at_once(accepted, started[::-1])
    with office.transaction() as session:
        proposals = select(Notification.state).where(Notification.rule == "pairing-proposed")
        assert set(session.scalars(proposals)) == {NotificationState.RESOLVED}
        assert set(session.scalars(select(Escalation.state))) == {EscalationState.RESOLVED}


def lifts_stand_still(office: Office) -> list[tuple[str, str]]:
    """Escalations that begin, each with the notification by which it is taken on."""
    for number in range(ROUNDS):
        about: dict[str, Any] = {
            "alert": f"lift-{number}",
            "kind": f"lift-{number}",
            "severity": "critical",
        }
        office.hear([happening("alert.raised", **about)])
    with office.transaction() as session:
        keys = session.scalars(select(Escalation.id).order_by(Escalation.id)).all()
        told = session.scalars(select(Notification.id).order_by(Notification.id)).all()
    assert len(keys) == len(told) == ROUNDS
    return list(zip(keys, told, strict=True))


def take_on(office: Office, notification: str) -> None:
    actor = Actor(f"{COMMUNITY}-S08", "administrator", (COMMUNITY,))
    with office.transaction() as session:
        about = {"notification": notification, "staff": actor.id}
        inbox.acknowledge(session, about, now=LATER, actor=actor)


def all_taken_on(office: Office) -> bool:
    with office.transaction() as session:
        states = set(session.scalars(select(Escalation.state)))
    return states == {EscalationState.ACKNOWLEDGED}


def test_a_level_is_climbed_while_the_one_before_is_taken_on(office: Office) -> None:
    def climb(key: str) -> None:
        with office.transaction() as session:
            escalating.climb(session, key, now=LATER, working=BOTH)

    for escalation, notification in lifts_stand_still(office):
        both = GreenPool()
        climbing = both.spawn(climb, escalation)
        for each in (climbing, both.spawn(take_on, office, notification)):
            each.wait()
    assert all_taken_on(office)


def test_nobody_is_told_any_more_once_somebody_has_taken_it_on(office: Office) -> None:
    """Whoever climbs meanwhile, level after level, finds it closed from that moment on."""
    begun, climbed, taken = lifts_stand_still(office), list[tuple[str, float]](), dict[str, float]()

    def climb() -> None:
        while len(taken) < ROUNDS:
            began = time.monotonic()
            with office.transaction() as session:
                key = escalating.due(session, now=LATER)
                if key and escalating.climb(session, key, now=LATER, working=BOTH):
                    climbed.append((key, began))
                    session.get_one(Escalation, key).due_at = NOW  # the next level at once

    climbing = eventlet.spawn(climb)
    for escalation, notification in begun:
        take_on(office, notification)
        taken[escalation] = time.monotonic()
    climbing.wait()
    assert climbed
    assert all(began < taken[key] for key, began in climbed)
    assert all_taken_on(office)
