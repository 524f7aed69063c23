"""People are erased: what identifies them goes with their key, what is counted stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict
from servicekit.privacy import destroy_key, require_eraser
from volunteers.domain.activities import FOR_CHILDREN, EnrolmentState
from volunteers.domain.codes import VolunteerState
from volunteers.domain.matching import considers, erase_inputs
from volunteers.domain.services import OPEN
from volunteers.models import (
    Activity,
    ActivitySession,
    Base,
    Enrolment,
    Lesson,
    MatchRun,
    Member,
    NeedCopy,
    Pairing,
    Participant,
    Question,
    ServiceRequest,
    TopUp,
    Visit,
    Volunteer,
)
from volunteers.queries.lookup import local_day, one
from volunteers.queries.people import describe
from volunteers.usecases.needs import close_need

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
        require_eraser(actor)
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
        require_eraser(actor)
        if volunteer.state != VolunteerState.LEFT:
            raise Conflict(f"{volunteer.id} is {volunteer.state}; release the volunteer first")
        for lesson in session.scalars(sa.select(Lesson).filter_by(volunteer_id=volunteer.id)):
            lesson.words_sealed = None
        for claim in session.scalars(sa.select(TopUp).filter_by(volunteer_id=volunteer.id)):
            claim.data_key, claim.note_sealed = b"", None
        companion = Pairing.frozen["volunteer", "companion", "id"].as_string()
        theirs = sa.or_(Pairing.volunteer_id == volunteer.id, companion == volunteer.id)
        _forget_why(session, sa.select(Pairing).where(theirs), "volunteer", volunteer.id)
        volunteer.born_by = volunteer.born_by.replace(month=12, day=31)
        volunteer.latitude = round(volunteer.latitude, 1)
        volunteer.longitude = round(volunteer.longitude, 1)
        volunteer.availability = []
        volunteer.guardian_name_sealed = volunteer.guardian_phone_sealed = None
        volunteer.identity_number_sealed = volunteer.identity_index = None
        _forget(session, volunteer, now=now, actor=actor)
        session.flush()
    return describe(volunteer, local_day(session, now))


def forget_household(session: Session, data: Mapping[str, Any], *, now: datetime) -> None:
    """The household was erased where it is kept: here its place and its words go, too.

    Whatever older news of its needs is still on its way comes too late to be kept.
    """
    for last in data["needs"]:
        close_need(session, data | last, now=now)
    for copy in session.scalars(sa.select(NeedCopy).filter_by(household=data["household"])):
        if copy.facts:
            place = {name: round(copy.facts[name], 1) for name in ("latitude", "longitude")}
            copy.facts = copy.facts | place | {"slots": []}
    pairings = sa.select(Pairing).filter_by(household=data["household"])
    _forget_why(session, pairings, "need", data["household"])
    of_them = Visit.pairing_id.in_(pairings.with_only_columns(Pairing.id))
    session.execute(sa.update(Visit).where(of_them).values(data_key=None, note_sealed=None))


def _forget_why(session: Session, pairings: sa.Select[Pairing], part: str, key: str) -> None:
    """What proposals were computed from, and what was written about the choice."""
    for pairing in session.scalars(pairings):
        pairing.frozen = erase_inputs(pairing.frozen, part)
        pairing.data_key = pairing.override_reason_sealed = None
    kept = session.execute(sa.select(MatchRun.id, MatchRun.inputs)).yield_per(10)
    runs = [run for run, inputs in kept if inputs and considers(inputs, key)]
    gone = sa.update(MatchRun).where(MatchRun.id.in_(runs))
    session.execute(gone.values(inputs=None, result=None))


def _forget(
    session: Session, person: Participant | Volunteer, *, now: datetime, actor: Actor
) -> None:
    """Destroy the key, and the digests by which the same data would be known again."""
    person.name_sealed = person.phone_sealed = person.birth_date_sealed = None
    person.registration_index = ""
    destroy_key(session, person, on=local_day(session, now), now=now, actor=actor)
