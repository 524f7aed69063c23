"""Deliveries: claimed once, tried again with growing delays, given up with an event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.channels import Channel, Letter
from notifications.domain.codes import ChannelCode, Deferral, DeliveryState, FailureReason
from notifications.domain.deliveries import HURRIED_DELAYS, LEASE, RETRY_DELAYS, Outcome
from notifications.domain.providers import FIRST_PAUSE, Provider
from notifications.models import Attempt, Delivery
from notifications.usecases import sending
from notifications.usecases.explaining import explain
from servicekit.testing import published
from unit.notifications.happenings import (
    COMMUNITY,
    NOW,
    OPERATOR,
    database,
    happens,
    person,
    sender,
)

BUSY = Outcome(FailureReason.BUSY, code=451)
AWAY = Outcome(FailureReason.UNREACHABLE)
REFUSED = Outcome(FailureReason.REFUSED, final=True, code=550)


@dataclass
class Postman(Channel):
    """A channel that gives the outcomes it is told to, and keeps the letters."""

    outcomes: list[Outcome] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    code: ChannelCode = ChannelCode.EMAIL
    per_minute: int = 1000

    def provider(self, address: str) -> str:
        return self.code

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
    session: Session, postman: Postman, now: datetime = NOW, limit: int = 100, **facts: Any
) -> dict[str, int]:
    return sending.send_due(sender(session, postman, now, **facts), limit=limit)


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
    send(session, postman, desk="https://desk.example.org")
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


def claim(session: Session, now: datetime) -> list[sending.Claim]:
    claimed = sending.claim(session, sender(session, Postman(), now), limit=10)
    session.flush()
    return claimed


def test_what_one_sender_has_claimed_another_leaves_alone(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert claim(session, NOW)
    assert not claim(session, NOW + LEASE - timedelta(seconds=1))


def test_what_a_dead_sender_left_behind_is_taken_over(session: Session) -> None:
    happens(session, "pairing.proposed")
    claim(session, NOW)
    assert send(session, Postman(), NOW + LEASE)["sent"] == 1


def test_a_late_failure_does_not_undo_what_the_next_sender_did(session: Session) -> None:
    happens(session, "pairing.proposed")
    (late,) = claim(session, NOW)
    send(session, Postman(), NOW + LEASE)
    sending.record_failed(session, sender(session, Postman(), NOW + LEASE * 2), late, BUSY)
    assert mail(session).state is DeliveryState.SENT
    assert published(session) == []


def test_mail_waits_while_its_channel_is_switched_off(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert send(session, Postman(code=ChannelCode.SMS))["sent"] == 0
    assert mail(session).state is DeliveryState.QUEUED


def test_a_member_who_was_erased_gets_no_mail(session: Session) -> None:
    happens(session, "pairing.proposed")
    queries.member(session, f"{COMMUNITY}-S01").data_key = b""
    postman = Postman()
    send(session, postman)
    assert (postman.letters[0].to_name, postman.letters[0].to_address) == (None, None)


def test_a_letter_that_cannot_be_written_holds_up_no_other(session: Session) -> None:
    happens(session, "pairing.proposed")
    queries.member(session, f"{COMMUNITY}-S01").email_sealed = b"not what was sealed here"
    person(session, "S02", "coordinator", email="s02@example.org", channels=["email"])
    happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A2")
    assert send(session, Postman())["sent"] == 1
    waiting = Delivery.last_error == "unwritable"
    assert len(session.scalars(select(Delivery).where(waiting)).all()) == 2


def test_every_try_is_kept_with_its_answer(session: Session) -> None:
    happens(session, "pairing.proposed")
    send(session, Postman([BUSY]))
    send(session, Postman(), NOW + RETRY_DELAYS[0])
    tries = session.scalars(select(Attempt).order_by(Attempt.number)).all()
    assert [(each.number, each.reason, each.code) for each in tries] == [
        (1, FailureReason.BUSY, "451"),
        (2, None, None),
    ]


def test_a_try_of_which_nothing_came_yet_is_not_told_as_one(session: Session) -> None:
    (key,) = happens(session, "pairing.proposed")
    claim(session, NOW)
    (rule,) = explain(session, {"notification": key}, actor=OPERATOR)["rules"]
    (told,) = rule["told"]
    tries = {each["channel"]: each["attempts"] for each in told["deliveries"]}
    assert tries["email"] == []


# -- when a channel fails, another one takes over

THREE = frozenset({ChannelCode.INAPP, ChannelCode.EMAIL, ChannelCode.SMS})
TWO_WAYS = {
    "email": "s07@example.org",
    "phone": "18000008817",
    "channels": ["email", "inapp", "sms"],
}


def by_channel(session: Session) -> dict[ChannelCode, DeliveryState]:
    who = Delivery.recipient == f"{COMMUNITY}-S07"
    return {row.channel: row.state for row in session.scalars(select(Delivery).where(who))}


def test_the_second_channel_waits_while_the_first_has_not_failed(session: Session) -> None:
    person(session, "S07", "school_liaison", **TWO_WAYS)
    happens(session, "volunteer.registered", channels=THREE)
    assert set(by_channel(session)) == {ChannelCode.INAPP, ChannelCode.EMAIL}


def test_within_half_a_minute_the_next_channel_takes_over(session: Session) -> None:
    person(session, "S07", "coordinator", **TWO_WAYS)
    queries.member(session, f"{COMMUNITY}-S01").channels = ["inapp"]
    happens(session, "pairing.proposed", channels=THREE)
    now = NOW
    for delay in (*HURRIED_DELAYS, timedelta()):
        send(session, Postman([BUSY]), now, working=THREE)
        now += delay
    assert now - NOW < timedelta(seconds=30)
    assert by_channel(session)[ChannelCode.EMAIL] is DeliveryState.FAILED
    sms = Postman(code=ChannelCode.SMS)
    assert send(session, sms, now, working=THREE)["sent"] == 1
    assert sms.letters[0].to_address == "+8618000008817"
    assert [each["type"] for each in published(session)] == ["delivery.failed"]


def test_a_refusal_for_good_hands_over_at_once(session: Session) -> None:
    person(session, "S07", "coordinator", **TWO_WAYS)
    queries.member(session, f"{COMMUNITY}-S01").channels = ["inapp"]
    happens(session, "pairing.proposed", channels=THREE)
    send(session, Postman([REFUSED]), working=THREE)
    assert send(session, Postman(code=ChannelCode.SMS), working=THREE)["sent"] == 1


def test_a_provider_that_fails_twice_is_put_aside_and_tried_again_later(session: Session) -> None:
    for number in range(4):
        happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A{number}")
    providers: dict[str, Provider] = {}
    postman = Postman([AWAY, AWAY])
    for _ in range(5):
        send(session, postman, providers=providers)
    assert len(postman.letters) == 2
    assert send(session, Postman(), NOW + FIRST_PAUSE, providers=providers)["sent"] == 2


def test_while_it_is_aside_the_next_channel_takes_over_without_a_try(session: Session) -> None:
    person(session, "S07", "coordinator", **TWO_WAYS)
    queries.member(session, f"{COMMUNITY}-S01").channels = ["inapp"]
    happens(session, "pairing.proposed", channels=THREE)
    aside = {"email": Provider(aside_until=NOW + FIRST_PAUSE)}
    postman = Postman()
    send(session, postman, working=THREE, providers=aside)
    assert postman.letters == []
    assert send(session, Postman(code=ChannelCode.SMS), working=THREE)["sent"] == 1


def test_no_address_is_asked_more_often_than_its_channel_allows(session: Session) -> None:
    for number in range(3):
        happens(session, "pairing.proposed", pairing=f"{COMMUNITY}-H001-N1-A{number}")
    providers: dict[str, Provider] = {}
    assert send(session, Postman(per_minute=2), providers=providers)["sent"] == 2
    waiting = session.scalars(select(Delivery).where(Delivery.deferred_for.is_not(None))).one()
    minute = NOW + timedelta(minutes=1)
    assert (waiting.deferred_for, waiting.next_at) == (Deferral.RATE, minute)
    assert send(session, Postman(per_minute=2), minute, providers=providers)["sent"] == 1


def test_a_slow_answer_counts_as_a_failure() -> None:
    slow = Provider()
    for _ in range(2):
        slow.answered(well=True, seconds=9, now=NOW)
    assert slow.aside(NOW) == NOW + FIRST_PAUSE
    slow.answered(well=False, seconds=0, now=NOW + FIRST_PAUSE)
    assert slow.aside(NOW + FIRST_PAUSE) == NOW + 3 * FIRST_PAUSE
    slow.answered(well=True, seconds=0, now=NOW + 3 * FIRST_PAUSE)
    assert slow.aside(NOW + 3 * FIRST_PAUSE) is None


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
