"""People are erased: what identifies them goes with their key, what is counted stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden
from volunteers.domain.activities import FOR_CHILDREN, EnrolmentState
from volunteers.domain.codes import VolunteerState
from volunteers.domain.people import ERASERS
from volunteers.domain.services import OPEN
from volunteers.models import (
    Activity,
    ActivitySession,
    Base,
    Enrolment,
    Lesson,
    Member,
    Pairing,
    Participant,
    Question,
    ServiceRequest,
    TopUp,
    Volunteer,
)
from volunteers.queries.lookup import local_day, one
from volunteers.queries.people import describe

E = EnrolmentState
AHEAD = (E.WAITLISTED, E.OFFERED, E.CONFIRMED)
Row = TypeVar("Row", bound=Base)


def erase_participant(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Erase somebody who took part; enrolments, memberships and requests are still counted.

    Refused while something is to come. Erasing again changes nothing.
    """
    person = one(session, Participant, data["participant"], lock=True)
    if person.erased_on is None:
        _require_right(actor)
        _refuse_awaited(session, person)
        _let_go(session, person, local_day(session, now))
        person.born_by = person.consented_on = None
        person.grounds = []
        person.guardian_sealed = person.health_sealed = None
        _forget(session, person, now=now, actor=actor)
    return person


def _refuse_awaited(session: Session, person: Participant) -> None:
    ahead = sa.select(Enrolment.id).where(Enrolment.participant_id == person.id)
    there = sa.and_(Enrolment.state == E.ATTENDED, Enrolment.signed_out_at.is_(None))
    children = Activity.kind.in_(FOR_CHILDREN)
    left = ahead.join(Enrolment.session).join(ActivitySession.activity).where(there, children)
    asked = sa.select(ServiceRequest.id).where(
        ServiceRequest.participant_id == person.id, ServiceRequest.state.in_(OPEN)
    )
    waiting = [
        key
        for wanted in (ahead.where(Enrolment.state.in_(AHEAD)), left, asked)
        for key in session.scalars(wanted)
    ]
    if waiting:
        raise Conflict(
            f"{person.id} is awaited: {', '.join(waiting)}; cancel, sign out or withdraw it first",
            awaited=waiting,
        )


def _let_go(session: Session, person: Participant, today: date) -> None:
    """What others wrote down of the person, in its place."""
    for pick_up in person.pick_ups:
        pick_up.name_sealed = pick_up.phone_sealed = None
    for question in _of(session, Question, person):
        question.data_key, question.text_sealed, question.participant_id = b"", None, None
    for request in _of(session, ServiceRequest, person):
        request.data_key, request.place_sealed = b"", None
    for member in _of(session, Member, person):
        member.left_on = member.left_on or today
    for enrolment in _of(session, Enrolment, person):
        enrolment.need = 0


def _of(session: Session, model: type[Row], person: Participant) -> Sequence[Row]:
    return session.scalars(sa.select(model).filter_by(participant_id=person.id)).all()


def erase_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Erase a volunteer who left; visits, hours, stars and the days of lessons are still counted.

    Of the age the year is left, of the home a tenth of a degree: figures of the past need no more.
    """
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    if volunteer.erased_on is None:
        _require_right(actor)
        if volunteer.state != VolunteerState.LEFT:
            raise Conflict(f"{volunteer.id} is {volunteer.state}; release the volunteer first")
        for lesson in session.scalars(sa.select(Lesson).filter_by(volunteer_id=volunteer.id)):
            lesson.words_sealed = None
        for claim in session.scalars(sa.select(TopUp).filter_by(volunteer_id=volunteer.id)):
            claim.data_key, claim.note_sealed = b"", None
        for pairing in session.scalars(sa.select(Pairing).filter_by(volunteer_id=volunteer.id)):
            pairing.data_key = pairing.override_reason_sealed = None
        volunteer.born_by = volunteer.born_by.replace(month=12, day=31)
        volunteer.latitude = round(volunteer.latitude, 1)
        volunteer.longitude = round(volunteer.longitude, 1)
        volunteer.availability = []
        volunteer.guardian_name_sealed = volunteer.guardian_phone_sealed = None
        volunteer.identity_number_sealed = volunteer.identity_index = None
        _forget(session, volunteer, now=now, actor=actor)
        session.flush()
    return describe(volunteer, local_day(session, now))


def _require_right(actor: Actor) -> None:
    if actor.role not in ERASERS:
        raise Forbidden(f"{actor.id} erases nobody; ask the director or an administrator")


def _forget(
    session: Session, person: Participant | Volunteer, *, now: datetime, actor: Actor
) -> None:
    """Destroy the key, and the digests by which the same data would be known again."""
    person.data_key = b""
    person.name_sealed = person.phone_sealed = person.birth_date_sealed = None
    person.registration_index = ""
    person.erased_on = local_day(session, now)
    person.version += 1
    audit.record(
        session,
        community=person.community,
        subject=person.id,
        fields=["all"],
        purpose="erasure",
        actor=actor,
        now=now,
    )
