"""Enrolment: who wishes to come, is offered a place, takes it or gives it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from volunteers.domain.activities import (
    FOR_CHILDREN,
    EnrolmentState,
    SessionState,
    age_problem,
    need_of,
)
from volunteers.models import ActivitySession, Enrolment, Participant
from volunteers.queries.activities import locked, moment, party_of
from volunteers.queries.lookup import local_day, one, present
from volunteers.usecases.promoting import cancel, move, promote


def enrol(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, offer_hours: int
) -> list[Enrolment]:
    """Wish for a place in a session; ``together``: places for all of them or for none yet.

    Whoever is enrolled already stays as they are.
    """
    row = locked(session, data["session"])
    if row.state is not SessionState.ANNOUNCED or now >= moment(session, row.on, row.start):
        raise Conflict(f"session {row.id} takes nobody now; choose one that is announced")
    people = [present(session, Participant, key) for key in sorted(set(data["participants"]))]
    _refuse(session, row, people, together=data["together"], now=now)
    known = _known(session, row.id, [each.id for each in people])
    new = [each for each in people if each.id not in known]
    groups = [new] if data["together"] else [[each] for each in new]
    made = [each for group in groups if group for each in _add(session, row, group, now)]
    promote(session, row, now=now, offer_hours=offer_hours)
    return sorted([*known.values(), *made], key=lambda each: each.id)


def _refuse(
    session: Session,
    row: ActivitySession,
    people: Sequence[Participant],
    *,
    together: bool,
    now: datetime,
) -> None:
    problems = {each.id: text for each in people if (text := _problem(row, each, now, session))}
    if together and len(people) > row.capacity:
        problems["together"] = f"are more than the {row.capacity} places; enrol them one by one"
    if problems:
        raise Invalid({"participants": [f"{key} {text}" for key, text in problems.items()]})


def _problem(
    row: ActivitySession, person: Participant, now: datetime, session: Session
) -> str | None:
    activity = row.activity
    if person.community != row.community:
        return "is registered in another community; register them here"
    if activity.kind in FOR_CHILDREN:
        if person.consented_on is None or person.consented_on > local_day(session, now):
            return "has no guardian's consent; register it first"
        if not any(each.revoked_on is None for each in person.pick_ups):
            return "has nobody who may collect them; add a pick-up first"
    if person.born_by is None:
        return None if activity.age_from is None else "has no birth date; register it first"
    return age_problem(person.born_by, row.on, activity.age_from, activity.age_until)


def _known(session: Session, key: str, people: Sequence[str]) -> dict[str, Enrolment]:
    wanted = sa.select(Enrolment).where(
        Enrolment.session_id == key, Enrolment.participant_id.in_(people), Enrolment.live
    )
    return {each.participant_id: each for each in session.scalars(wanted)}


def _add(
    session: Session, row: ActivitySession, people: Sequence[Participant], now: datetime
) -> list[Enrolment]:
    """A party's enrolments; the first gives it its name."""
    keys = [_next_key(session, row, each) for each in people]
    made = [
        Enrolment(
            id=key,
            community=row.community,
            session_id=row.id,
            participant_id=each.id,
            party=keys[0],
            state=EnrolmentState.WAITLISTED,
            live=True,
            need=need_of(each.grounds),
            passed=0,
            enrolled_at=now,
            late_told=False,
            version=1,
        )
        for key, each in zip(keys, people, strict=True)
    ]
    session.add_all(made)
    return made


def _next_key(session: Session, row: ActivitySession, person: Participant) -> str:
    before = sa.select(sa.func.count()).where(
        Enrolment.session_id == row.id, Enrolment.participant_id == person.id
    )
    return f"{row.id}-{person.id[13:]}-{(session.scalar(before) or 0) + 1}"


def confirm_enrolment(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> list[Enrolment]:
    """The guardians take the places that their party was offered."""
    enrolment, _ = _held(session, data["enrolment"])
    if enrolment.state is EnrolmentState.OFFERED and _over(enrolment, now):
        raise Conflict(f"the offer of {enrolment.id} has run out; enrol them again")
    party = party_of(session, enrolment)
    if not all(each.state is EnrolmentState.CONFIRMED for each in party) or not party:
        for each in party or [enrolment]:
            move(each, EnrolmentState.CONFIRMED)
    return party


def _over(enrolment: Enrolment, now: datetime) -> bool:
    return enrolment.offer_until is not None and enrolment.offer_until <= now


def cancel_enrolment(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, offer_hours: int
) -> Enrolment:
    """Give up a place, or the wish for one; for the whole party if asked. Others move up."""
    enrolment, row = _held(session, data["enrolment"])
    if enrolment.state is EnrolmentState.CANCELLED:
        return enrolment
    for each in party_of(session, enrolment) if data["whole_party"] else [enrolment]:
        cancel(each, data["reason"])
    promote(session, row, now=now, offer_hours=offer_hours)
    return enrolment


def _held(session: Session, key: str) -> tuple[Enrolment, ActivitySession]:
    """An enrolment as it is while its session is held."""
    row = locked(session, one(session, Enrolment, key).session_id)
    return one(session, Enrolment, key, lock=True), row
