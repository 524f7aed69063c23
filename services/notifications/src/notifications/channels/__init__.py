"""Channels: the ways on which a notification reaches a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notifications.domain.codes import ChannelCode, DeliveryState, Urgency
from notifications.domain.deliveries import Outcome
from notifications.domain.rules import Person


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification written for one person: what a channel carries. ``id`` is the delivery's."""

    id: str
    rule: str
    urgency: Urgency
    subject: str
    body: str
    at: datetime
    to_name: str | None = field(repr=False)
    to_address: str | None = field(repr=False)


class Channel(Protocol):
    """One way of telling people."""

    code: ChannelCode
    starts_as: DeliveryState
    """The state of a fresh delivery: sent where storing it is all there is to do."""

    def reaches(self, person: Person) -> bool:
        """Whether this channel can be used for ``person`` at all."""

    def send(self, letter: Letter) -> Outcome:
        """Hand the letter over. Says what came of it and raises nothing."""

    def close(self) -> None:
        """Let go of connections; ``send`` opens them anew."""


Channels = Mapping[ChannelCode, Channel]
