"""Mail over a real SMTP server, from the event to the mailbox."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hosting import free_port
from notifications import queries
from notifications.channels.email import message_id
from notifications.contracts import PUBLISHED
from notifications.domain.codes import FailureReason
from notifications.domain.deliveries import RETRY_DELAYS, Outcome
from notifications.models import Base, Delivery
from notifications.service import NotificationsService
from notifications.usecases import inbox, sending
from servicekit import embedded
from servicekit.actors import Actor
from servicekit.calling import RpcClient
from servicekit.errors import Forbidden
from servicekit.events import EXCHANGE, Event, event_id, write
from servicekit.hosting import Host
from servicekit.migrations import upgrade
from servicekit.publishing import Outgoing, Publisher
from servicekit.testing import KEY, session_for
from smtp import SmtpServer
from sunshine.tailing import tail
from unit.notifications.happenings import (
    COMMUNITY,
    HEARD,
    NOW,
    database,
    happens,
    mailer,
    person,
    sender,
)
from waiting import eventually

CHEN: dict[str, Any] = {
    "community": COMMUNITY,
    "code": "S01",
    "name": "陈海燕",
    "role": "coordinator",
    "email": "s01@example.org",
    "phone": "18000008817",
    "channels": ["inapp", "email"],
}
PERSONAL = ("陈海燕", "s01@example.org", "18000008817", "refused@example.org")


class Office:
    """The notifications service alone, its neighbours away, and the broker it listens to."""

    port = 0
    """Where it serves HTTP."""

    def __init__(self, uri: str) -> None:
        self.client = RpcClient(uri, timeout=10)
        self.events: list[dict[str, Any]] = []
        self._publisher = Publisher(uri)
        self._listener = eventlet.spawn(self._listen, uri)

    def _listen(self, uri: str) -> None:
        for event in tail(uri):
            self.events.append(event)

    def call(self, method: str, *, acting: str = "", **kwargs: Any) -> Any:
        """As the operator, or as the coordinator whose code is ``acting``."""
        actor = Actor(f"{COMMUNITY}-{acting}", "coordinator", (COMMUNITY,)) if acting else Actor()
        return self.client.call("notifications", method, context=actor.context(), **kwargs)

    def register(self, **facts: Any) -> None:
        """A member who is told at any hour of any day: these tests run when they run."""
        self.call("register_staff", **facts)
        staff = f"{facts['community']}-{facts['code']}"
        always: dict[str, Any] = {
            "quiet_from": "00:00",
            "quiet_until": "00:00",
            "rests_on_days_off": False,
        }
        self.call("set_preferences", staff=staff, **always)

    def publish(self, type_: str, source: str = "volunteers") -> None:
        data = HEARD[type_]
        subject = data["pairing"]
        id_ = event_id(type_, subject, data["version"])
        body, headers = write(Event(type_, source, subject, id_, NOW, data))
        message = Outgoing(
            body, EXCHANGE.format(source), type_, headers, {"content_type": "application/json"}
        )
        assert self._publisher.send([message]) == []

    def inbox(self, code: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("inbox", staff=f"{COMMUNITY}-{code}")["items"]
        return items

    def close(self) -> None:
        self._listener.kill()
        self._publisher.close()
        self.client.close()


@pytest.fixture
def office(smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Office]:
    embedded.install()
    name = f"mail-{uuid4().hex[:8]}"
    url = f"sqlite:///{tmp_path / 'notifications.sqlite'}"
    upgrade("notifications", url)
    config = {
        "AMQP_URI": f"embedded://{name}",
        "DATABASE_URL": url,
        "FIELD_KEY": KEY,
        "SMTP_URL": smtp_server.url,
        "MAIL_FROM": "阳光百分百 <sunshine@example.org>",
        "DESK_URL": "https://desk.example.org",
        "TIMERS": "off",
    }
    with Host({NotificationsService: config}) as host:
        office = Office(config["AMQP_URI"])
        office.port = host.extension("notifications", "web").port
        yield office
        office.close()
    embedded.reset(name)


def test_from_the_event_to_the_mailbox_and_only_once(
    office: Office, smtp_server: SmtpServer
) -> None:
    office.register(**CHEN)
    office.publish("pairing.proposed")
    eventually(lambda: office.inbox("S01"))
    assert office.call("send_due") == {"sent": 1, "failed": 0, "postponed": 0}
    office.publish("pairing.proposed")
    office.publish("pairing.started")
    eventually(lambda: len(office.inbox("S01")) == 2)
    assert office.call("send_due")["sent"] == 1
    first, second = smtp_server.messages()
    assert first["Subject"] == "新结对待确认：H001（助老）"
    assert second["Subject"] == "结对 H001-N1-A1 开始服务"


def test_a_mail_parses_cleanly_and_says_who_sent_it_to_whom(
    office: Office, smtp_server: SmtpServer
) -> None:
    office.register(**CHEN)
    office.publish("pairing.proposed")
    eventually(lambda: office.inbox("S01"))
    office.call("send_due")
    (mail,) = smtp_server.messages()
    (delivery,) = [
        each
        for each in office.call("get_notification", notification=office.inbox("S01")[0]["id"])[
            "deliveries"
        ]
        if each["channel"] == "email"
    ]
    assert not mail.defects
    assert mail["From"].addresses == (Address("阳光百分百", "sunshine", "example.org"),)
    assert mail["To"].addresses == (Address("陈海燕", "s01", "example.org"),)
    assert mail["Message-ID"] == delivery["message_id"]
    assert mail["Message-ID"] == message_id(delivery["id"], "example.org")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.tzinfo is not None
    plain, _html = mail.iter_parts()
    body = plain.get_content()
    assert body.startswith("陈海燕，您好！")
    assert "请到工作台查看和处理：https://desk.example.org" in body


def test_a_refused_mail_is_told_to_the_administrator_in_the_inbox(
    office: Office, smtp_server: SmtpServer
) -> None:
    office.register(**{**CHEN, "email": "refused@example.org"})
    office.call(
        "register_staff", community=COMMUNITY, code="S08", name="周敏", role="administrator"
    )
    office.publish("pairing.proposed")
    eventually(lambda: office.inbox("S01"))
    assert office.call("send_due") == {"sent": 0, "failed": 1, "postponed": 0}
    (item,) = eventually(lambda: office.inbox("S08"))
    assert item["title"] == "有一条通知未能送达（电子邮件）"
    assert "对方服务器拒收" in item["body"]
    assert smtp_server.messages() == []
    assert office.call("send_due") == {"sent": 0, "failed": 0, "postponed": 0}


def test_with_its_neighbours_away_the_inbox_speaks_of_codes_in_both_languages(
    office: Office,
) -> None:
    office.register(**CHEN)
    office.register(**{**CHEN, "code": "S02", "locale": "en"})
    office.publish("pairing.proposed")
    (chinese,) = eventually(lambda: office.inbox("S01"))
    (english,) = office.inbox("S02")
    assert chinese["title"] == "新结对待确认：H001（助老）"
    assert english["title"] == "New pairing to confirm: H001"
    assert english["body"].startswith("Volunteer V001 is proposed for household H001")


def test_a_member_acknowledges_and_a_colleague_cannot(office: Office) -> None:
    office.register(**CHEN)
    office.publish("pairing.proposed")
    (item,) = eventually(lambda: office.inbox("S01"))
    own = {"notification": item["id"], "staff": f"{COMMUNITY}-S01"}
    with pytest.raises(Forbidden):
        office.call("acknowledge", acting="S02", **own)
    shown = office.call("acknowledge", acting="S01", **own)
    assert (shown["state"], shown["title"]) == ("acknowledged", item["title"])
    (row,) = office.call("summary", community=COMMUNITY)["items"]
    assert (row["total"], row["acknowledged"]) == (1, 1)
    assert row["deliveries"] == {"email": {"queued": 1}, "inapp": {"read": 1}}
    eventually(
        lambda: [each for each in office.events if each["type"] == "notification.acknowledged"]
    )


def test_no_event_and_no_log_line_names_anybody(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    office.register(**{**CHEN, "email": "refused@example.org"})
    office.publish("pairing.proposed")
    (item,) = eventually(lambda: office.inbox("S01"))
    office.call("send_due")
    office.call("acknowledge", notification=item["id"], staff=f"{COMMUNITY}-S01")
    eventually(lambda: len({each["type"] for each in office.events}) == 3)
    said = str(office.events) + capfd.readouterr().err
    assert "delivery.failed" in said
    assert not [secret for secret in PERSONAL if secret in said]


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator", email="s01@example.org", channels=["email"])
        happens(opened, "pairing.proposed")
        yield opened


def send(session: Session, url: str, now: datetime) -> dict[str, int]:
    return sending.send_due(sender(session, mailer(url), now), limit=10)


def test_with_the_server_away_mail_waits_and_is_sent_when_it_is_back(
    session: Session, smtp_server: SmtpServer
) -> None:
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    assert send(session, nowhere, NOW) == {"sent": 0, "failed": 0, "postponed": 1}
    assert session.scalars(select(Delivery.last_error)).one() == "unreachable"
    too_early = NOW + RETRY_DELAYS[0] - timedelta(seconds=1)
    assert send(session, smtp_server.url, too_early)["sent"] == 0
    assert send(session, smtp_server.url, NOW + RETRY_DELAYS[0])["sent"] == 1
    assert len(smtp_server.messages()) == 1


def test_a_mail_sent_twice_after_a_crash_is_recognisable(
    session: Session, smtp_server: SmtpServer
) -> None:
    first_sender = sender(session, mailer(smtp_server.url))
    (claim,) = sending.claim(session, first_sender, limit=10)
    session.flush()
    sending.hand_over(first_sender, claim)
    first_sender.channel.close()  # and here the process dies, before it could note it down
    assert send(session, smtp_server.url, NOW + timedelta(minutes=1))["sent"] == 1
    first, second = smtp_server.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_a_busy_recipient_is_tried_again_and_the_others_are_served(
    session: Session, smtp_server: SmtpServer
) -> None:
    person(session, "S02", "coordinator", email="busy@example.org", channels=["email"])
    happens(session, "pairing.started")
    assert send(session, smtp_server.url, NOW) == {"sent": 2, "failed": 0, "postponed": 1}
    errors = session.scalars(select(Delivery.last_error).where(Delivery.last_error.is_not(None)))
    assert list(errors) == ["busy 451"]
    assert len(smtp_server.messages()) == 2


@pytest.fixture
def senders(postgres_url: str) -> Iterator[tuple[Session, Session]]:
    """Two processes on one PostgreSQL database, with two mails that are due."""
    with ExitStack() as both:
        tables = Base.metadata
        first, second = (
            both.enter_context(
                session_for(tables, published=PUBLISHED, source="notifications", url=postgres_url)
            )
            for _ in range(2)
        )
        person(first, "S01", "coordinator", email="s01@example.org", channels=["email"])
        happens(first, "pairing.proposed")
        happens(first, "pairing.started", pairing=f"{COMMUNITY}-H001-N1-A2")
        first.commit()
        yield first, second
        for session in (first, second):
            session.rollback()
        tables.drop_all(first.get_bind())
        first.commit()


def test_two_senders_on_postgresql_never_take_the_same_mail(
    senders: tuple[Session, Session],
) -> None:
    first, second = senders
    mine, yours = sender(first, mailer()), sender(second, mailer())
    (one,) = sending.claim(first, mine, limit=1)
    (two,) = sending.claim(second, yours, limit=10)
    assert one.delivery != two.delivery
    second.commit()
    assert sending.claim(second, yours, limit=10) == []
    first.commit()
    sending.record_sent(first.execute, one, Outcome(message_id="<1@example.org>"), NOW)
    sending.record_failed(second, yours, two, Outcome(FailureReason.REFUSED, final=True))
    (row,) = queries.summary(first, COMMUNITY)[:1]
    assert row["deliveries"] == {"email": {"sent": 1}}


def test_postgresql_keeps_and_counts_as_sqlite_does(senders: tuple[Session, Session]) -> None:
    session, _ = senders
    assert happens(session, "pairing.proposed") == []
    data = {"staff": f"{COMMUNITY}-S01", "unread_only": True, "page": 1, "size": 10}
    page = inbox.read(session, data, actor=Actor())
    assert [item["rule"] for item in page["items"]] == ["pairing-proposed", "pairing-started"]
    assert page["items"][0]["created_at"] == NOW
    own = {"notification": page["items"][0]["id"], "staff": f"{COMMUNITY}-S01"}
    inbox.acknowledge(session, own, now=NOW, actor=Actor())
    summary = queries.summary(session, COMMUNITY)
    assert [(row["template"], row["total"], row["acknowledged"]) for row in summary] == [
        ("pairing-proposed", 1, 1),
        ("pairing-started", 1, 0),
    ]
