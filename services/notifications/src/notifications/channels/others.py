"""Every channel that has no adapter of its own, by way of Apprise."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from notifications.channels import Channel, Letter
from notifications.channels.robots import text_of
from notifications.domain.codes import ChannelCode, FailureReason, Urgency
from notifications.domain.deliveries import Outcome


class Other(Channel):
    """The member's address is an Apprise URL, such as ``tgram://token/chat``.

    Apprise says yes or no, not why; so a no is tried again, and then the next channel takes over.
    """

    code = ChannelCode.APPRISE
    per_minute = 60

    def provider(self, address: str) -> str:
        return f"{self.code} {urlsplit(address).scheme}"

    def send(self, letter: Letter) -> Outcome:
        from apprise import Apprise, NotifyType  # slow to import

        service: Any = Apprise()
        if not service.add(letter.to_address or ""):
            return Outcome(FailureReason.NO_ADDRESS, final=True)
        urgent = letter.urgency is Urgency.URGENT
        kind = NotifyType.WARNING if urgent else NotifyType.INFO
        said = service.notify(body=text_of(letter), title=letter.subject, notify_type=kind)
        return Outcome() if said else Outcome(FailureReason.UNREACHABLE)

    def close(self) -> None:
        pass
