"""What this service can be told beside the settings of every service."""

from __future__ import annotations

import dataclasses
from email.utils import parseaddr
from functools import cached_property

import servicekit.settings
from notifications.channels import Channel, Channels
from notifications.channels import robots as robot
from notifications.channels.email import Email, address
from notifications.channels.hooks import SignedWebhook, Sms
from notifications.channels.others import Other
from notifications.channels.smtp import Server
from notifications.domain.codes import ChannelCode
from notifications.domain.providers import Provider
from servicekit.errors import Invalid


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(servicekit.settings.Settings):
    """``smtp_url``, ``sms_url`` empty: nobody is told that way. ``desk_url``: where staff act."""

    smtp_url: str = ""
    mail_from: str = "Sunshine <sunshine@localhost>"
    wecom_url: str = "https://qyapi.weixin.qq.com"
    dingtalk_url: str = "https://oapi.dingtalk.com"
    feishu_url: str = "https://open.feishu.cn"
    sms_url: str = ""
    sms_token: str = dataclasses.field(default="", repr=False)
    apprise: bool = True
    desk_url: str = ""
    send_seconds: float = 1.0
    watch_seconds: float = 1.0
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
        """The channels that carry letters outside: fresh ones, with connections of their own."""
        used: list[Channel] = [
            robot.wecom(self.wecom_url),
            robot.dingtalk(self.dingtalk_url),
            robot.feishu(self.feishu_url),
            SignedWebhook(),
        ]
        if self.smtp_url:
            used.append(Email(Server.parse(self.smtp_url), self.mail_from))
        if self.sms_url:
            used.append(Sms(self.sms_url, self.sms_token))
        if self.apprise:
            used.append(Other())
        return {channel.code: channel for channel in used}

    @cached_property
    def working(self) -> frozenset[ChannelCode]:
        """The ways that are switched on, the inbox among them."""
        return frozenset({ChannelCode.INAPP, *self.channels()})

    @cached_property
    def providers(self) -> dict[str, Provider]:
        """What this process has learned of providers: who is put aside, who had their share."""
        return {}
