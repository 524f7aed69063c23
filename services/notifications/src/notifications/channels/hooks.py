"""Channels that hand a letter to a web address: signed webhooks, and gateways for text messages."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from notifications.channels import Channel, Letter, known_as
from notifications.channels.http import Poster, delivered
from notifications.channels.robots import text_of
from notifications.domain.codes import ChannelCode, FailureReason
from notifications.domain.deliveries import Outcome

MAX_SMS = 500


class SignedWebhook(Channel):
    """Standard Webhooks: the same letter has the same ``webhook-id``, by which it is known again.

    The address is ``https://host/path#whsec_…``.
    """

    code = ChannelCode.WEBHOOK
    per_minute = 600

    def __init__(self) -> None:
        self._poster = Poster()

    def provider(self, address: str) -> str:
        return f"{self.code} {urlsplit(address).netloc}"

    def send(self, letter: Letter) -> Outcome:
        url, _, secret = (letter.to_address or "").partition("#")
        body = json.dumps(_payload(letter), ensure_ascii=False)
        try:
            signature = Webhook(secret).sign(known_as(letter.id), letter.at, body)
        except (ValueError, EmptyWebhookSecretError):
            return Outcome(FailureReason.NO_ADDRESS, final=True, code="no secret")
        headers = {
            "Content-Type": "application/json",
            "webhook-id": known_as(letter.id),
            "webhook-timestamp": str(int(letter.at.timestamp())),
            "webhook-signature": signature,
        }
        return self._poster.post(url, delivered, data=body.encode(), headers=headers)

    def close(self) -> None:
        self._poster.close()


class Sms(Channel):
    """A gateway for text messages takes a POST of ``{"id", "to", "text"}`` and signs for it."""

    code = ChannelCode.SMS
    per_minute = 5

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._poster = Poster()

    def provider(self, address: str) -> str:
        return self.code

    def send(self, letter: Letter) -> Outcome:
        if not letter.to_address:
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        body = {"id": letter.id, "to": letter.to_address, "text": text_of(letter)[:MAX_SMS]}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._poster.post(self._url, delivered, json=body, headers=headers)

    def close(self) -> None:
        self._poster.close()


def _payload(letter: Letter) -> dict[str, object]:
    return {
        "type": "notification.told",
        "timestamp": letter.at.isoformat(),
        "data": {
            "delivery": letter.id,
            "rule": letter.rule,
            "urgency": letter.urgency,
            "subject": letter.subject,
            "text": letter.body,
            "desk": letter.desk,
        },
    }
