"""Processes die while they escalate and send: nothing is skipped, nothing is repeated."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import mortal
from notifications.contracts import PUBLISHED
from notifications.domain.codes import DeliveryState, EscalationState
from notifications.models import Base, Delivery, Escalation, EscalationStep
from notifications.usecases import escalating
from servicekit.db import outbox
from servicekit.testing import session_for
from smtp import SmtpServer
from unit.notifications.happenings import BOTH, COMMUNITY, database, happens, person

KILLS = int(os.environ.get("KILLS", "15"))
"""The long form is KILLS=100."""
CASES = max(5, KILLS // 4)
ROLES = ("coordinator", "social_worker", "administrator", "director")


@pytest.fixture
def place(make_database: Callable[[str], str]) -> Iterator[tuple[str, Session]]:
    url = make_database("kills")
    with session_for(Base.metadata, published=PUBLISHED, source="notifications", url=url) as opened:
        yield url, opened


def staff(session: Session) -> None:
    for number, role in enumerate(ROLES):
        mail = {"email": f"s{number}@example.org", "channels": ["inapp", "email"]}
        person(session, f"S0{number}", role, **mail)


def unsafe(session: Session, number: int) -> None:
    happens(session, "visit.unsafe", visit=f"{COMMUNITY}-H001-N1-A1-V{number:03}")


def steps(session: Session, key: str) -> list[tuple[int, str]]:
    rows = session.execute(
        select(EscalationStep.level, EscalationStep.recipient)
        .where(EscalationStep.escalation == key)
        .order_by(EscalationStep.level, EscalationStep.recipient)
    )
    return [(level, recipient) for level, recipient in rows]


def undisturbed() -> list[tuple[int, str]]:
    """What one escalation does where nobody dies."""
    with database() as session:
        staff(session)
        unsafe(session, 0)
        for number in range(1, mortal.ROUNDS + 1):
            now = mortal.NOW + number * mortal.ROUND
            while key := escalating.due(session, now=now):
                escalating.climb(session, key, now=now, working=BOTH)
        (row,) = session.scalars(select(Escalation))
        return steps(session, row.id)


def kill(*words: object) -> int:
    """Let a process's children be killed so often; how many were."""
    script = Path(mortal.__file__)
    command = [sys.executable, "-W", "ignore", str(script), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_no_level_is_skipped_or_repeated_however_often_the_process_dies(
    place: tuple[str, Session],
) -> None:
    url, session = place
    staff(session)
    for number in range(CASES):
        unsafe(session, number)
    session.commit()
    expected = undisturbed()
    assert len(expected) > 5
    assert kill("climb", url, KILLS) >= KILLS * 0.9
    rows = session.scalars(select(Escalation)).all()
    assert len(rows) == CASES
    for row in rows:
        assert row.state is EscalationState.EXHAUSTED
        assert steps(session, row.id) == expected
    levels = len({level for level, _ in expected})
    events = session.execute(select(outbox.c.event_id)).scalars().all()
    assert len(events) == len(set(events)) == CASES * levels
    inbox = select(Delivery).where(Delivery.channel == "inapp", Delivery.level > 0)
    assert len(session.scalars(inbox).all()) == CASES * len(expected)


def test_each_mail_arrives_and_twice_at_most_where_a_sender_died(
    place: tuple[str, Session], smtp_server: SmtpServer
) -> None:
    url, session = place
    staff(session)
    for number in range(max(40, 2 * KILLS)):
        unsafe(session, number)
    session.commit()
    died = kill("send", url, KILLS, smtp_server.url)
    due = session.scalars(select(Delivery).where(Delivery.channel == "email")).all()
    assert {row.state for row in due} == {DeliveryState.SENT}
    mails = smtp_server.messages()
    arrived = Counter(mail["X-Sunshine-Delivery"].strip() for mail in mails)
    assert set(arrived) == {row.id for row in due}
    assert sum(arrived.values()) - len(arrived) <= died
    assert len({mail["Message-ID"] for mail in mails}) == len(arrived)
