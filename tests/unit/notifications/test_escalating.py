"""Nobody answers: the cover is told, then role after role, a bounded number of times."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.domain.codes import (
    DeliveryState,
    EscalationReason,
    EscalationState,
    NotificationState,
    StaffRole,
)
from notifications.domain.escalation import Stage, deadline, ladder
from notifications.domain.rules import Rule
from notifications.models import Delivery, Escalation, EscalationStep, Notification
from notifications.usecases import escalating, inbox, preferences
from servicekit.actors import Actor
from servicekit.testing import published
from unit.notifications.happenings import BOTH, COMMUNITY, NOW, database, happens, person

MINUTE = timedelta(minutes=1)
UNSAFE = 15 * MINUTE
"""How long the rule for an unsafe visit waits."""


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        yield opened


def climb(session: Session, now: datetime) -> list[int]:
    """Everything that is due, as the service's timer does it; the levels reached."""
    reached = []
    while key := escalating.due(session, now=now):
        reached.append(escalating.climb(session, key, now=now, working=BOTH))
    return reached


def steps(session: Session) -> list[tuple[int, str, EscalationReason]]:
    rows = session.scalars(
        select(EscalationStep).order_by(EscalationStep.level, EscalationStep.recipient)
    )
    return [(row.level, row.recipient.removeprefix(f"{COMMUNITY}-"), row.reason) for row in rows]


def acknowledge(session: Session, key: str, now: datetime) -> Any:
    actor = Actor(key.rpartition(":")[2], "any", (COMMUNITY,))
    data = {"notification": key, "staff": actor.id}
    return inbox.acknowledge(session, data, now=now, actor=actor)


def unsafe(session: Session) -> list[str]:
    """An unsafe visit is reported at night: who is told does not answer."""
    person(session, "S01", "coordinator")
    person(session, "S02", "coordinator")
    person(session, "S05", "social_worker")
    person(session, "S06", "social_worker")
    person(session, "S08", "administrator")
    preferences.change(
        session,
        {"staff": f"{COMMUNITY}-S05", "cover": f"{COMMUNITY}-S02"},
        now=NOW,
        actor=Actor(),
    )
    return happens(session, "visit.unsafe")


def test_the_ladder_is_cover_then_roles_and_again_as_often_as_the_rule_says() -> None:
    rule = Rule(
        "x", "x.y", ("x",), "x", escalate_to=(StaffRole.DIRECTOR,), rounds=2, acknowledge_minutes=5
    )
    up = [Stage(EscalationReason.COVER), Stage(EscalationReason.ROLE, StaffRole.DIRECTOR)]
    assert ladder(rule) == [*up, Stage(EscalationReason.AGAIN), *up]
    assert deadline(rule, NOW) == NOW + 5 * MINUTE


def test_the_cover_is_told_first_and_then_each_role_three_times_round(session: Session) -> None:
    unsafe(session)
    for number in range(1, 20):
        climb(session, NOW + number * UNSAFE)
    cover, role, again = EscalationReason.COVER, EscalationReason.ROLE, EscalationReason.AGAIN
    up = [("S02", cover), ("S01", role), ("S02", role), ("S08", role)]
    once = [(1, "S02", cover), (2, "S01", role), (2, "S02", role), (3, "S08", role)]
    told_again = [(4, "S05", again), (4, "S06", again)]
    assert steps(session)[:6] == [*once, *told_again]
    assert [(who, why) for _, who, why in steps(session)][6:10] == up
    assert max(level for level, _, _ in steps(session)) == 11
    (row,) = session.scalars(select(Escalation))
    assert (row.state, row.due_at) == (EscalationState.EXHAUSTED, None)


def test_nothing_happens_before_the_deadline(session: Session) -> None:
    unsafe(session)
    assert climb(session, NOW + UNSAFE - timedelta(seconds=1)) == []
    assert climb(session, NOW + UNSAFE) == [1]


def test_each_level_waits_its_own_time(session: Session) -> None:
    unsafe(session)
    late = NOW + 10 * UNSAFE  # the service was away meanwhile
    assert climb(session, late) == [1]
    assert climb(session, late + UNSAFE - timedelta(seconds=1)) == []


def test_whoever_takes_it_on_stops_it_at_once(session: Session) -> None:
    keys = unsafe(session)
    climb(session, NOW + UNSAFE)
    acknowledge(session, keys[1], NOW + UNSAFE)
    assert climb(session, NOW + timedelta(days=1)) == []
    (row,) = session.scalars(select(Escalation))
    assert (row.state, row.closed_by) == (EscalationState.ACKNOWLEDGED, f"{COMMUNITY}-S06")
    assert published(session)[-1]["data"]["level"] == 1


def test_somebody_further_up_stops_it_too(session: Session) -> None:
    unsafe(session)
    climb(session, NOW + UNSAFE)
    (step,) = session.scalars(select(EscalationStep))
    acknowledge(session, step.notification, NOW + UNSAFE)
    assert climb(session, NOW + timedelta(days=1)) == []


def test_who_did_not_answer_sees_that_it_went_up(session: Session) -> None:
    keys = unsafe(session)
    climb(session, NOW + UNSAFE)
    states = {row.id: row.state for row in session.scalars(select(Notification))}
    assert [states[key] for key in keys] == [NotificationState.ESCALATED] * 2
    cover = f"visit-unsafe:{keys[0].split(':')[1]}:{COMMUNITY}-S02"
    assert states[cover] is NotificationState.OPEN


def test_each_level_is_announced_in_codes(session: Session) -> None:
    keys = unsafe(session)
    climb(session, NOW + UNSAFE)
    (event,) = published(session)
    assert event["type"] == "notification.escalated"
    assert event["data"] == {
        "community": COMMUNITY,
        "version": 2,
        "notification": keys[0],
        "rule": "visit-unsafe",
        "subject": keys[0].split(":")[1],
        "level": 1,
        "reason": "cover",
        "recipients": [f"{COMMUNITY}-S02"],
    }


def test_a_reminder_is_a_delivery_of_its_own(session: Session) -> None:
    unsafe(session)
    for number in range(1, 5):
        climb(session, NOW + number * UNSAFE)
    who = Delivery.recipient == f"{COMMUNITY}-S05"
    rows = session.scalars(select(Delivery).where(who).order_by(Delivery.level)).all()
    assert [(row.level, row.state) for row in rows] == [
        (0, DeliveryState.SENT),
        (4, DeliveryState.SENT),
    ]


def test_resolving_closes_it_for_everybody(session: Session) -> None:
    keys = unsafe(session)
    data = {"notification": keys[0], "staff": f"{COMMUNITY}-S05"}
    inbox.resolve(session, data, now=NOW, actor=Actor())
    assert {row.state for row in session.scalars(select(Notification))} == {
        NotificationState.RESOLVED
    }
    assert climb(session, NOW + timedelta(days=1)) == []


def test_what_settles_it_resolves_it(session: Session) -> None:
    person(session, "S01", "coordinator")
    person(session, "S09", "director")
    happens(session, "pairing.proposed")
    happens(session, "pairing.accepted", version=2)
    proposed = Notification.rule == "pairing-proposed"
    (row,) = session.scalars(select(Notification).where(proposed))
    assert row.state is NotificationState.RESOLVED
    assert climb(session, NOW + timedelta(days=9)) == []


def test_a_notice_that_waits_for_monday_is_not_escalated_on_sunday(session: Session) -> None:
    person(session, "S01", "coordinator")
    person(session, "S05", "social_worker")
    saturday = NOW + timedelta(days=5)
    happens(session, "visit.missed", now=saturday)
    assert climb(session, saturday + timedelta(days=1)) == []
    monday_morning = saturday + timedelta(days=2) - timedelta(hours=1)
    assert climb(session, monday_morning + timedelta(hours=4)) == [2]


def test_the_cover_of_an_absent_member_is_told_at_once(session: Session) -> None:
    person(session, "S01", "coordinator")
    person(session, "S09", "director")
    today = NOW.date()
    absence = {"staff": f"{COMMUNITY}-S01", "first_on": today, "last_on": today}
    preferences.be_absent(session, {**absence, "cover": f"{COMMUNITY}-S09"}, actor=Actor())
    keys = happens(session, "pairing.proposed")
    assert [key.rpartition("-")[2] for key in keys] == ["S01", "S09"]
    cover = session.get_one(Notification, keys[1])
    assert cover.on_behalf == f"{COMMUNITY}-S01"
