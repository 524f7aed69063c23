"""Channels: the ways on which a notification reaches a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notifications.domain.codes import ChannelCode, Urgency
from notifications.domain.deliveries import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification written for one person: what a channel carries. ``id`` is the delivery's.

    ``desk`` is where the recipient acts; ``acknowledge`` and ``unsubscribe`` are links that do it
    without signing in. Each may be empty.
    """

    id: str
    rule: str
    urgency: Urgency
    subject: str
    body: str
    at: datetime
    to_name: str | None = field(repr=False)
    to_address: str | None = field(repr=False)
    locale: str = "zh-CN"
    desk: str = ""
    acknowledge: str = field(default="", repr=False)
    unsubscribe: str = field(default="", repr=False)


def known_as(delivery: str) -> str:
    """What others know a delivery by: derived, so that what is sent twice is known as the same."""
    return hashlib.sha256(delivery.encode()).hexdigest()[:32]


class Channel(Protocol):
    """One way of telling people."""

    code: ChannelCode
    per_minute: int
    """So many letters one address takes in a minute."""
    lanes: int = 1
    """So many letters are prepared side by side."""

    def provider(self, address: str) -> str:
        """Whom a letter to ``address`` is handed to: what is put aside where it fails."""

    def prepare(self, letter: Letter) -> Outcome:
        """What can be done before the letter's turn to be handed over; it may fail already."""
        return Outcome()

    def send(self, letter: Letter) -> Outcome:
        """Hand the letter over. Says what came of it and raises nothing."""

    def close(self) -> None:
        """Let go of connections; ``send`` opens them anew."""


Channels = Mapping[ChannelCode, Channel]
"""Those that carry letters outside; the inbox needs none."""
