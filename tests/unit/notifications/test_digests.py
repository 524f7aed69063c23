"""Digests: routine news are told together, at the member's time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import texts
from notifications.domain.codes import ChannelCode, Deferral, DeliveryState, DigestPeriod, Locale
from notifications.models import Delivery, Digest, Notification
from notifications.usecases import digesting, preferences, sending
from servicekit.actors import Actor
from unit.notifications.happenings import BOTH, COMMUNITY, NOW, database, happens, person, sender
from unit.notifications.test_sending import Postman

S01 = f"{COMMUNITY}-S01"
TUESDAY = NOW + timedelta(hours=23, minutes=30)
"""Half past eight in the morning of the next day."""


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator", email="s01@example.org", channels=["email", "inapp"])
        prefer(opened, digest=DigestPeriod.DAILY)
        yield opened


def prefer(session: Session, **facts: Any) -> None:
    preferences.change(session, {"staff": S01, **facts}, now=NOW, actor=Actor())


def make(session: Session, now: datetime, planned: Sequence[Any] = ()) -> str | None:
    """As the service's timer does it."""
    made = None
    for each in digesting.due(session, now=now):
        made = digesting.make(session, each.staff, now=now, working=BOTH, planned=planned)
    session.flush()
    return made


def test_routine_news_wait_for_the_digest_and_go_with_it(session: Session) -> None:
    happens(session, "pairing.started")
    happens(session, "pairing.ended")
    waiting = session.scalars(select(Delivery).where(Delivery.channel == ChannelCode.EMAIL)).all()
    assert {(row.deferred_for, row.due_at) for row in waiting} == {(Deferral.DIGEST, TUESDAY)}
    postman = Postman()
    assert sending.send_due(sender(session, postman, TUESDAY), limit=9)["sent"] == 0
    assert make(session, TUESDAY)
    assert sending.send_due(sender(session, postman, TUESDAY), limit=9)["sent"] == 1
    (letter,) = postman.letters
    assert "新消息 2 条" in letter.subject
    assert "结对 H001-N1-A1 开始服务" in letter.body
    session.expire_all()
    assert {row.state for row in waiting} == {DeliveryState.SENT}


def test_what_is_for_today_does_not_wait_for_the_digest(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert sending.send_due(sender(session, Postman()), limit=9)["sent"] == 1


def test_it_is_made_once_and_only_when_its_time_has_come(session: Session) -> None:
    happens(session, "pairing.started")
    assert make(session, TUESDAY - timedelta(minutes=1)) is None
    assert make(session, TUESDAY)
    assert make(session, TUESDAY + timedelta(minutes=5)) is None
    assert len(session.scalars(select(Digest)).all()) == 1


def test_where_there_is_nothing_to_say_nobody_is_told(session: Session) -> None:
    assert make(session, TUESDAY) is None
    assert session.scalars(select(Notification)).all() == []


def test_it_says_what_waits_who_is_silent_and_what_comes(session: Session) -> None:
    happens(session, "pairing.started", starts_on="2026-10-01")
    happens(session, "visit.done", on="2026-10-05")
    happens(session, "visit.missed")
    happens(session, "review.due", due_on="2026-11-27")
    key = make(session, TUESDAY)
    assert key
    row = session.get_one(Notification, key)
    assert row.data["waiting_count"] == 1
    assert row.data["silent"] == [
        {
            "household": f"{COMMUNITY}-H001",
            "volunteer": f"{COMMUNITY}-V001",
            "since": "2026-10-05",
        }
    ]
    for locale in Locale:
        text = texts.write("digest", locale, row.data)
        assert "None" not in text.body
        assert "\n\n\n" not in text.body
        assert "H001" in text.body


def visit(number: int, on: str, pairing: int = 1) -> dict[str, str]:
    key = f"{COMMUNITY}-H00{pairing}-N1-A1"
    return {"id": f"{key}-{number}", "pairing": key, "household": key[:17], "on": on}


def test_it_says_which_visits_are_planned_of_the_pairings_that_are_ones_own(
    session: Session,
) -> None:
    happens(session, "pairing.started")
    elsewhere = visit(9, "2026-11-24", pairing=2)
    planned = [visit(1, "2026-11-24"), visit(2, "2026-11-24"), visit(3, "2026-11-25"), elsewhere]
    key = make(session, TUESDAY, planned)
    assert key
    row = session.get_one(Notification, key)
    assert row.data["visits"] == [
        {"on": "2026-11-24", "count": 2, "households": [f"{COMMUNITY}-H001"]},
        {"on": "2026-11-25", "count": 1, "households": [f"{COMMUNITY}-H001"]},
    ]
    body = texts.write("digest", "zh-CN", row.data).body
    assert "· 2026年11月24日　计划到访 2 次：H001\n· 2026年11月25日　计划到访 1 次：H001" in body
    assert "1 visit planned: H001" in texts.write("digest", "en", row.data).body


def test_a_daily_digest_looks_at_the_day_and_a_weekly_one_at_the_week(session: Session) -> None:
    (daily,) = digesting.due(session, now=TUESDAY)
    assert daily.first == daily.last
    prefer(session, digest=DigestPeriod.WEEKLY, digest_weekday=2)
    (weekly,) = digesting.due(session, now=TUESDAY)
    assert weekly.last - weekly.first == digesting.AHEAD


def test_a_weekly_digest_comes_on_its_weekday(session: Session) -> None:
    prefer(session, digest=DigestPeriod.WEEKLY, digest_weekday=4)
    happens(session, "pairing.started")
    assert make(session, TUESDAY) is None
    assert make(session, TUESDAY + timedelta(days=2))
