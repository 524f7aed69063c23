"""Events: those this service publishes, and its own view of those it hears."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import fields, validate

from notifications.domain.codes import (
    ChannelCode,
    EscalationReason,
    FailureReason,
    Severity,
    StaffRole,
    Urgency,
)
from servicekit.schemas import Code, EventData, ForeignData, Id, LocalDate, UtcTime, pattern


class NotificationAcknowledged(EventData):
    """A member of staff has taken a notification on."""

    notification = Id(required=True)
    rule = Id(required=True)
    subject = Id(required=True)
    recipient = Id(required=True)
    level = fields.Integer(strict=True, load_default=0)


class NotificationEscalated(EventData):
    """Nobody took a notification on in time: ``recipients`` are told at ``level`` (from 1 on)."""

    notification = Id(required=True)
    rule = Id(required=True)
    subject = Id(required=True)
    level = fields.Integer(required=True, strict=True)
    reason = Code(EscalationReason, required=True)
    recipients = fields.List(Id(), required=True)


class DeliveryFailed(EventData):
    """A notification could not be delivered on one channel; the inbox still shows it."""

    delivery = Id(required=True)
    notification = Id(required=True)
    channel = Code(ChannelCode, required=True)
    reason = Code(FailureReason, required=True)


PUBLISHED: dict[str, type[EventData]] = {
    "notification.acknowledged": NotificationAcknowledged,
    "notification.escalated": NotificationEscalated,
    "delivery.failed": DeliveryFailed,
}

_NOTIFICATION = "pairing-proposed:210103008001-H001-N1-A1:210103008001-S01"

SAMPLES: dict[str, dict[str, Any]] = {
    "notification.acknowledged": {
        "community": "210103008001",
        "version": 2,
        "notification": _NOTIFICATION,
        "rule": "pairing-proposed",
        "subject": "210103008001-H001-N1-A1",
        "recipient": "210103008001-S01",
        "level": 0,
    },
    "notification.escalated": {
        "community": "210103008001",
        "version": 2,
        "notification": _NOTIFICATION,
        "rule": "pairing-proposed",
        "subject": "210103008001-H001-N1-A1",
        "level": 1,
        "reason": "role",
        "recipients": ["210103008001-S09"],
    },
    "alert.raised": {
        "community": "210103008001",
        "alert": "boiler-7-20261123T0712",
        "kind": "boiler_pressure",
        "severity": "critical",
        "about": "boiler-7",
    },
    "notification.requested": {
        "community": "210103008001",
        "request": "school-2026-0417",
        "kind": "parents_evening",
        "urgency": "today",
        "roles": ["school_liaison"],
        "staff": ["S01"],
        "about": "hall-3",
        "due_on": "2026-11-27",
    },
    "delivery.failed": {
        "community": "210103008001",
        "version": 1,
        "delivery": f"{_NOTIFICATION}:email",
        "notification": _NOTIFICATION,
        "channel": "email",
        "reason": "refused",
    },
}


class Word(fields.String):
    """A code from somebody else's list. What isn't shaped like a code is left out, not passed on:
    it ends up in texts and mails, where nothing may appear that events must not carry."""

    shape = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if isinstance(value, str) and self.shape.fullmatch(value) else None


class Key(fields.String):
    """A code in the publisher's own words, ``boiler_pressure``."""

    def __init__(self, **kwargs: Any) -> None:
        check = validate.Regexp(
            Word.shape, error="is not a code; use up to 40 letters, digits and _ . -"
        )
        super().__init__(validate=check, metadata=pattern(Word.shape), **kwargs)


def _word() -> Word:
    return Word(load_default=None, allow_none=True)


class HouseholdSeen(EventData):
    household = Id(required=True)
    status = _word()


class HouseholdVerified(EventData):
    household = Id(required=True)
    valid_until = LocalDate(required=True)


class HouseholdExited(EventData):
    household = Id(required=True)
    reason = _word()


class NeedSeen(EventData):
    need = Id(required=True)
    household = Id(required=True)
    status = _word()


class NeedRaised(NeedSeen):
    aid_kind = _word()
    urgency = _word()


class ReviewDue(EventData):
    review = Id(required=True)
    household = Id(required=True)
    due_on = LocalDate(required=True)


class ConcernRaised(EventData):
    concern = Id(required=True)
    household = Id(required=True)
    urgency = _word()


class ReferralSeen(EventData):
    referral = Id(required=True)
    household = Id(required=True)


class ReferralDue(ReferralSeen):
    due_on = LocalDate(required=True)
    status = _word()


class ReferralReturned(ReferralSeen):
    reason = _word()


class FeedbackMismatched(EventData):
    feedback = Id(required=True)
    household = Id(required=True)
    visit = Id(required=True)
    outcome = _word()


class VolunteerSeen(EventData):
    volunteer = Id(required=True)


class VolunteerUnavailable(VolunteerSeen):
    state = _word()
    reason = _word()
    pairings = fields.List(Id(), load_default=list)


class ClearanceExpiring(VolunteerSeen):
    clearance = Id(required=True)
    kind = _word()
    expires_on = LocalDate(required=True)


class PairingSeen(VolunteerSeen):
    pairing = Id(required=True)
    need = Id(required=True)
    household = Id(required=True)
    aid_kind = _word()


class PairingProposed(PairingSeen):
    backup = Id(load_default=None, allow_none=True)
    manual = fields.Boolean(load_default=False)


class PairingDeclined(PairingSeen):
    by = _word()
    reason = _word()


class PairingStarted(PairingSeen):
    starts_on = LocalDate(required=True)


class PairingDelegated(PairingSeen):
    backup = Id(required=True)
    until = LocalDate(load_default=None, allow_none=True)


class SilenceSeen(PairingSeen):
    silence = Id(required=True)
    level = _word()


class SilenceNoticed(SilenceSeen):
    since = LocalDate(required=True)


class PairingEnded(PairingSeen):
    ended_on = LocalDate(required=True)
    reason = _word()


class VisitSeen(PairingSeen):
    visit = Id(required=True)
    on = LocalDate(required=True)
    outcome = _word()


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


class HoursSeen(VolunteerSeen):
    entry = Id(required=True)
    work = Id(required=True)
    visit = Id(load_default=None, allow_none=True)
    minutes = fields.Integer(load_default=None, allow_none=True)


class HoursClaimed(HoursSeen):
    evidence = _word()


class HoursReversed(HoursSeen):
    reason = _word()


class HoursFlagged(VolunteerSeen):
    flag = Id(required=True)
    kind = _word()
    on = LocalDate(required=True)


class StarReached(VolunteerSeen):
    recognition = Id(required=True)
    star = fields.Integer(required=True)


class CertificateIssued(VolunteerSeen):
    certificate = Id(required=True)


class TrainingSeen(VolunteerSeen):
    completion = Id(required=True)
    course = Id(required=True)
    valid_until = LocalDate(required=True)


class HonourAwarded(EventData):
    honour = Id(required=True)
    of = _word()
    holder = Id(required=True)
    level = _word()
    year = fields.Integer(required=True)


class SessionSeen(EventData):
    session = Id(required=True)
    activity = Id(required=True)
    kind = _word()
    on = LocalDate(required=True)


class SessionUnderstaffed(SessionSeen):
    adults = fields.Integer(required=True)
    needed = fields.Integer(required=True)
    endangered = fields.Boolean(load_default=False)


class SessionCancelled(SessionSeen):
    promised = fields.Integer(load_default=0)


class SessionClosed(SessionSeen):
    attended = fields.Integer(load_default=0)
    absent = fields.Integer(load_default=0)
    late = fields.Integer(load_default=0)


class SessionDue(SessionSeen):
    expected = fields.Integer(load_default=0)
    questions = fields.Integer(load_default=0)


class MaterialShared(EventData):
    material = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    attended = fields.Integer(load_default=0)


class EnrolmentOffered(EventData):
    party = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)
    enrolments = fields.List(Id(), load_default=list)
    until = UtcTime(required=True)


class PickupOverdue(EventData):
    enrolment = Id(required=True)
    participant = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)


class GiftSeen(EventData):
    gift = Id(required=True)
    kind = Key(required=True)


class GiftForHousehold(GiftSeen):
    need = Id(required=True)
    household = Id(required=True)


class ProjectSeen(EventData):
    project = Id(required=True)
    route = Key(required=True)
    state = Key(required=True)


class ProjectOverdue(ProjectSeen):
    due_on = LocalDate(required=True)


class ServiceSeen(EventData):
    request = Id(required=True)
    item = Id(required=True)
    due_on = LocalDate(required=True)


class ServiceOfStaff(ServiceSeen):
    state = _word()
    staff = fields.List(Id(), load_default=list)


class ServiceRated(ServiceSeen):
    rating = fields.Integer(required=True)


class ServiceDone(ServiceSeen):
    late = fields.Boolean(load_default=False)


REQUESTED: dict[str, type[ForeignData]] = {
    "alert.raised": AlertRaised,
    "notification.requested": NotificationRequested,
}
"""What other systems ask for, each on an exchange of its own."""

SERVICES = ("households", "volunteers", "notifications")
OURS: dict[str, type[EventData]] = {
    "household.registered": HouseholdSeen,
    "household.verified": HouseholdVerified,
    "household.moved": HouseholdSeen,
    "household.exited": HouseholdExited,
    "need.raised": NeedRaised,
    "need.changed": NeedRaised,
    "need.closed": NeedSeen,
    "review.due": ReviewDue,
    "concern.raised": ConcernRaised,
    "referral.requested": ReferralDue,
    "referral.returned": ReferralReturned,
    "referral.overdue": ReferralDue,
    "feedback.mismatched": FeedbackMismatched,
    "volunteer.registered": VolunteerSeen,
    "volunteer.activated": VolunteerSeen,
    "volunteer.unavailable": VolunteerUnavailable,
    "clearance.expiring": ClearanceExpiring,
    "pairing.proposed": PairingProposed,
    "pairing.accepted": PairingSeen,
    "pairing.declined": PairingDeclined,
    "pairing.started": PairingStarted,
    "pairing.delegated": PairingDelegated,
    "pairing.ended": PairingEnded,
    "visit.done": VisitSeen,
    "visit.missed": VisitMissed,
    "visit.unsafe": VisitSeen,
    "silence.noticed": SilenceNoticed,
    "silence.ended": SilenceSeen,
    "session.announced": SessionSeen,
    "session.understaffed": SessionUnderstaffed,
    "session.cancelled": SessionCancelled,
    "session.due": SessionDue,
    "session.closed": SessionClosed,
    "material.shared": MaterialShared,
    "enrolment.offered": EnrolmentOffered,
    "pickup.overdue": PickupOverdue,
    "hours.claimed": HoursClaimed,
    "hours.verified": HoursSeen,
    "hours.reversed": HoursReversed,
    "hours.flagged": HoursFlagged,
    "star.reached": StarReached,
    "certificate.issued": CertificateIssued,
    "gift.offered": GiftSeen,
    "gift.reserved": GiftForHousehold,
    "gift.delivered": GiftForHousehold,
    "gift.receipted": GiftForHousehold,
    "gift.expired": GiftSeen,
    "project.submitted": ProjectSeen,
    "project.decided": ProjectSeen,
    "project.overdue": ProjectOverdue,
    "service.requested": ServiceSeen,
    "service.assigned": ServiceOfStaff,
    "service.overdue": ServiceOfStaff,
    "service.done": ServiceDone,
    "service.rated": ServiceRated,
    "training.completed": TrainingSeen,
    "training.expiring": TrainingSeen,
    "honour.awarded": HonourAwarded,
    "notification.acknowledged": NotificationAcknowledged,
    "notification.escalated": NotificationEscalated,
    "delivery.failed": DeliveryFailed,
}
"""What the three services publish."""

CONSUMED: dict[str, type[ForeignData]] = {**OURS, **REQUESTED}
"""Event type → the fields that rules and texts may use."""


def facts(type_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of a heard event as plain JSON, dates as ISO text: what a notification keeps."""
    written: dict[str, Any] = _view(type_).dump(data)
    return written


@cache
def _view(type_: str) -> ForeignData:
    """Made once: making a schema takes longer than using it."""
    return CONSUMED[type_]()
