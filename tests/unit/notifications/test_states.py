"""Whatever happens to a notification and its deliveries, they take only the steps they may."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.domain.codes import DeliveryState, NotificationState
from notifications.domain.deliveries import LEASE
from notifications.models import Delivery, Notification
from notifications.usecases import escalating, inbox
from servicekit.actors import Actor
from servicekit.errors import NotFound
from unit.notifications.happenings import BOTH, COMMUNITY, NOW, database, happens, person
from unit.notifications.test_sending import AWAY, REFUSED, Postman, send

N, D = NotificationState, DeliveryState
LATER = NOW + timedelta(hours=1)
WORKER = Actor(f"{COMMUNITY}-S05", "social_worker", (COMMUNITY,))
NOTIFICATION = {
    N.OPEN: {N.ACKNOWLEDGED, N.ESCALATED, N.RESOLVED},
    N.ESCALATED: {N.ACKNOWLEDGED, N.RESOLVED},
    N.ACKNOWLEDGED: {N.RESOLVED},
    N.RESOLVED: set(),
}
DELIVERY = {
    D.QUEUED: {D.SENDING, D.SENT, D.FAILED, D.DEFERRED},
    D.DEFERRED: {D.QUEUED, D.SENDING, D.SENT, D.FAILED},
    D.SENDING: {D.QUEUED, D.SENT, D.FAILED, D.DEFERRED},
    D.SENT: {D.READ},
    D.READ: set(),
    D.FAILED: set(),
}


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S05", "social_worker", email="s05@example.org", channels=["inapp", "email"])
        person(opened, "S06", "social_worker")
        yield opened


def asked(session: Session, key: str, act: Callable[..., Any]) -> None:
    data = {"notification": key, "staff": WORKER.id}
    act(session, data, now=LATER, actor=WORKER)


def read(session: Session, key: str) -> None:
    data = {"notifications": [key], "staff": WORKER.id}
    inbox.mark_read(session, data, now=LATER, actor=WORKER)


def climb(session: Session, key: str) -> None:
    while due := escalating.due(session, now=LATER):
        escalating.climb(session, due, now=LATER, working=BOTH)


HAPPENS: dict[str, Callable[[Session, str], None]] = {
    "acknowledge": lambda session, key: asked(session, key, inbox.acknowledge),
    "resolve": lambda session, key: asked(session, key, inbox.resolve),
    "read": read,
    "nobody answers": climb,
    "told again": lambda session, key: _ignored(happens(session, "visit.unsafe")),
}


def _ignored(_: object) -> None:
    pass


def test_a_notification_takes_only_the_steps_it_may(session: Session) -> None:
    assert set(NOTIFICATION) == set(NotificationState)
    (key,) = [key for key in happens(session, "visit.unsafe") if key.endswith("S05")]
    row = session.get_one(Notification, key)
    for state, act in product(NotificationState, HAPPENS):
        with session.begin_nested() as tried:
            row.state = state
            session.flush()
            HAPPENS[act](session, key)
            assert row.state is state or row.state in NOTIFICATION[state], (state, act)
            tried.rollback()


def test_what_is_anothers_is_neither_acknowledged_nor_resolved(session: Session) -> None:
    (key,) = [key for key in happens(session, "visit.unsafe") if key.endswith("S06")]
    for act in (inbox.acknowledge, inbox.resolve):
        with pytest.raises(NotFound, match="in the inbox of"):
            asked(session, key, act)
    assert session.get_one(Notification, key).state is N.OPEN


@pytest.mark.parametrize("outcome", [None, AWAY, REFUSED])
@pytest.mark.parametrize("state", DeliveryState)
def test_a_delivery_takes_only_the_steps_it_may(
    session: Session, state: DeliveryState, outcome: Any
) -> None:
    """What was sent, read or given up is not sent again."""
    assert set(DELIVERY) == set(DeliveryState)
    happens(session, "visit.unsafe")
    mail = session.scalars(select(Delivery).where(Delivery.channel == "email")).one()
    shown = select(Delivery).where(Delivery.notification == mail.notification)
    inside = session.scalars(shown.where(Delivery.channel == "inapp")).one()
    mail.state = state
    mail.next_at = NOW if DELIVERY[state] - {D.READ} else None
    session.flush()
    postman = Postman([outcome] if outcome else [])
    send(session, postman, NOW + 2 * LEASE)
    session.refresh(mail)
    assert mail.state is state or mail.state in DELIVERY[state]
    assert bool(postman.letters) == (D.SENDING in DELIVERY[state] or state is D.SENDING)
    read(session, mail.notification)
    assert (inside.state, mail.state) == (D.READ, mail.state)
