"""Mails as they are written, and the settings that say where they go."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

import pytest

from notifications.channels import Letter
from notifications.channels.email import Email, message_id, write
from notifications.channels.smtp import Server
from notifications.domain.codes import ChannelCode, FailureReason, Urgency
from notifications.settings import Settings
from servicekit.errors import Invalid
from servicekit.testing import KEY

SENDER = Address("阳光百分百", "sunshine", "example.org")
CONFIG = {"AMQP_URI": "embedded://x", "DATABASE_URL": "sqlite://", "FIELD_KEY": KEY}


def letter(**facts: Any) -> Letter:
    given: dict[str, Any] = {
        "id": "pairing-proposed:210103008001-H001-N1-A1:210103008001-S01:email",
        "rule": "pairing-proposed",
        "urgency": Urgency.TODAY,
        "subject": "新结对待确认：H001（助老）",
        "body": "系统建议由志愿者 V001 为家庭 H001 服务。\n请于今日确认。",
        "at": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        "to_name": "陈海燕",
        "to_address": "s01@example.org",
    }
    return Letter(**(given | facts))


def parsed(message: Message) -> EmailMessage:
    raw = message.as_bytes()
    assert raw.isascii()
    return message_from_bytes(raw, policy=default)


def test_a_mail_reads_back_as_it_was_written() -> None:
    mail = parsed(write(letter(), SENDER))
    assert mail["Subject"] == "新结对待确认：H001（助老）"
    assert mail["From"].addresses[0].display_name == "阳光百分百"
    assert mail["To"].addresses == (Address("陈海燕", "s01", "example.org"),)
    assert mail["Date"].datetime == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Sunshine-Rule"] == "pairing-proposed"
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.iter_parts()
    assert plain.get_content().splitlines() == letter().body.splitlines()
    assert html.get_content_type() == "text/html"
    assert "系统建议由志愿者 V001 为家庭 H001 服务。<br>请于今日确认。" in html.get_content()
    assert not mail.defects
    assert not any(value.defects for value in mail.values() if hasattr(value, "defects"))


@pytest.mark.parametrize("address", [None, "", "nobody", "王@example.org"])
def test_a_letter_to_no_address_fails_for_good(address: str | None) -> None:
    channel = Email(Server.parse("smtp://127.0.0.1:9"), str(SENDER))
    outcome = channel.send(letter(to_address=address))
    assert (outcome.reason, outcome.final) == (FailureReason.NO_ADDRESS, True)


def test_only_an_urgent_mail_says_so() -> None:
    assert "Importance" not in write(letter(), SENDER)
    assert write(letter(urgency=Urgency.URGENT), SENDER)["Importance"] == "high"


def test_the_same_letter_has_the_same_message_id_whenever_it_is_sent() -> None:
    later = letter(at=datetime(2026, 12, 1, tzinfo=UTC), subject="x")
    assert write(letter(), SENDER)["Message-ID"] == write(later, SENDER)["Message-ID"]
    assert write(letter(id="other"), SENDER)["Message-ID"] != write(letter(), SENDER)["Message-ID"]
    assert message_id("a", "example.org").endswith("@example.org>")


def test_a_name_with_a_line_break_stays_in_its_header() -> None:
    mail = parsed(write(letter(to_name="陈\r\nBcc: all@example.org"), SENDER))
    assert mail["Bcc"] is None
    assert len(mail["To"].addresses) == 1


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail:1025", Server("smtp", "mail", 1025)),
        ("smtp://mail", Server("smtp", "mail", 25)),
        ("smtps://u%40x:p%2Fw@mail", Server("smtps", "mail", 465, "u@x", "p/w")),
        ("smtp+starttls://u:p@mail", Server("smtp+starttls", "mail", 587, "u", "p")),
    ],
)
def test_a_server_is_written_as_a_url(url: str, server: Server) -> None:
    assert Server.parse(url) == server


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Server.parse("smtps://u:secret@mail"))


@pytest.mark.parametrize("url", ["http://mail", "mail:25", "smtp://", "smtp://mail:port"])
def test_a_setting_that_is_no_server_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Invalid, match="SMTP_URL"):
        Settings.read({**CONFIG, "SMTP_URL": url})


@pytest.mark.parametrize("sender", ["nobody", "a b c", "Name <>"])
def test_a_sender_that_is_no_mailbox_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(Invalid, match="MAIL_FROM: is no mailbox; write it as"):
        Settings.read({**CONFIG, "MAIL_FROM": sender})


def test_a_channel_without_a_server_is_off_and_the_inbox_is_not() -> None:
    assert ChannelCode.INAPP in Settings.read(CONFIG).working
    assert ChannelCode.EMAIL not in Settings.read(CONFIG).working
    with_mail = Settings.read({**CONFIG, "SMTP_URL": "smtp://mail", "SMS_URL": "https://sms"})
    assert {ChannelCode.EMAIL, ChannelCode.SMS} <= with_mail.working


def test_a_mail_can_be_taken_on_and_left_by_one_click() -> None:
    links = {"acknowledge": "https://desk/l/ack.x", "unsubscribe": "https://desk/l/quiet.y"}
    mail = parsed(write(letter(subject="<b>&", **links), SENDER))
    assert mail["List-Unsubscribe"] == "<https://desk/l/quiet.y>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    _, html = mail.iter_parts()
    assert 'href="https://desk/l/ack.x"' in html.get_content()
    assert "<b>" not in html.get_content()


def test_a_long_link_to_leave_by_is_not_wrapped_into_what_no_mailbox_reads() -> None:
    link = "https://desk.example.org/l/quiet." + "x" * 120
    raw = write(letter(unsubscribe=link), SENDER).as_bytes()
    assert f"<{link}>".encode() in raw


def test_an_id_with_a_line_break_begins_no_header_of_its_own() -> None:
    mail = parsed(write(letter(id="alert:x\r\nBcc: all@example.org"), SENDER))
    assert mail["Bcc"] is None
