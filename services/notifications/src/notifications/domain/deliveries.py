"""The life of a delivery: what follows an attempt, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.codes import ChannelCode, DeliveryState, FailureReason
from notifications.domain.rules import fitting

RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
"""How long to wait after the first, second, … attempt; after the last of them it has failed."""

LEASE = timedelta(seconds=60)
"""How long a claimed delivery is left alone: a sender that died is taken over after this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: no reason means that it was handed over.

    ``final`` says that trying again is useless; ``code`` is the provider's own number;
    ``message_id`` is what the message is known by on the other side.
    """

    reason: FailureReason | None = None
    final: bool = False
    code: int | None = None
    message_id: str | None = None

    @property
    def sent(self) -> bool:
        return self.reason is None

    @property
    def text(self) -> str | None:
        """For the delivery's row: ``refused 550``. Never the server's words: they name people."""
        return f"{self.reason} {self.code or ''}".strip() if self.reason else None


def delivery_id(notification: str, channel: ChannelCode) -> str:
    """The natural key of a delivery: ``<notification>:<channel>``."""
    return fitting(f"{notification}:{channel}")


def after(
    outcome: Outcome, *, attempts: int, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    """The state after ``attempts`` attempts, the last with ``outcome``; and when to try again."""
    if outcome.sent:
        return DeliveryState.SENT, None
    if outcome.final or attempts > len(RETRY_DELAYS):
        return DeliveryState.FAILED, None
    return DeliveryState.QUEUED, now + RETRY_DELAYS[attempts - 1]
