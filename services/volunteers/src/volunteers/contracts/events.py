"""What volunteers publishes. A schema only grows; a breaking change is a new type, ``….v2``."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, EventData, Id, LocalDate
from volunteers.contracts.gifts import GIFT_EVENTS
from volunteers.contracts.project_events import PROJECT_EVENTS
from volunteers.contracts.recognition_events import RECOGNITION_EVENTS
from volunteers.contracts.services import SERVICE_EVENTS
from volunteers.contracts.sessions import SESSION_EVENTS
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


class VolunteerRegistered(EventData):
    """Somebody applied to help."""

    volunteer = Id(required=True)
    kind = Code(VolunteerKind, required=True)
    partner = Id(required=True, allow_none=True)


class VolunteerActivated(EventData):
    """A volunteer may be paired."""

    volunteer = Id(required=True)


class VolunteerUnavailable(EventData):
    """A volunteer is paused, suspended, lapsed or gone; ``pairings`` need somebody now."""

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
    **RECOGNITION_EVENTS,
    **SESSION_EVENTS,
    **SERVICE_EVENTS,
    **GIFT_EVENTS,
    **PROJECT_EVENTS,
}
