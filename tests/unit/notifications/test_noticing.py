"""An event arrives: notifications and deliveries, once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import ChannelCode, DeliveryState, NotificationState
from notifications.models import Delivery, Notification
from notifications.usecases import noticing
from unit.notifications.happenings import (
    BOTH,
    COMMUNITY,
    ELSEWHERE,
    HEARD,
    NOW,
    database,
    happening,
    happens,
    person,
)

EMAIL = {"email": "someone@example.org", "channels": ["inapp", "email"]}


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        yield opened


def told(session: Session) -> list[tuple[str, str]]:
    """(rule, recipient) of every notification."""
    rows = session.scalars(select(Notification).order_by(Notification.id))
    return [(row.rule, row.recipient.removeprefix(f"{COMMUNITY}-")) for row in rows]


def deliveries(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_proposed_pairing_is_told_to_the_coordinator(session: Session) -> None:
    person(session, "S01", "coordinator")
    person(session, "S02", "director")
    (key,) = happens(session, "pairing.proposed")
    row = queries.notification(session, key)
    assert key == f"pairing-proposed:{COMMUNITY}-H001-N1-A1:{COMMUNITY}-S01"
    assert row.state is NotificationState.OPEN
    assert row.created_at == NOW
    assert row.data["backup"] == f"{COMMUNITY}-V002"


def test_who_came_after_an_event_is_not_told_of_it_when_it_arrives_again(session: Session) -> None:
    person(session, "S01", "director")
    events = [happening("household.verified")]
    for code in ("S02", "S03"):
        noticing.notice_all(session, events, now=NOW, working=BOTH)
        assert told(session) == [("household-verified", "S01")]
        person(session, code, "director")


def test_however_often_an_event_arrives_each_is_told_once(session: Session) -> None:
    person(session, "S01", "coordinator", **EMAIL)
    happens(session, "pairing.proposed")
    assert happens(session, "pairing.proposed", now=NOW + timedelta(days=1)) == []
    assert happens(session, "pairing.proposed", version=2, score=1) == []
    assert told(session) == [("pairing-proposed", "S01")]
    assert len(deliveries(session)) == 2


def test_a_household_verified_again_a_year_later_is_told_again(session: Session) -> None:
    person(session, "S09", "director")
    happens(session, "household.verified", valid_until="2027-11-30", version=2)
    happens(session, "household.verified", valid_until="2027-11-30", version=3)
    later = NOW + timedelta(days=365)
    happens(session, "household.verified", valid_until="2028-11-30", version=9, now=later)
    assert told(session) == [("household-verified", "S09")] * 2


def test_a_volunteer_who_pauses_twice_is_told_twice(session: Session) -> None:
    person(session, "S01", "coordinator")
    happens(session, "volunteer.unavailable", version=3)
    happens(session, "volunteer.unavailable", version=5)
    assert told(session) == [("volunteer-unavailable", "S01")] * 2


def test_a_second_missed_visit_in_a_row_is_told_to_the_social_worker_too(session: Session) -> None:
    person(session, "S01", "coordinator")
    person(session, "S05", "social_worker")
    happens(session, "visit.missed", in_a_row=1)
    assert told(session) == [("visit-missed", "S01")]
    happens(session, "visit.missed", in_a_row=2, visit=f"{COMMUNITY}-H001-N1-A1-20261202T1500")
    assert told(session)[-1] == ("visit-missed", "S01")
    assert ("visit-missed-again", "S05") in told(session)


def test_an_unsafe_visit_is_told_to_social_worker_and_director(session: Session) -> None:
    for code, role in (("S01", "coordinator"), ("S05", "social_worker"), ("S09", "director")):
        person(session, code, role)
    happens(session, "visit.unsafe")
    assert told(session) == [("visit-unsafe", "S05"), ("visit-unsafe", "S09")]


def test_a_need_that_was_met_is_no_news(session: Session) -> None:
    person(session, "S01", "coordinator")
    assert happens(session, "need.closed", status="met") == []
    assert len(happens(session, "need.closed", status="withdrawn")) == 1


def test_a_proposal_that_a_better_plan_replaced_is_no_news(session: Session) -> None:
    person(session, "S01", "coordinator")
    assert happens(session, "pairing.declined", reason="better_plan") == []


def test_staff_of_another_community_hear_nothing(session: Session) -> None:
    person(session, "S01", "coordinator", community=ELSEWHERE)
    assert happens(session, "pairing.proposed") == []


def test_staff_who_work_for_several_communities_hear_of_each(session: Session) -> None:
    person(session, "S01", "coordinator", community=ELSEWHERE, communities=[COMMUNITY])
    assert happens(session, "pairing.proposed") == [
        f"pairing-proposed:{COMMUNITY}-H001-N1-A1:{ELSEWHERE}-S01"
    ]


def test_a_coordinator_of_another_kind_of_aid_is_not_told(session: Session) -> None:
    person(session, "S01", "coordinator", aid_kinds=["schooling"])
    person(session, "S02", "coordinator", aid_kinds=["elderly", "hardship"])
    happens(session, "pairing.proposed", aid_kind="elderly")
    assert told(session) == [("pairing-proposed", "S02")]


def test_in_the_inbox_it_is_there_at_once_and_mail_is_due_at_once(session: Session) -> None:
    person(session, "S01", "coordinator", **EMAIL)
    happens(session, "pairing.proposed")
    email, inapp = deliveries(session)
    assert (email.channel, email.state, email.next_at) == (
        ChannelCode.EMAIL,
        DeliveryState.QUEUED,
        NOW,
    )
    assert (inapp.channel, inapp.state, inapp.sent_at) == (
        ChannelCode.INAPP,
        DeliveryState.SENT,
        NOW,
    )


def test_without_a_mail_server_nobody_is_mailed(session: Session) -> None:
    person(session, "S01", "coordinator", email="s@example.org", channels=["email"])
    happens(session, "pairing.proposed", channels=frozenset({ChannelCode.INAPP}))
    assert [row.channel for row in deliveries(session)] == [ChannelCode.INAPP]


def test_a_failed_mail_is_told_to_the_administrator_in_the_inbox_only(session: Session) -> None:
    person(session, "S08", "administrator", **EMAIL)
    happens(session, "delivery.failed")
    assert told(session) == [("delivery-failed", "S08")]
    assert [row.channel for row in deliveries(session)] == [ChannelCode.INAPP]


def test_an_event_that_concerns_nobody_leaves_no_trace(session: Session) -> None:
    assert happens(session, "visit.done") == []
    assert happens(session, "pairing.proposed") == []
    assert told(session) == []


@pytest.mark.parametrize("topic", HEARD)
def test_every_event_that_is_heard_can_be_taken_in(topic: str, session: Session) -> None:
    roles = ("coordinator", "social_worker", "school_liaison", "administrator", "director")
    for number, role in enumerate(roles):
        person(session, f"S0{number}", role)
    new = happens(session, topic)
    assert happens(session, topic) == []
    assert {queries.notification(session, key).event for key in new} <= {topic}


def test_what_an_event_must_not_carry_is_not_kept(session: Session) -> None:
    person(session, "S01", "coordinator")
    slipped: dict[str, Any] = {"reason": "她摔倒了，电话 13800138000", "name": "王秀英"}
    (key,) = happens(session, "pairing.ended", **slipped)
    data = queries.notification(session, key).data
    assert data["reason"] is None
    assert "name" not in data
