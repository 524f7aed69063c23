"""Deliveries: claimed once, tried again with growing delays, given up with an event."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.channels import Channels, Letter
from notifications.domain.codes import ChannelCode, DeliveryState, FailureReason
from notifications.domain.deliveries import LEASE, RETRY_DELAYS, Outcome
from notifications.domain.rules import Person
from notifications.models import Delivery
from notifications.usecases import sending
from servicekit.testing import published
from unit.notifications.happenings import COMMUNITY, NOW, database, happens, person

BUSY = Outcome(FailureReason.BUSY, code=451)
AWAY = Outcome(FailureReason.UNREACHABLE)
REFUSED = Outcome(FailureReason.REFUSED, final=True, code=550)


@dataclass
class Postman:
    """A channel that gives the outcomes it is told to, and keeps the letters."""

    outcomes: list[Outcome] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    code = ChannelCode.EMAIL
    starts_as = DeliveryState.QUEUED

    def reaches(self, person: Person) -> bool:
        return person.has_email

    def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        return self.outcomes.pop(0) if self.outcomes else Outcome(message_id="<1@example.org>")

    def close(self) -> None:
        pass


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator", email="s01@example.org", channels=["inapp", "email"])
        yield opened


def send(
    session: Session, postman: Postman, now: datetime = NOW, limit: int = 100, desk_url: str = ""
) -> dict[str, int]:
    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()

    channels: Channels = {ChannelCode.EMAIL: postman}
    return sending.send_due(
        transaction, channels, limit=limit, clock=lambda: now, desk_url=desk_url
    )


def mail(session: Session) -> Delivery:
    return session.scalars(select(Delivery).where(Delivery.channel == ChannelCode.EMAIL)).one()


def test_what_is_due_is_sent_once(session: Session) -> None:
    happens(session, "pairing.proposed")
    postman = Postman()
    assert send(session, postman) == {"sent": 1, "failed": 0, "postponed": 0}
    assert send(session, postman) == {"sent": 0, "failed": 0, "postponed": 0}
    row = mail(session)
    assert (row.state, row.attempts, row.sent_at) == (DeliveryState.SENT, 1, NOW)
    assert row.message_id == "<1@example.org>"
    assert len(postman.letters) == 1


def test_a_letter_speaks_the_members_language_and_in_codes(session: Session) -> None:
    happens(session, "pairing.proposed")
    postman = Postman()
    send(session, postman, desk_url="https://desk.example.org")
    (letter,) = postman.letters
    assert letter.to_name == "职员S01"
    assert letter.to_address == "s01@example.org"
    assert letter.subject == "新结对待确认：H001（助老）"
    assert letter.body.startswith("职员S01，您好！\n\n系统建议由志愿者 V001 为家庭 H001 服务")
    assert "https://desk.example.org" in letter.body
    assert "s01@example.org" not in repr(letter)


def test_at_most_so_many_are_sent_at_once(session: Session) -> None:
    for number in range(3):
        happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A{number}")
    postman = Postman()
    assert send(session, postman, limit=2)["sent"] == 2
    assert send(session, postman, limit=2)["sent"] == 1


def test_after_each_failure_the_next_try_is_further_away(session: Session) -> None:
    happens(session, "pairing.proposed")
    now = NOW
    for delay in RETRY_DELAYS:
        assert send(session, Postman([BUSY]), now)["postponed"] == 1
        assert mail(session).next_at == now + delay
        assert send(session, Postman(), now + delay - timedelta(seconds=1))["sent"] == 0
        now += delay
    assert mail(session).last_error == "busy 451"
    assert published(session) == []


def test_after_the_last_try_it_has_failed_and_that_is_announced(session: Session) -> None:
    happens(session, "pairing.proposed")
    now = NOW
    for delay in RETRY_DELAYS:
        send(session, Postman([BUSY]), now)
        now += delay
    assert send(session, Postman([BUSY]), now)["failed"] == 1
    (event,) = published(session)
    assert event["type"] == "delivery.failed"
    assert event["data"] == {
        "community": COMMUNITY,
        "version": 2,
        "delivery": mail(session).id,
        "notification": mail(session).notification,
        "channel": "email",
        "reason": "busy",
    }
    assert send(session, Postman(), now + timedelta(days=1))["sent"] == 0


def test_a_refusal_for_good_is_not_tried_again(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert send(session, Postman([REFUSED]))["failed"] == 1
    assert mail(session).state is DeliveryState.FAILED
    assert published(session)[0]["data"]["reason"] == "refused"


def test_a_failed_mail_stays_readable_in_the_inbox(session: Session) -> None:
    (key,) = happens(session, "pairing.proposed")
    send(session, Postman([REFUSED]))
    page = queries.inbox(session, f"{COMMUNITY}-S01", unread_only=True, page=1, size=10)
    assert [row.id for row in page["items"]] == [key]


def test_a_server_that_is_away_costs_one_letter_a_try_and_no_more(session: Session) -> None:
    for number in range(3):
        happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A{number}")
    postman = Postman([AWAY])
    assert send(session, postman) == {"sent": 0, "failed": 0, "postponed": 1}
    assert len(postman.letters) == 1
    assert sorted(session.scalars(select(Delivery.attempts))) == [0, 0, 0, 0, 0, 1]


def test_one_recipients_trouble_does_not_hold_up_the_others(session: Session) -> None:
    person(session, "S02", "coordinator", email="s02@example.org", channels=["email"])
    happens(session, "pairing.proposed")
    assert send(session, Postman([BUSY])) == {"sent": 1, "failed": 0, "postponed": 1}


def claim(session: Session, now: datetime) -> Any:
    claimed = sending.claim_next(session, {ChannelCode.EMAIL}, now=now)
    session.flush()
    return claimed


def test_what_one_sender_has_claimed_another_leaves_alone(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert claim(session, NOW) is not None
    assert claim(session, NOW + LEASE - timedelta(seconds=1)) is None


def test_what_a_dead_sender_left_behind_is_taken_over(session: Session) -> None:
    happens(session, "pairing.proposed")
    claim(session, NOW)
    assert send(session, Postman(), NOW + LEASE)["sent"] == 1


def test_a_late_failure_does_not_undo_what_the_next_sender_did(session: Session) -> None:
    happens(session, "pairing.proposed")
    late = claim(session, NOW)
    send(session, Postman(), NOW + LEASE)
    sending.record(session, late, BUSY, now=NOW + LEASE * 2)
    assert mail(session).state is DeliveryState.SENT
    assert published(session) == []


def test_mail_waits_while_its_channel_is_switched_off(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert sending.claim_next(session, {ChannelCode.INAPP}, now=NOW) is None
    assert mail(session).state is DeliveryState.QUEUED


def test_a_member_who_was_erased_gets_no_mail(session: Session) -> None:
    happens(session, "pairing.proposed")
    queries.member(session, f"{COMMUNITY}-S01").data_key = b""
    postman = Postman()
    send(session, postman)
    assert (postman.letters[0].to_name, postman.letters[0].to_address) == (None, None)


def test_the_summary_counts_by_template_and_recipient(session: Session) -> None:
    person(session, "S02", "coordinator")
    happens(session, "pairing.proposed")
    happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A2")
    send(session, Postman([REFUSED]))
    first, second = queries.summary(session, COMMUNITY)
    assert first == {
        "template": "pairing-proposed",
        "recipient": f"{COMMUNITY}-S01",
        "role": "coordinator",
        "total": 2,
        "acknowledged": 0,
        "deliveries": {"email": {"failed": 1, "sent": 1}, "inapp": {"sent": 2}},
    }
    assert second["deliveries"] == {"inapp": {"sent": 2}}
