"""Channels against providers that really listen: what they are sent, what their answers mean."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hosting import free_port
from notifications.channels import Channel, Letter
from notifications.channels import robots as robot
from notifications.channels.hooks import SignedWebhook, Sms
from notifications.channels.others import Other
from notifications.domain.codes import FailureReason, Urgency
from notifications.domain.deliveries import Outcome
from robots import Provider, provider
from smtp import SmtpServer
from unit.notifications.happenings import mailer

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LETTER = Letter(
    id="visit-unsafe:210103008001-V1:210103008001-S05:wecom",
    rule="visit-unsafe",
    urgency=Urgency.URGENT,
    subject="【紧急】到访安全问题：H001",
    body="请立即联系志愿者与该家庭。",
    at=NOW,
    to_name=None,
    to_address="key-1#SECsecret",
    desk="https://desk.example.org",
)
BUSY, REFUSED, AWAY = FailureReason.BUSY, FailureReason.REFUSED, FailureReason.UNREACHABLE
ROBOTS = {"wecom": robot.wecom, "dingtalk": robot.dingtalk, "feishu": robot.feishu}
Make = Callable[[str], Channel]


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.mark.parametrize("name", ROBOTS)
def test_a_robot_that_took_it_says_zero(name: str, there: Provider) -> None:
    there.answer = {"errcode": 0, "errmsg": "ok"} if name != "feishu" else {"code": 0, "data": {}}
    assert ROBOTS[name](there.url).send(LETTER).sent


@pytest.mark.parametrize(
    ("name", "answer", "reason", "final"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, REFUSED, True),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, BUSY, False),
        ("wecom", {"errcode": 40058, "errmsg": "text.content is empty"}, REFUSED, True),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, REFUSED, True),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, BUSY, False),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, REFUSED, True),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, BUSY, False),
        ("feishu", {"code": 11247, "msg": "internal send message failed"}, AWAY, False),
        ("wecom", "<html>a captive portal</html>", AWAY, False),
        ("dingtalk", {"errcode": "0"}, AWAY, False),
        ("feishu", [], AWAY, False),
    ],
)
def test_two_hundred_with_an_error_code_is_no_delivery(
    name: str, answer: Any, reason: FailureReason, final: bool, there: Provider
) -> None:
    there.answer = answer
    outcome = ROBOTS[name](there.url).send(LETTER)
    assert (outcome.reason, outcome.final) == (reason, final)


MAKERS: dict[str, Make] = {**ROBOTS, "sms": lambda url: Sms(url, "token")}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("status", "reason", "final"),
    [
        (429, BUSY, False),
        (500, AWAY, False),
        (503, AWAY, False),
        (400, REFUSED, True),
        (403, REFUSED, True),
        (302, REFUSED, True),
    ],
)
def test_a_status_means_the_same_everywhere(
    status: int, reason: FailureReason, final: bool, name: str, there: Provider
) -> None:
    there.status = status
    outcome = MAKERS[name](there.url).send(LETTER)
    assert (outcome.reason, outcome.final) == (reason, final)


@pytest.mark.parametrize("name", MAKERS)
def test_a_provider_that_is_not_there_is_tried_again(name: str) -> None:
    outcome = MAKERS[name](f"http://127.0.0.1:{free_port()}").send(LETTER)
    assert (outcome.reason, outcome.final) == (AWAY, False)


@pytest.mark.parametrize("name", MAKERS)
def test_without_an_address_nobody_is_asked(name: str, there: Provider) -> None:
    outcome = MAKERS[name](there.url).send(replace(LETTER, to_address=None))
    assert (outcome.reason, outcome.final) == (FailureReason.NO_ADDRESS, True)
    assert there.asked == []


def test_wecom_gets_the_key_and_at_most_2048_bytes(there: Provider) -> None:
    there.answer = {"errcode": 0}
    robot.wecom(there.url).send(replace(LETTER, to_address="key-1", body="长" * 2000))
    (asked,) = there.asked
    assert (asked["path"], asked["query"]) == ("/cgi-bin/webhook/send", {"key": "key-1"})
    content = asked["json"]["text"]["content"]
    assert content.startswith("【紧急】到访安全问题：H001\n")
    assert 2040 < len(content.encode()) <= 2048


def test_dingtalk_is_signed_as_its_manual_says(there: Provider) -> None:
    there.answer = {"errcode": 0}
    robot.dingtalk(there.url).send(LETTER)
    query = there.asked[0]["query"]
    assert query["access_token"] == "key-1"
    assert query["timestamp"] == "1795395600000"
    signed = f"{query['timestamp']}\nSECsecret".encode()
    sign = base64.b64encode(hmac.new(b"SECsecret", signed, hashlib.sha256).digest()).decode()
    assert query["sign"] == sign


def test_feishu_is_signed_as_its_manual_says(there: Provider) -> None:
    there.answer = {"code": 0}
    robot.feishu(there.url).send(LETTER)
    body = there.asked[0]["json"]
    assert there.asked[0]["path"] == "/open-apis/bot/v2/hook/key-1"
    key = f"{body['timestamp']}\nSECsecret".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def hooked(there: Provider, at: datetime) -> dict[str, Any]:
    letter = replace(LETTER, to_address=f"{there.url}/in#{SECRET}", at=at)
    assert SignedWebhook().send(letter).sent
    return there.asked[-1]


def test_a_webhook_is_verified_by_the_standards_own_library(there: Provider) -> None:
    asked = hooked(there, datetime.now(UTC))
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    said = Webhook(SECRET).verify(asked["body"], headers)
    assert said["data"]["subject"] == LETTER.subject
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(asked["body"] + b" ", headers)


def test_the_same_letter_is_the_same_webhook_message(there: Provider) -> None:
    ids = {hooked(there, at)["headers"]["Webhook-Id"] for at in (NOW, datetime.now(UTC))}
    assert len(ids) == 1


@pytest.mark.parametrize("address", ["", "https://example.org", "http://x#", "x#whsec_AAAA"])
def test_a_webhook_without_url_or_secret_is_refused_for_good(address: str) -> None:
    outcome = SignedWebhook().send(replace(LETTER, to_address=address))
    assert (outcome.reason, outcome.final) == (FailureReason.NO_ADDRESS, True)


def test_a_text_message_goes_to_the_gateway_with_its_token(there: Provider) -> None:
    assert Sms(there.url, "token").send(replace(LETTER, to_address="+8618000008817")).sent
    (asked,) = there.asked
    assert asked["headers"]["Authorization"] == "Bearer token"
    assert asked["json"]["to"] == "+8618000008817"


def test_everything_else_goes_by_apprise(there: Provider) -> None:
    address = there.url.replace("http://", "json://")
    assert Other().send(replace(LETTER, to_address=address)).sent
    assert there.asked[0]["json"]["title"] == LETTER.subject
    there.status = 500
    assert Other().send(replace(LETTER, to_address=address)).reason is AWAY
    nothing = Other().send(replace(LETTER, to_address="nothing://"))
    assert (nothing.reason, nothing.final) == (FailureReason.NO_ADDRESS, True)


@pytest.mark.parametrize("reads_ahead", [True, False])
def test_a_mail_that_is_refused_leaves_the_line_to_the_next(
    reads_ahead: bool, tmp_path: Path
) -> None:
    server = SmtpServer(tmp_path, reads_ahead=reads_ahead)
    channel = mailer(server.url)
    try:
        for name, outcome in (
            ("first", Outcome()),
            ("refused", Outcome(REFUSED, final=True, code=550)),
            ("busy", Outcome(BUSY, code=451)),
            ("last", Outcome()),
        ):
            letter = replace(LETTER, to_address=f"{name}@example.org")
            assert replace(channel.send(letter), message_id=None) == outcome
        told = [mail["X-Rcpt-To"] for mail in server.messages()]
    finally:
        channel.close()
        server.close()
    assert told == ["first@example.org", "last@example.org"]
