"""This service's own view of events about help, and of what other systems ask for."""

from __future__ import annotations

from marshmallow import fields

from notifications.contracts.codes import Key, word
from notifications.domain.codes import (
    Severity,
    StaffRole,
    Urgency,
)
from servicekit.schemas import Code, EventData, ForeignData, Id, LocalDate


class HouseholdSeen(EventData):
    household = Id(required=True)
    status = word()


class HouseholdVerified(EventData):
    household = Id(required=True)
    valid_until = LocalDate(required=True)


class HouseholdExited(EventData):
    household = Id(required=True)
    reason = word()


class HouseholdErased(EventData):
    household = Id(required=True)


class NeedSeen(EventData):
    need = Id(required=True)
    household = Id(required=True)
    status = word()


class NeedRaised(NeedSeen):
    aid_kind = word()
    urgency = word()


class ReviewDue(EventData):
    review = Id(required=True)
    household = Id(required=True)
    due_on = LocalDate(required=True)


class ConcernRaised(EventData):
    concern = Id(required=True)
    household = Id(required=True)
    urgency = word()


class ReferralSeen(EventData):
    referral = Id(required=True)
    household = Id(required=True)


class ReferralDue(ReferralSeen):
    due_on = LocalDate(required=True)
    status = word()


class ReferralReturned(ReferralSeen):
    reason = word()


class FeedbackMismatched(EventData):
    feedback = Id(required=True)
    household = Id(required=True)
    visit = Id(required=True)
    outcome = word()


class VolunteerSeen(EventData):
    volunteer = Id(required=True)


class VolunteerUnavailable(VolunteerSeen):
    state = word()
    reason = word()
    pairings = fields.List(Id(), load_default=list)


class ClearanceExpiring(VolunteerSeen):
    clearance = Id(required=True)
    kind = word()
    expires_on = LocalDate(required=True)


class PairingSeen(VolunteerSeen):
    pairing = Id(required=True)
    need = Id(required=True)
    household = Id(required=True)
    aid_kind = word()


class PairingProposed(PairingSeen):
    backup = Id(load_default=None, allow_none=True)
    manual = fields.Boolean(load_default=False)


class PairingDeclined(PairingSeen):
    by = word()
    reason = word()


class PairingStarted(PairingSeen):
    starts_on = LocalDate(required=True)


class PairingDelegated(PairingSeen):
    backup = Id(required=True)
    until = LocalDate(load_default=None, allow_none=True)


class SilenceSeen(PairingSeen):
    silence = Id(required=True)
    level = word()


class SilenceNoticed(SilenceSeen):
    since = LocalDate(required=True)


class PairingEnded(PairingSeen):
    ended_on = LocalDate(required=True)
    reason = word()


class VisitSeen(PairingSeen):
    visit = Id(required=True)
    on = LocalDate(required=True)
    outcome = word()


class VisitMissed(VisitSeen):
    in_a_row = fields.Integer(load_default=1)


class AlertRaised(ForeignData):
    """Something needs attention. ``alert`` names this one, ``kind`` what alike ones share."""

    alert = Id(required=True)
    kind = Key(required=True)
    severity = Code(Severity, load_default=Severity.WARNING)
    about = Id(load_default=None, allow_none=True)


class NotificationRequested(ForeignData):
    """Staff shall be told of ``kind``: those in ``roles`` and those named in ``staff``, by code."""

    request = Id(required=True)
    kind = Key(required=True)
    urgency = Code(Urgency, load_default=Urgency.ROUTINE)
    roles = fields.List(Code(StaffRole), load_default=list)
    staff = fields.List(Id(), load_default=list)
    about = Id(load_default=None, allow_none=True)
    due_on = LocalDate(load_default=None, allow_none=True)
