"""The inbox: what is stored has arrived."""

from __future__ import annotations

from notifications.channels import Letter
from notifications.domain.codes import ChannelCode, DeliveryState
from notifications.domain.deliveries import Outcome
from notifications.domain.rules import Person


class InApp:
    """Nothing is carried anywhere: members read the notification itself."""

    code = ChannelCode.INAPP
    starts_as = DeliveryState.SENT

    def reaches(self, person: Person) -> bool:
        return True

    def send(self, letter: Letter) -> Outcome:
        return Outcome()

    def close(self) -> None:
        pass
