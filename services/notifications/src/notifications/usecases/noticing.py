"""An event has arrived: who is told?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import queries
from notifications.channels import Channel, Channels
from notifications.contracts import facts
from notifications.domain.codes import ChannelCode, DeliveryState, NotificationState
from notifications.domain.deliveries import delivery_id
from notifications.domain.rules import Happening, Notice, Person, Rule, decide, matching
from notifications.models import Delivery, Notification
from servicekit.db import insert_ignore
from servicekit.telemetry import log


def notice(
    session: Session,
    type_: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
    rules: Iterable[Rule],
    channels: Channels,
) -> list[str]:
    """Store a notification, with its deliveries, for everybody whom the rules name.

    Returns the ids of the new ones. What was told before is not told again, however often and in
    whichever order events arrive.
    """
    happening = Happening(type_, data["community"], facts(type_, data))
    notices = _notices(session, matching(rules, happening), happening, channels)
    if not notices:
        return []
    rows = [_notification(notice, happening, now) for notice in notices]
    new = set(insert_ignore(session, Notification.__table__, rows))
    deliveries = [
        _delivery(notice, channels[code], happening, now)
        for notice in notices
        if notice.id in new
        for code in notice.channels
    ]
    insert_ignore(session, Delivery.__table__, deliveries)
    return [notice.id for notice in notices if notice.id in new]


def _notices(
    session: Session, rules: list[Rule], happening: Happening, channels: Channels
) -> list[Notice]:
    if not rules:
        return []
    roles = {role for rule in rules for role in rule.roles}
    staff = queries.working_for(session, happening.community, roles)

    def reaches(code: ChannelCode, person: Person) -> bool:
        return code in channels and channels[code].reaches(person)

    notices = decide(rules, happening, staff, reaches)
    for rule in rules:
        if not any(notice.rule is rule for notice in notices):
            log.warning("notice.nobody_to_tell", rule=rule.name, community=happening.community)
    return notices


def _notification(notice: Notice, happening: Happening, now: datetime) -> dict[str, Any]:
    return {
        "id": notice.id,
        "community": happening.community,
        "rule": notice.rule.name,
        "subject": notice.subject,
        "recipient": notice.recipient,
        "template": notice.rule.template,
        "urgency": notice.rule.urgency,
        "event": happening.type,
        "data": dict(happening.data),
        "state": NotificationState.OPEN,
        "created_at": now,
    }


def _delivery(
    notice: Notice, channel: Channel, happening: Happening, now: datetime
) -> dict[str, Any]:
    arrived = channel.starts_as is DeliveryState.SENT
    return {
        "id": delivery_id(notice.id, channel.code),
        "community": happening.community,
        "notification": notice.id,
        "recipient": notice.recipient,
        "channel": channel.code,
        "state": channel.starts_as,
        "next_at": None if arrived else now,
        "sent_at": now if arrived else None,
    }
