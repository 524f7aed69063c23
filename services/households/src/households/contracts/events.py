"""Events: identifiers, codes and versions only; who needs more asks by RPC."""

from __future__ import annotations

from marshmallow import Schema, fields

from households.domain.caring import ReferralStatus, ReturnReason
from households.domain.codes import (
    AidKind,
    CloseReason,
    ExitReason,
    Frequency,
    GenderWish,
    HouseholdStatus,
    Language,
    NeedStatus,
    Service,
    Skill,
    Urgency,
)
from households.domain.feedback import FeedbackOutcome
from servicekit.schemas import Code, EventData, ForeignData, Id, LocalDate
from servicekit.schemas import slots as weekly_slots


class HouseholdRegistered(EventData):
    """A household is known. The place is rounded to 3 decimals of a degree, about 100 m."""

    household = Id(required=True)
    status = Code(HouseholdStatus, required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)


class HouseholdVerified(EventData):
    """A household is eligible until a day (included)."""

    household = Id(required=True)
    valid_until = LocalDate(required=True)


class HouseholdMoved(HouseholdRegistered):
    """A household lives elsewhere; status ``moved`` where it has left the community."""


class HouseholdExited(EventData):
    """A household is no longer served."""

    household = Id(required=True)
    reason = Code(ExitReason, required=True)


class LastOfNeed(Schema):
    """A need of which nothing more will be told; whatever has an older version is to be erased."""

    need = Id(required=True)
    status = Code(NeedStatus, required=True)
    version = fields.Integer(required=True)


class HouseholdErased(EventData):
    """Nothing is left by which the people of a household could be known; so copies go, too."""

    household = Id(required=True)
    needs = fields.List(fields.Nested(LastOfNeed), required=True)


class NeedFacts(EventData):
    """A need as it stands. ``minutes`` is per visit; ``gender`` and ``minors_welcome`` speak of the
    volunteer; times are local."""

    need = Id(required=True)
    household = Id(required=True)
    aid_kind = Code(AidKind, required=True)
    service = Code(Service, required=True)
    urgency = Code(Urgency, required=True)
    raised_on = LocalDate(required=True)
    frequency = Code(Frequency, required=True)
    minutes = fields.Integer(required=True)
    slots = weekly_slots(required=True)
    skills = fields.List(Code(Skill), required=True)
    languages = fields.List(Code(Language), required=True)
    involves_minor = fields.Boolean(required=True)
    grade = fields.Integer(required=True, allow_none=True)
    gender = Code(GenderWish, required=True)
    minors_welcome = fields.Boolean(required=True)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(required=True, allow_none=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    status = Code(NeedStatus, required=True)


class NeedRaised(NeedFacts):
    """A need is open: for the first time, or again."""


class NeedChanged(NeedFacts):
    """What is needed, where, or whom the household lets in has changed."""


class NeedClosed(EventData):
    """A need is no longer to be served: met, withdrawn, referred, or suspended for a time."""

    need = Id(required=True)
    household = Id(required=True)
    status = Code(NeedStatus, required=True)
    reason = Code(CloseReason, required=True)


class ReviewDue(EventData):
    """Somebody has to look at whether the household is still eligible."""

    review = Id(required=True)
    household = Id(required=True)
    due_on = LocalDate(required=True)


class ConcernRaised(EventData):
    """Somebody is worried about a household. About what is not said: it would tell too much."""

    concern = Id(required=True)
    household = Id(required=True)
    urgency = Code(Urgency, required=True)
    need = Id(required=True, allow_none=True)
    visit = Id(required=True, allow_none=True)


class ReferralSeen(EventData):
    """A concern is to be taken over by a professional."""

    referral = Id(required=True)
    concern = Id(required=True)
    household = Id(required=True)


class ReferralRequested(ReferralSeen):
    """Somebody shall accept it until ``due_on`` (included)."""

    urgency = Code(Urgency, required=True)
    due_on = LocalDate(required=True)


class ReferralReturned(ReferralSeen):
    """Nobody takes it on; the concern is open again."""

    reason = Code(ReturnReason, required=True)


class ReferralOverdue(ReferralSeen):
    """Nobody has accepted it in time: it waits for consent, or for a professional."""

    status = Code(ReferralStatus, required=True)
    due_on = LocalDate(required=True)


class FeedbackMismatched(EventData):
    """A household contradicts what was reported of a visit."""

    feedback = Id(required=True)
    household = Id(required=True)
    visit = Id(required=True)
    outcome = Code(FeedbackOutcome, required=True)


class VisitSeen(EventData):
    """What matters here of visit.done."""

    visit = Id(required=True)
    household = Id(required=True)
    on = LocalDate(required=True)


class PairingSeen(EventData):
    """What matters here of pairing.started and pairing.ended; ``reason`` is the latter's."""

    pairing = Id(required=True)
    need = Id(required=True)
    reason = fields.String(load_default="other")


class GiftSeen(EventData):
    """What matters here of gift.receipted."""

    need = Id(required=True)


class External(ForeignData):
    """Data of another system: it has no version, so its dates say what is newer.

    ``household`` is the household's code in the community, or its id.
    """

    household = Id(required=True)


class HouseholdCertified(External):
    """The authority certifies a low-income household."""

    certified_on = LocalDate(required=True)
    valid_until = LocalDate(required=True)
    income_stable = fields.Boolean(load_default=True)


class HouseholdDecertified(External):
    """The authority withdraws a certificate."""

    decertified_on = LocalDate(required=True)
    reason = fields.String(required=True)


PUBLISHED: dict[str, type[EventData]] = {
    "household.registered": HouseholdRegistered,
    "household.verified": HouseholdVerified,
    "household.moved": HouseholdMoved,
    "household.exited": HouseholdExited,
    "household.erased": HouseholdErased,
    "need.raised": NeedRaised,
    "need.changed": NeedChanged,
    "need.closed": NeedClosed,
    "review.due": ReviewDue,
    "concern.raised": ConcernRaised,
    "referral.requested": ReferralRequested,
    "referral.returned": ReferralReturned,
    "referral.overdue": ReferralOverdue,
    "feedback.mismatched": FeedbackMismatched,
}

CONSUMED: dict[str, type[ForeignData]] = {
    "pairing.started": PairingSeen,
    "pairing.ended": PairingSeen,
    "gift.receipted": GiftSeen,
    "visit.done": VisitSeen,
    "household.certified": HouseholdCertified,
    "household.decertified": HouseholdDecertified,
}
