"""A channel has failed somebody: the next one takes over."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import ChannelCode, DeliveryState, FailureReason
from notifications.domain.rules import UNRULED, channels_for
from notifications.domain.timing import When
from notifications.models import Delivery
from notifications.usecases.telling import delivery
from servicekit.outbox import publish


def give_up(
    session: Session,
    working: Container[ChannelCode],
    row: Delivery,
    reason: FailureReason,
    now: datetime,
) -> None:
    """A channel has failed: the next one takes over at once, and the failure is announced."""
    carried: dict[str, Any] = {"state": DeliveryState.FAILED, "last_error": row.last_error}
    for code in next_channels(session, row, working)[:1]:
        about = {"id": row.notification, "community": row.community, "recipient": row.recipient}
        another = delivery(about, code, When(now), now, row.level)
        session.add(Delivery(**another))
        carried = {"carried_by": another["id"]}
    session.execute(update(Delivery).where(Delivery.carried_by == row.id).values(carried))
    row.version += 1
    data: dict[str, Any] = {
        "community": row.community,
        "version": row.version,
        "delivery": row.id,
        "notification": row.notification,
        "channel": row.channel,
        "reason": reason,
    }
    publish(session, "delivery.failed", subject=row.id, version=row.version, data=data, now=now)


def next_channels(
    session: Session, row: Delivery, working: Container[ChannelCode]
) -> list[ChannelCode]:
    """The person's channels that this notification has not been given to yet, in their order."""
    told = queries.notification(session, row.notification)
    rule = queries.rule_of(session, told.community, told.rule)
    person = queries.person(session, row.recipient)
    tried = set(
        session.scalars(
            select(Delivery.channel).where(
                Delivery.notification == row.notification, Delivery.level == row.level
            )
        )
    )
    chosen = channels_for(rule or UNRULED, person, working)
    return [code for code in chosen if code not in tried and code is not ChannelCode.INAPP]
