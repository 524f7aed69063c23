"""Which events this service hears, and what of them rules and texts may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from notifications.contracts.published import (
    DeliveryFailed,
    NotificationAcknowledged,
    NotificationEscalated,
)
from notifications.contracts.seen import (
    AlertRaised,
    ClearanceExpiring,
    ConcernRaised,
    FeedbackMismatched,
    HouseholdErased,
    HouseholdExited,
    HouseholdSeen,
    HouseholdVerified,
    NeedRaised,
    NeedSeen,
    NotificationRequested,
    PairingDeclined,
    PairingDelegated,
    PairingEnded,
    PairingProposed,
    PairingSeen,
    PairingStarted,
    ReferralDue,
    ReferralReturned,
    ReviewDue,
    SilenceNoticed,
    SilenceSeen,
    VisitMissed,
    VisitSeen,
    VolunteerSeen,
    VolunteerUnavailable,
)
from notifications.contracts.seen_programme import (
    CertificateIssued,
    EnrolmentOffered,
    GiftForHousehold,
    GiftSeen,
    HonourAwarded,
    HoursClaimed,
    HoursFlagged,
    HoursReversed,
    HoursSeen,
    MaterialShared,
    PickupOverdue,
    ProjectOverdue,
    ProjectSeen,
    ServiceDone,
    ServiceOfStaff,
    ServiceRated,
    ServiceSeen,
    SessionCancelled,
    SessionClosed,
    SessionDue,
    SessionSeen,
    SessionUnderstaffed,
    StarReached,
    TrainingSeen,
)
from servicekit.schemas import EventData, ForeignData

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
    "household.erased": HouseholdErased,
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
