"""What is due to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from notifications.domain.codes import ChannelCode, Deferral, DeliveryState
from notifications.models import Delivery, Notification, StaffMember
from servicekit.db import UtcDateTime


def channels_due(
    session: Session, channels: Iterable[ChannelCode], now: datetime
) -> Sequence[ChannelCode]:
    """Those of the channels that have something to send now."""
    return session.scalars(_CHANNELS_DUE, {"channels": list(channels), "now": now}).all()


def next_due(
    session: Session, channel: ChannelCode, now: datetime, limit: int
) -> Sequence[Delivery]:
    """The deliveries that have waited longest for their time, locked; others pass them by.

    What waits for a digest goes with it and not by itself.
    """
    return session.scalars(
        select(Delivery)
        .where(Delivery.channel == channel, *_DUE)
        .order_by(Delivery.next_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True),
        {"now": now},
    ).all()


_DUE = (
    Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENDING)),
    Delivery.next_at <= bindparam("now", type_=UtcDateTime()),
    func.coalesce(Delivery.deferred_for, "") != Deferral.DIGEST.value,
)
# asked every second: made once
_CHANNELS_DUE = (
    select(Delivery.channel)
    .where(Delivery.channel.in_(bindparam("channels", expanding=True)), *_DUE)
    .distinct()
)


def load_told(session: Session, rows: Sequence[Delivery]) -> None:
    """Read what these deliveries tell, and whom, in one go; the session has it at hand then."""
    told = select(Notification).where(Notification.id.in_([row.notification for row in rows]))
    people = select(StaffMember).where(StaffMember.id.in_({row.recipient for row in rows}))
    session.info["told"] = [*session.scalars(told), *session.scalars(people)]
    session.info["sources"] = {}  # from now on, what was written for a template is read once
