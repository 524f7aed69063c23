"""Deliveries that are due: claim some, hand them over one by one, note what came of each.

Nothing is held in the database while the network is waited for. Each hand-over is noted before the
next, so a sender that dies leaves one letter in doubt: when its lease runs out another
sender takes it over and sends it again, under the same Message-ID.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Container
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from eventlet import GreenPool
from eventlet.semaphore import Semaphore
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from notifications import queries
from notifications.channels import Channel, Letter
from notifications.domain.codes import ChannelCode, Deferral, DeliveryState, FailureReason
from notifications.domain.deliveries import LEASE, RETRY_DELAYS, Outcome, after
from notifications.domain.providers import Provider
from notifications.models import Attempt, Delivery
from notifications.queries import sending as waiting
from notifications.usecases import composing, digesting
from notifications.usecases.handing_on import give_up, next_channels
from notifications.usecases.links import Links
from servicekit.db import insert_ignore
from servicekit.telemetry import failed, log
from servicekit.transactions import Execute

Transaction = Callable[[], AbstractContextManager[Session]]

BATCH = 50
READY = Outcome()
ROUND = timedelta(seconds=20)
"""A round ends well before the lease of what it claimed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until ``lease``, written as a letter, and whom it is handed to."""

    delivery: str
    attempt: int
    lease: datetime
    letter: Letter = field(repr=False)
    provider: str


@dataclass(frozen=True, slots=True)
class Sender:
    """What a round works with.

    ``noting``: statements that commit each by itself. ``working``: the channels that can take over
    from this one.
    """

    transaction: Transaction
    noting: Callable[[], AbstractContextManager[Execute]]
    channel: Channel
    working: Container[ChannelCode]
    providers: dict[str, Provider]
    clock: Callable[[], datetime]
    links: Links

    def provider(self, claim: Claim) -> Provider:
        return self.providers.setdefault(claim.provider, Provider())


def send_due(sender: Sender, *, limit: int) -> dict[str, int]:
    """Send up to ``limit`` deliveries of one channel that are due.

    Stops early where the provider cannot be used: the others would only lose their tries to it.
    Returns how many were sent, failed for good and postponed.
    """
    done: Counter[str] = Counter(sent=0, failed=0, postponed=0)
    ends = sender.clock() + ROUND
    try:
        while done.total() < limit and sender.clock() < ends:
            with sender.transaction() as session:
                claims = claim(session, sender, limit=min(BATCH, limit - done.total()))
            if not claims or not Round(sender, deque(claims), done, ends).send():
                break
    finally:
        sender.channel.close()
    return dict(done)


@dataclass
class Round:
    """What was claimed: prepared side by side, handed over and noted one by one.

    So one letter is in doubt at most when the process dies, however many are on their way.
    """

    sender: Sender
    waiting: deque[Claim]
    done: Counter[str]
    ends: datetime
    turn: Semaphore = field(default_factory=Semaphore)
    going_on: bool = True

    def send(self) -> bool:
        """Hand all of it over; False where the rest was given back."""
        with self.sender.noting() as note:
            self._work(note)
        if self.waiting:
            with self.sender.transaction() as session:
                release(session, list(self.waiting), self.sender.clock())
        return self.going_on

    def _work(self, note: Execute) -> None:
        pool = GreenPool()
        lanes = [pool.spawn(self._lane, note) for _ in range(self.sender.channel.lanes)]
        try:
            for lane in lanes:
                lane.wait()
        except BaseException:
            self.going_on = False
            pool.waitall()
            raise

    def _lane(self, note: Execute) -> None:
        while self.going_on and self.waiting:
            each = self.waiting.popleft()
            began = time.monotonic()
            ready = self.sender.channel.prepare(each.letter)
            seconds = time.monotonic() - began
            with self.turn:
                self._finish(note, each, ready, seconds)

    def _finish(self, note: Execute, each: Claim, ready: Outcome, seconds: float) -> None:
        if not self.going_on:
            self.waiting.append(each)
            return
        outcome = hand_over(self.sender, each, ready, seconds)
        if outcome.sent:
            self.done[record_sent(note, each, outcome, self.sender.clock())] += 1
        else:
            with self.sender.transaction() as session:
                self.done[record_failed(session, self.sender, each, outcome)] += 1
        over = self.sender.clock() >= self.ends
        self.going_on = outcome.reason is not FailureReason.UNREACHABLE and not over


def claim(session: Session, sender: Sender, *, limit: int) -> list[Claim]:
    """Take deliveries that are due, so that no other sender does before the lease runs out.

    Whose provider is put aside, or has had its share for this minute, is put off or goes on to the
    next channel.
    """
    now, claims = sender.clock(), []
    rows = waiting.next_due(session, sender.channel.code, now, limit)
    if not rows:
        return []  # as in nearly every round
    waiting.load_told(session, rows)
    with session.no_autoflush:  # what is put off is written in one go
        for row in rows:
            each = _written(session, sender, row, now)
            if each and not _put_off(session, sender, row, each, now):
                claims.append(each)
    mine = Delivery.id.in_([each.delivery for each in claims])
    leased = {"state": DeliveryState.SENDING, "next_at": now + LEASE}
    session.execute(update(Delivery).where(mine).values(leased))
    tries = [{"delivery": each.delivery, "number": each.attempt, "at": now} for each in claims]
    insert_ignore(session, Attempt.__table__, tries)
    return claims


def _written(session: Session, sender: Sender, row: Delivery, now: datetime) -> Claim | None:
    """The letter of a delivery; one that cannot be written waits, and holds up no other."""
    try:
        member = queries.member(session, row.recipient)
        letter = composing.letter(session, row, member, at=now, links=sender.links)
        provider = sender.channel.provider(letter.to_address or "")
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go out
        failed("delivery.unwritable", error, delivery=row.id)
        row.next_at, row.last_error = now + RETRY_DELAYS[1], "unwritable"
        return None
    return Claim(row.id, row.attempts + 1, now + LEASE, letter, provider)


def _put_off(session: Session, sender: Sender, row: Delivery, each: Claim, now: datetime) -> bool:
    aside = sender.provider(each).aside(now)
    if aside is not None:
        if not _fall_back(session, sender, row, FailureReason.UNREACHABLE, now):
            row.state, row.next_at = DeliveryState.QUEUED, aside
        return True
    share = sender.providers.setdefault(f"{each.provider} {each.letter.to_address}", Provider())
    full = share.full_until(now, sender.channel.per_minute)
    if full is not None:
        row.state, row.next_at, row.deferred_for = DeliveryState.DEFERRED, full, Deferral.RATE
        return True
    share.handed.append(now)
    return False


def hand_over(
    sender: Sender, claim: Claim, ready: Outcome = READY, seconds: float = 0.0
) -> Outcome:
    """Give the letter to its provider, and remember how the provider took it.

    ``ready`` and ``seconds``: what came of preparing it, and how long that took.
    """
    began = time.monotonic()
    outcome = sender.channel.send(claim.letter) if ready.sent else ready
    well = outcome.reason is not FailureReason.UNREACHABLE
    seconds += time.monotonic() - began
    sender.provider(claim).answered(well=well, seconds=seconds, now=sender.clock())
    return outcome


def release(session: Session, claims: list[Claim], now: datetime) -> None:
    """Give back what was claimed and not tried."""
    found = Delivery.id.in_([each.delivery for each in claims])
    leases = {each.delivery: each.lease for each in claims}
    for row in session.scalars(select(Delivery).where(found).with_for_update()):
        if row.state is DeliveryState.SENDING and row.next_at == leases[row.id]:
            row.state, row.next_at = DeliveryState.QUEUED, now


# made once, and not by way of the ORM: this is done for each letter
_TABLE: Any = Delivery.__table__
_DONE = {
    "state": DeliveryState.SENT,
    "sent_at": bindparam("now"),
    "next_at": None,
    "last_error": None,
}
_CARRIED_SENT = sa.update(_TABLE).where(_TABLE.c.carried_by == bindparam("delivery")).values(_DONE)
_SENT = (
    sa.update(_TABLE)
    .where(_TABLE.c.id == bindparam("delivery"))
    .values(_DONE | {"attempts": bindparam("attempt"), "message_id": bindparam("message")})
)


def record_sent(execute: Execute, claim: Claim, outcome: Outcome, now: datetime) -> str:
    """Note that a letter was handed over, without a look first: sent is sent, whoever has the claim
    by now. What a digest carries has come as far."""
    if claim.letter.rule == digesting.RULE.name:
        execute(_CARRIED_SENT, {"delivery": claim.delivery, "now": now})
    own = {"attempt": claim.attempt, "message": outcome.message_id}
    execute(_SENT, {"delivery": claim.delivery, "now": now, **own})
    _tell(claim, DeliveryState.SENT, outcome)
    return "sent"


def record_failed(session: Session, sender: Sender, claim: Claim, outcome: Outcome) -> str:
    """Note a failure; the letter goes on to the next channel, or is given up.

    Returns ``failed`` or ``postponed``.
    """
    now = sender.clock()
    row = session.get_one(Delivery, claim.delivery, with_for_update=True)
    if row.state is not DeliveryState.SENDING or row.next_at != claim.lease:
        return "postponed"  # another sender has it by now
    _note_failure(session, claim, outcome, now)
    another = bool(next_channels(session, row, sender.working))
    state, row.next_at = after(outcome, attempts=claim.attempt, now=now, another=another)
    if another and sender.provider(claim).aside(now):  # it is not tried again for a while
        state, row.next_at = DeliveryState.FAILED, None
    row.state, row.attempts, row.last_error = state, claim.attempt, outcome.text
    if state is DeliveryState.FAILED and outcome.reason:
        give_up(session, sender.working, row, outcome.reason, now)
    _tell(claim, state, outcome)
    return "failed" if state is DeliveryState.FAILED else "postponed"


def _tell(claim: Claim, state: DeliveryState, outcome: Outcome) -> None:
    log.info(
        "delivery",
        delivery=claim.delivery,
        state=state.value,
        attempt=claim.attempt,
        error=outcome.text,
    )


def _note_failure(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> None:
    row = session.get_one(Attempt, (claim.delivery, claim.attempt))
    row.at, row.reason = now, outcome.reason
    row.code = None if outcome.code is None else str(outcome.code)[:40]


def _fall_back(
    session: Session, sender: Sender, row: Delivery, reason: FailureReason, now: datetime
) -> bool:
    if not next_channels(session, row, sender.working):
        return False
    row.state, row.next_at, row.last_error = DeliveryState.FAILED, None, f"{reason} aside"
    give_up(session, sender.working, row, reason, now)
    return True
