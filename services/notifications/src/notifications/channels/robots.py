"""Group robots of WeCom, DingTalk and Feishu.

All three answer HTTP 200 whatever happens and say in the body whether they took the message, so
each answer is read. A member's address is the robot's key, and for DingTalk and Feishu, after a
``#``, the secret that signs; who the provider is, is a setting and not part of the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from notifications.channels import Channel, Letter
from notifications.channels.http import Poster
from notifications.domain.codes import ChannelCode, FailureReason
from notifications.domain.deliveries import Outcome

BUSY, REFUSED, AWAY = FailureReason.BUSY, FailureReason.REFUSED, FailureReason.UNREACHABLE

WECOM_ANSWERS: Mapping[int, FailureReason] = {
    -1: BUSY,  # 系统繁忙
    45009: BUSY,  # 接口调用超过限制: 20 a minute
    45033: BUSY,  # 接口并发调用超过限制
    93000: REFUSED,  # invalid webhook url
}
DINGTALK_ANSWERS: Mapping[int, FailureReason] = {
    -1: BUSY,  # 系统繁忙
    130101: BUSY,  # send too fast: 20 a minute
    410100: BUSY,  # 发送速度太快而限流
    430104: BUSY,
    310000: REFUSED,  # keywords, signature or address not in the robot's settings
    300001: REFUSED,  # token is not exist
}
FEISHU_ANSWERS: Mapping[int, FailureReason] = {
    9499: REFUSED,  # Bad Request
    11232: BUSY,  # frequency limited
    11233: BUSY,
    11247: AWAY,  # internal send message failed
    19001: REFUSED,  # incoming webhook access token invalid
    19021: REFUSED,  # sign match fail or timestamp too old
    19022: REFUSED,  # Ip Not Allowed
    19024: REFUSED,  # Key Words Not Found
}
"""Code → what it means; 0 is delivered, and a code not listed is a refusal for good."""


def judged(code: Any, answers: Mapping[int, FailureReason]) -> Outcome:
    """What an answer's code means; an answer without any is not the provider's."""
    if not isinstance(code, int):
        return Outcome(AWAY, code="no code")
    if code == 0:
        return Outcome()
    reason = answers.get(code, REFUSED)
    return Outcome(reason, final=reason is REFUSED, code=code)


Message = tuple[str, dict[str, Any], dict[str, str]]
"""Path below the provider's address, body, query."""


class Robot(Channel):
    """One kind of robot: how its message looks, and which field of the answer has the code."""

    def __init__(
        self,
        code: ChannelCode,
        base: str,
        write: Callable[[Letter], Message],
        field: str,
        answers: Mapping[int, FailureReason],
        per_minute: int,
    ) -> None:
        self.code, self.per_minute = code, per_minute
        self._base, self._write, self._field, self._answers = base, write, field, answers
        self._poster = Poster()

    def provider(self, address: str) -> str:
        return self.code

    def send(self, letter: Letter) -> Outcome:
        if not letter.to_address:
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        path, body, query = self._write(letter)
        return self._poster.post(
            f"{self._base}{path}",
            lambda answer: judged(answer.get(self._field), self._answers),
            json=body,
            params=query,
        )

    def close(self) -> None:
        self._poster.close()


def wecom(base: str) -> Robot:
    """企业微信群机器人."""
    return Robot(ChannelCode.WECOM, base, _wecom, "errcode", WECOM_ANSWERS, per_minute=20)


def dingtalk(base: str) -> Robot:
    """钉钉自定义机器人, signed where the address has a secret."""
    return Robot(ChannelCode.DINGTALK, base, _dingtalk, "errcode", DINGTALK_ANSWERS, per_minute=20)


def feishu(base: str) -> Robot:
    """飞书自定义机器人, signed where the address has a secret."""
    return Robot(ChannelCode.FEISHU, base, _feishu, "code", FEISHU_ANSWERS, per_minute=100)


def text_of(letter: Letter) -> str:
    """The letter as one plain text."""
    return "\n".join(part for part in (letter.subject, letter.body, letter.desk) if part)


def _wecom(letter: Letter) -> Message:
    body = {"msgtype": "text", "text": {"content": _within(text_of(letter), 2048)}}
    return "/cgi-bin/webhook/send", body, {"key": letter.to_address or ""}


def _dingtalk(letter: Letter) -> Message:
    key, _, secret = (letter.to_address or "").partition("#")
    query = {"access_token": key}
    if secret:
        stamp = str(round(letter.at.timestamp() * 1000))
        query |= {"timestamp": stamp, "sign": signature(secret, f"{stamp}\n{secret}")}
    body = {"msgtype": "text", "text": {"content": text_of(letter)}}
    return "/robot/send", body, query


def _feishu(letter: Letter) -> Message:
    key, _, secret = (letter.to_address or "").partition("#")
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text_of(letter)}}
    if secret:
        stamp = str(round(letter.at.timestamp()))
        body |= {"timestamp": stamp, "sign": signature(f"{stamp}\n{secret}", "")}
    return f"/open-apis/bot/v2/hook/{quote_plus(key)}", body, {}


def signature(key: str, message: str) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()


def _within(text: str, most: int) -> str:
    """``text`` cut to ``most`` bytes, never inside a character."""
    return text.encode()[:most].decode(errors="ignore")
