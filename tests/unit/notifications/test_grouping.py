"""Alike alerts become one notification that lists them, and each can be traced to it."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.domain.codes import ChannelCode, Deferral
from notifications.models import Alert, Delivery, Notification
from notifications.rendering import Names, written
from notifications.usecases import inbox, noticing
from notifications.usecases.explaining import traced
from servicekit.actors import Actor
from unit.notifications.happenings import (
    BOTH,
    COMMUNITY,
    NOW,
    database,
    happening,
    happens,
    person,
)

STORM = int(os.environ.get("STORM", "500"))
"""Alerts in the storm; the long form is STORM=10000."""
BATCH = 50
MAIL = {"email": "someone@example.org", "channels": ["inapp", "email"]}


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S08", "administrator", **MAIL)
        yield opened


def alert(session: Session, number: int, **facts: Any) -> list[str]:
    return happens(session, "alert.raised", alert=f"boiler-{number}", severity="warning", **facts)


def test_a_storm_becomes_a_handful_of_notifications_and_loses_none(session: Session) -> None:
    storm = [
        happening("alert.raised", alert=f"boiler-{number}", severity="warning")
        for number in range(STORM)
    ]
    for start in range(0, STORM, BATCH):
        now = NOW + timedelta(seconds=start % 5400)
        noticing.notice_all(session, storm[start : start + BATCH], now=now, working=BOTH)
    notifications = session.scalars(select(Notification)).all()
    assert len(notifications) <= 20
    assert sum(row.alerts for row in notifications) == STORM
    told = session.execute(select(Alert.event_id, Alert.notification)).all()
    assert len(told) == STORM
    assert {event for event, _ in told} == {event.id for event in storm}
    assert {home for _, home in told} == {row.id for row in notifications}
    for each in (storm[0], storm[STORM // 2], storm[-1]):
        assert len(traced(session, each.id)) == 1


def test_an_alert_that_comes_again_is_counted_once_even_in_a_later_window(
    session: Session,
) -> None:
    alert(session, 1)
    alert(session, 1, now=NOW + timedelta(hours=3))
    (row,) = session.scalars(select(Notification))
    assert row.alerts == 1


def test_other_kinds_are_told_apart(session: Session) -> None:
    alert(session, 1, kind="boiler")
    alert(session, 2, kind="door")
    assert len(session.scalars(select(Notification)).all()) == 2


def test_the_mail_waits_for_the_window_to_end(session: Session) -> None:
    alert(session, 1, now=NOW + timedelta(minutes=20))
    row = session.scalars(select(Delivery).where(Delivery.channel == ChannelCode.EMAIL)).one()
    assert (row.due_at, row.deferred_for) == (NOW + timedelta(hours=1), Deferral.GROUPING)


def test_alike_urgent_alerts_are_collected_for_half_a_minute(session: Session) -> None:
    happens(session, "alert.raised", severity="critical")
    row = session.scalars(select(Delivery).where(Delivery.channel == ChannelCode.EMAIL)).one()
    assert row.due_at == NOW + timedelta(seconds=30)


def test_one_text_lists_them_all(session: Session) -> None:
    for number in range(25):
        alert(session, number)
    data = {"staff": f"{COMMUNITY}-S08", "unread_only": False, "page": 1, "size": 10}
    page = inbox.read(session, data, actor=Actor())
    (item,) = written(page["items"], "zh-CN", Names(None))
    assert item["title"].startswith("25 条同类通知")
    assert item["body"].count("·") == 20
    assert "另有 5 条" in item["body"]


def test_a_single_one_reads_as_if_nothing_were_grouped(session: Session) -> None:
    alert(session, 1)
    data = {"staff": f"{COMMUNITY}-S08", "unread_only": False, "page": 1, "size": 10}
    page = inbox.read(session, data, actor=Actor())
    (item,) = written(page["items"], "en", Names(None))
    assert item["title"] == "Alert (warning): boiler_pressure"
