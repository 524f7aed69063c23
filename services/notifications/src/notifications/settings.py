"""What this service can be told beside the settings of every service."""

from __future__ import annotations

import dataclasses
from email.utils import parseaddr

import servicekit.settings
from notifications.channels import Channel, Channels
from notifications.channels.email import Email, Server, address
from notifications.channels.inapp import InApp
from servicekit.errors import Invalid


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(servicekit.settings.Settings):
    """``smtp_url`` empty: nobody is sent e-mail. ``desk_url``: where mails say that one acts."""

    smtp_url: str = ""
    mail_from: str = "Sunshine <sunshine@localhost>"
    desk_url: str = ""
    send_seconds: float = 5.0
    names_timeout: float = 2.0

    def __post_init__(self) -> None:
        """Refuse at the start what would fail at the first mail; raises Invalid."""
        try:
            address(*parseaddr(self.mail_from))
        except ValueError:
            raise Invalid({"MAIL_FROM": ["is no mailbox; write it as Name <name@host>"]}) from None
        try:
            self.channels()
        except ValueError as error:
            raise Invalid({"SMTP_URL": [str(error)]}) from None

    def channels(self) -> Channels:
        """The channels that are switched on: fresh ones, with connections of their own."""
        used: list[Channel] = [InApp()]
        if self.smtp_url:
            used.append(Email(Server.parse(self.smtp_url), self.mail_from))
        return {channel.code: channel for channel in used}
