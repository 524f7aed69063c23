"""Places that are free go to those who wait, by themselves and in a fair order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from servicekit.outbox import publish
from volunteers.domain.activities import (
    ENROLMENT,
    FOR_CHILDREN,
    HELD,
    CancelReason,
    EnrolmentState,
    places,
)
from volunteers.domain.waiting import Party, decide
from volunteers.models import ActivitySession, Enrolment
from volunteers.queries.activities import adults, enrolments, is_open, moment


def promote(session: Session, row: ActivitySession, *, now: datetime, offer_hours: int) -> int:
    """Take back offers nobody answered, then offer what is free; how many got a place.

    The caller holds the session's row, so that no place is given twice.
    """
    session.flush()
    rows = enrolments(session, row.id)
    _expire(rows, now)
    parties = _parties(each for each in rows if each.state is EnrolmentState.WAITLISTED)
    if not parties or not is_open(session, row, now):
        return 0
    held = sum(1 for each in rows if each.state in HELD)
    free = places(row.capacity, row.ratio, adults(session, row)) - held
    decision = decide(map(_seen, parties.values()), free)
    for each in decision.passed:
        for enrolment in parties[each.key]:
            enrolment.passed += 1
            enrolment.version += 1
    for each in decision.offered:
        _offer(session, row, parties[each.key], now=now, offer_hours=offer_hours)
    session.flush()
    return sum(each.members for each in decision.offered)


def _expire(rows: Iterable[Enrolment], now: datetime) -> None:
    """Offers that were not answered in time are over."""
    for each in rows:
        due = each.state is EnrolmentState.OFFERED and each.offer_until
        if due and due <= now:
            cancel(each, CancelReason.EXPIRED)


def cancel(enrolment: Enrolment, reason: CancelReason) -> None:
    """Give up a place, or the wish for one."""
    move(enrolment, EnrolmentState.CANCELLED)
    enrolment.reason, enrolment.live = reason, False


def move(enrolment: Enrolment, state: EnrolmentState) -> None:
    """Take a legal step."""
    ENROLMENT.check(enrolment.id, enrolment.state, state)
    enrolment.state = state
    enrolment.version += 1


def _parties(waiting: Iterable[Enrolment]) -> dict[str, list[Enrolment]]:
    found: dict[str, list[Enrolment]] = defaultdict(list)
    for each in waiting:
        found[each.party].append(each)
    return found


def _seen(members: list[Enrolment]) -> Party:
    first = members[0]
    need = max(each.need for each in members)
    return Party(first.party, len(members), need, first.enrolled_at, first.passed)


def _offer(
    session: Session,
    row: ActivitySession,
    members: list[Enrolment],
    *,
    now: datetime,
    offer_hours: int,
) -> None:
    """A place for each of a party: for a camp to be confirmed in time, else they have it."""
    until = min(now + timedelta(hours=offer_hours), moment(session, row.on, row.start))
    for each in members:
        move(each, EnrolmentState.OFFERED)
        each.offer_until = until
    if row.activity.kind not in FOR_CHILDREN:
        for each in members:
            move(each, EnrolmentState.CONFIRMED)
        return
    first = members[0]
    data = {
        "community": row.community,
        "version": first.version,
        "party": first.party,
        "session": row.id,
        "activity": row.activity_id,
        "on": row.on,
        "enrolments": [each.id for each in members],
        "until": until,
    }
    publish(
        session, "enrolment.offered", subject=first.party, version=first.version, data=data, now=now
    )
