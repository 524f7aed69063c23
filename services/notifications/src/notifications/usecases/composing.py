"""What goes out: the text of a delivery in its recipient's language, and in codes.

No name but the recipient's own: what leaves the system stays in others' hands for years.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import queries, texts
from notifications.channels import Letter
from notifications.domain.codes import ChannelCode
from notifications.models import Delivery, Notification, StaffMember
from notifications.usecases.links import Links

GROUPED = "grouped"
"""The text that lists alike alerts."""


def content(
    session: Session, told: Notification, locale: str
) -> tuple[str, Mapping[str, Any], str | None]:
    """Template, data and own source of a notification; alike alerts are listed."""
    if told.alerts <= 1:
        return told.template, told.data, queries.template_source(session, told.template, locale)
    listed = [
        {"template": told.template, "data": each.data} for each in queries.listed(session, told)
    ]
    data = {**told.data, "count": told.alerts, "listed": listed}
    return GROUPED, data, queries.template_source(session, GROUPED, locale)


def letter(
    session: Session, row: Delivery, member: StaffMember, *, at: datetime, links: Links
) -> Letter:
    """The letter that a delivery carries."""
    told = queries.notification(session, row.notification)
    template, data, source = content(session, told, member.locale)
    text = texts.write_or_fall_back(template, member.locale, data, fallback=told.id, source=source)
    mail = row.channel is ChannelCode.EMAIL
    envelope = {"greeted": member.name or "", "text": text.body, "desk_url": links.desk}
    body = texts.write("letter", member.locale, envelope).body if mail else text.body
    return Letter(
        id=row.id,
        rule=told.rule,
        urgency=told.urgency,
        subject=text.subject,
        body=body,
        at=at,
        to_name=member.name,
        to_address=address(member, row.channel),
        locale=member.locale,
        desk=links.desk,
        acknowledge=links.acknowledge(session, told) if mail else "",
        unsubscribe=links.unsubscribe(session, member.id) if mail else "",
    )


def address(member: StaffMember, channel: ChannelCode) -> str | None:
    """Where a channel reaches a member; None where it does not."""
    if channel is ChannelCode.EMAIL:
        return member.email
    if channel is ChannelCode.SMS:
        return member.phone
    return member.addresses.get(channel)
