"""Deliveries that are due: claim one, hand it over, note what came of it.

Three steps, because nothing is held in the database while the network is waited for. A sender that
dies in between leaves a lease behind; when it runs out another one sends the letter again, under
the same Message-ID.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications import queries, texts
from notifications.channels import Channels, Letter
from notifications.domain.codes import ChannelCode, DeliveryState, FailureReason
from notifications.domain.deliveries import LEASE, Outcome, after
from notifications.models import Delivery, Notification
from servicekit.outbox import publish
from servicekit.telemetry import log

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours for now, with all that its letter needs."""

    delivery: str
    channel: ChannelCode
    attempt: int
    notification: Notification = field(repr=False)
    locale: str
    name: str | None = field(repr=False)
    address: str | None = field(repr=False)


def send_due(
    transaction: Transaction,
    channels: Channels,
    *,
    limit: int,
    clock: Callable[[], datetime],
    desk_url: str = "",
) -> dict[str, int]:
    """Send up to ``limit`` deliveries that are due, each in transactions of its own.

    Stops early where a server cannot be used: the others would only lose their tries to it.
    Returns how many were sent, failed for good and postponed.
    """
    done: Counter[str] = Counter(sent=0, failed=0, postponed=0)
    try:
        while done.total() < limit:
            with transaction() as session:
                claim = claim_next(session, channels, now=clock())
            if claim is None:
                break
            outcome = channels[claim.channel].send(write(claim, at=clock(), desk_url=desk_url))
            with transaction() as session:
                done[record(session, claim, outcome, now=clock())] += 1
            if outcome.reason is FailureReason.UNREACHABLE:
                break
    finally:
        for channel in channels.values():
            channel.close()
    return dict(done)


def claim_next(session: Session, channels: Iterable[ChannelCode], *, now: datetime) -> Claim | None:
    """Take the next due delivery, so that no other sender does before the lease runs out."""
    row = queries.next_due(session, channels, now)
    if row is None:
        return None
    row.state = DeliveryState.SENDING
    row.next_at = now + LEASE
    row.attempts += 1
    member = queries.member(session, row.recipient)
    return Claim(
        delivery=row.id,
        channel=row.channel,
        attempt=row.attempts,
        notification=queries.notification(session, row.notification),
        locale=member.locale,
        name=member.name,
        address=member.email,
    )


def write(claim: Claim, *, at: datetime, desk_url: str) -> Letter:
    """The letter in the recipient's language, in codes: no name but the recipient's own."""
    told = claim.notification
    text = texts.write_or_fall_back(told.template, claim.locale, told.data, fallback=told.id)
    envelope = {"greeted": claim.name or "", "text": text.body, "desk_url": desk_url}
    return Letter(
        id=claim.delivery,
        rule=told.rule,
        urgency=told.urgency,
        subject=text.subject,
        body=texts.write("letter", claim.locale, envelope).body,
        at=at,
        to_name=claim.name,
        to_address=claim.address,
    )


def record(session: Session, claim: Claim, outcome: Outcome, *, now: datetime) -> str:
    """Note what came of a claim; a delivery that is given up is announced.

    Returns ``sent``, ``failed`` or ``postponed``.
    """
    row = session.get_one(Delivery, claim.delivery, with_for_update=True)
    state, next_at = after(outcome, attempts=claim.attempt, now=now)
    if row.attempts == claim.attempt or outcome.sent:  # else another sender has it by now
        row.state, row.next_at, row.last_error = state, next_at, outcome.text
        row.message_id = outcome.message_id
        row.sent_at = now if outcome.sent else None
        if state is DeliveryState.FAILED:
            _announce_failure(session, row, outcome, now)
    log.info(
        "delivery", delivery=row.id, state=state.value, attempt=claim.attempt, error=outcome.text
    )
    return {DeliveryState.SENT: "sent", DeliveryState.FAILED: "failed"}.get(state, "postponed")


def _announce_failure(session: Session, row: Delivery, outcome: Outcome, now: datetime) -> None:
    row.version += 1
    data: Mapping[str, Any] = {
        "community": row.community,
        "version": row.version,
        "delivery": row.id,
        "notification": row.notification,
        "channel": row.channel,
        "reason": outcome.reason,
    }
    publish(
        session, "delivery.failed", subject=row.id, version=row.version, data=dict(data), now=now
    )
