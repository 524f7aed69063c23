"""The life of a delivery: what follows an attempt, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.codes import ChannelCode, DeliveryState, FailureReason
from notifications.domain.rules import fitting

RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
"""How long to wait after the first, second, … attempt on a person's last channel."""

HURRIED_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (2, 8))
"""The same where another channel can take over; it does so after the last of them."""

LEASE = timedelta(seconds=60)
"""How long a claimed delivery is left alone: a sender that died is taken over after this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: no reason means that it was handed over.

    ``final`` says that trying again is useless; ``code`` is the provider's own; ``message_id`` is
    what the message is known by on the other side.
    """

    reason: FailureReason | None = None
    final: bool = False
    code: int | str | None = None
    message_id: str | None = None

    @property
    def sent(self) -> bool:
        return self.reason is None

    @property
    def text(self) -> str | None:
        """For the delivery's row: ``refused 550``. Never the server's words: they name people."""
        return f"{self.reason} {self.code or ''}".strip() if self.reason else None


def delivery_id(notification: str, channel: ChannelCode, level: int = 0) -> str:
    """The natural key of a delivery: ``<notification>:<channel>``, and the level of a reminder."""
    return fitting(f"{notification}:{channel}" + (f":{level}" if level else ""))


def after(
    outcome: Outcome, *, attempts: int, now: datetime, another: bool = False
) -> tuple[DeliveryState, datetime | None]:
    """The state after ``attempts`` attempts, the last with ``outcome``; and when to try again.

    ``another`` channel that can take over makes it hurry.
    """
    delays = HURRIED_DELAYS if another else RETRY_DELAYS
    if outcome.sent:
        return DeliveryState.SENT, None
    if outcome.final or attempts > len(delays):
        return DeliveryState.FAILED, None
    return DeliveryState.QUEUED, now + delays[attempts - 1]
