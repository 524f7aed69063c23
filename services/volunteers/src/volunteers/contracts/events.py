"""What volunteers publishes. A schema only grows; a breaking change is a new type, ``….v2``."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, EventData, Id, LocalDate, UtcTime
from volunteers.contracts.gifts import GIFT_EVENTS
from volunteers.contracts.projects import PROJECT_EVENTS
from volunteers.contracts.recognition_events import RECOGNITION_EVENTS
from volunteers.domain.activities import ActivityKind
from volunteers.domain.codes import (
    AbsenceReason,
    AidKind,
    ClearanceKind,
    DeclineReason,
    EndReason,
    Party,
    SilenceLevel,
    VisitState,
    VolunteerKind,
    VolunteerState,
)
from volunteers.domain.services import ServiceState


class VolunteerRegistered(EventData):
    """Somebody applied to help."""

    volunteer = Id(required=True)
    kind = Code(VolunteerKind, required=True)
    partner = Id(required=True, allow_none=True)


class VolunteerActivated(EventData):
    """A volunteer may be paired."""

    volunteer = Id(required=True)


class VolunteerUnavailable(EventData):
    """A volunteer is paused, suspended or gone; ``pairings`` are those that need somebody now."""

    volunteer = Id(required=True)
    state = Code(VolunteerState, required=True)
    reason = Code(AbsenceReason, required=True)
    pairings = fields.List(Id(), required=True)


class ClearanceExpiring(EventData):
    """A clearance runs out on ``expires_on``, its last valid day."""

    volunteer = Id(required=True)
    clearance = Id(required=True)
    kind = Code(ClearanceKind, required=True)
    expires_on = LocalDate(required=True)


class PairingData(EventData):
    """What every pairing event says."""

    pairing = Id(required=True)
    need = Id(required=True)
    household = Id(required=True)
    volunteer = Id(required=True)
    aid_kind = Code(AidKind, required=True)


class PairingProposed(PairingData):
    """A pairing waits for the coordinator. ``score`` is in points (100,000 at best)."""

    backup = Id(required=True, allow_none=True)
    score = fields.Integer(required=True)
    manual = fields.Boolean(required=True)


class PairingAccepted(PairingData):
    """The coordinator agrees; volunteer and household are asked next."""


class PairingDeclined(PairingData):
    """A pairing did not come about."""

    by = Code(Party, required=True)
    reason = Code(DeclineReason, required=True)


class PairingStarted(PairingData):
    """Volunteer and household agreed; visits begin. Said again when a paused pairing resumes."""

    starts_on = LocalDate(required=True)


class PairingDelegated(PairingData):
    """The volunteer is away and the ``backup`` comes instead, expectedly ``until`` that day.

    When the volunteer is back, ``pairing.started`` is said again.
    """

    backup = Id(required=True)
    until = LocalDate(required=True, allow_none=True)


class PairingEnded(PairingData):
    """The help ended on ``ended_on``, the last day it covers."""

    ended_on = LocalDate(required=True)
    reason = Code(EndReason, required=True)


class VisitData(PairingData):
    """What every visit event says; ``on`` is a local date."""

    visit = Id(required=True)
    on = LocalDate(required=True)
    outcome = Code(VisitState, required=True)


class VisitDone(VisitData):
    """Help was given: outcome ``done`` or ``partial``, for ``minutes``."""

    minutes = fields.Integer(required=True, strict=True)


class VisitMissed(VisitData):
    """Outcome ``missed``, ``not_home`` or ``refused``, the ``in_a_row``-th since help was given."""

    in_a_row = fields.Integer(required=True, strict=True)


class VisitUnsafe(VisitData):
    """Somebody did not feel safe: act at once."""


class SilenceData(PairingData):
    """What every event about a silence says: ``level`` is whom it concerns by now."""

    silence = Id(required=True)
    level = Code(SilenceLevel, required=True)


class SilenceNoticed(SilenceData):
    """A need has had no help since ``since``, for longer than its cadence."""

    since = LocalDate(required=True)


class SilenceEnded(SilenceData):
    """Help was given again, or is wanted no more."""


class SessionData(EventData):
    """What every event of a session says; ``on`` is a local date."""

    session = Id(required=True)
    activity = Id(required=True)
    kind = Code(ActivityKind, required=True)
    on = LocalDate(required=True)


class SessionAnnounced(SessionData):
    """Places of a session are given out from now on."""

    capacity = fields.Integer(required=True, strict=True)


class SessionUnderstaffed(SessionData):
    """Too few adults: ``endangered`` where children who have a place cannot be looked after."""

    adults = fields.Integer(required=True, strict=True)
    needed = fields.Integer(required=True, strict=True)
    endangered = fields.Boolean(required=True)


class SessionCancelled(SessionData):
    """It does not take place; so many had been ``promised`` a place."""

    promised = fields.Integer(required=True, strict=True)


class SessionDue(SessionData):
    """It is tomorrow: so many are ``expected``, and so many questions were sent ahead."""

    expected = fields.Integer(required=True, strict=True)
    questions = fields.Integer(required=True, strict=True)


class SessionClosed(SessionData):
    """It is over: who came, who did not, and how many children were collected too late."""

    attended = fields.Integer(required=True, strict=True)
    absent = fields.Integer(required=True, strict=True)
    late = fields.Integer(required=True, strict=True)


class EnrolmentOffered(EventData):
    """A party is offered places and has ``until`` then to take them."""

    party = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)
    enrolments = fields.List(Id(), required=True)
    until = UtcTime(required=True)


class PickupOverdue(EventData):
    """A session is over and nobody has collected this child: act at once."""

    enrolment = Id(required=True)
    participant = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)


class MaterialShared(EventData):
    """Something is there to be handed to the ``attended`` of a session."""

    material = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    attended = fields.Integer(required=True, strict=True)


class ServiceData(EventData):
    """What every event of a teacher's request says; it shall be done by ``due_on``."""

    request = Id(required=True)
    item = Id(required=True)
    due_on = LocalDate(required=True)


class ServiceRequested(ServiceData):
    """A teacher asks for an administrative service."""


class ServiceAssigned(ServiceData):
    """``staff`` sees to it."""

    staff = fields.List(Id(), required=True)


class ServiceOverdue(ServiceData):
    """It should have been done; ``staff`` sees to it, if anybody does."""

    state = Code(ServiceState, required=True)
    staff = fields.List(Id(), required=True)


class ServiceDone(ServiceData):
    """It is done; ``late`` where that was after the day promised."""

    late = fields.Boolean(required=True)


class ServiceRated(ServiceData):
    """How the teacher found it, from 1 to 5."""

    rating = fields.Integer(required=True, strict=True)


PUBLISHED: dict[str, type[EventData]] = {
    "volunteer.registered": VolunteerRegistered,
    "volunteer.activated": VolunteerActivated,
    "volunteer.unavailable": VolunteerUnavailable,
    "clearance.expiring": ClearanceExpiring,
    "pairing.proposed": PairingProposed,
    "pairing.accepted": PairingAccepted,
    "pairing.declined": PairingDeclined,
    "pairing.started": PairingStarted,
    "pairing.delegated": PairingDelegated,
    "pairing.ended": PairingEnded,
    "visit.done": VisitDone,
    "visit.missed": VisitMissed,
    "visit.unsafe": VisitUnsafe,
    "silence.noticed": SilenceNoticed,
    "silence.ended": SilenceEnded,
    "session.announced": SessionAnnounced,
    "session.understaffed": SessionUnderstaffed,
    "session.cancelled": SessionCancelled,
    "session.due": SessionDue,
    "session.closed": SessionClosed,
    "material.shared": MaterialShared,
    "enrolment.offered": EnrolmentOffered,
    "pickup.overdue": PickupOverdue,
    **RECOGNITION_EVENTS,
    **GIFT_EVENTS,
    **PROJECT_EVENTS,
    "service.requested": ServiceRequested,
    "service.assigned": ServiceAssigned,
    "service.overdue": ServiceOverdue,
    "service.done": ServiceDone,
    "service.rated": ServiceRated,
}
