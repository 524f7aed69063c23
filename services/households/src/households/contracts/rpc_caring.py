"""RPC about concerns and referrals."""

from __future__ import annotations

from marshmallow import fields

from households.contracts.fields import Words
from households.domain.caring import (
    Basis,
    ConcernKind,
    ConcernOutcome,
    ConcernStatus,
    Profession,
    ReferralOutcome,
    ReferralStatus,
    ReturnReason,
)
from households.domain.codes import Urgency
from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of


class RaiseConcern(Schema):
    """raise_concern: about a household, perhaps about one of its needs, seen perhaps on a visit."""

    household = Id(required=True)
    need = Id(load_default=None)
    visit = Id(load_default=None)
    kind = Code(ConcernKind, required=True)
    urgency = Code(Urgency, load_default=Urgency.SOON)
    note = Words(2000, load_default=None)


class ConcernRef(Schema):
    """get_concern"""

    concern = Id(required=True)


class RevealConcern(ConcernRef):
    """reveal_concern: ``purpose`` is written down with who has read it."""

    purpose = Words(200, required=True)


class CloseConcern(ConcernRef):
    """close_concern: without a referral, or instead of another."""

    outcome = Code(ConcernOutcome, required=True)


class RequestReferral(ConcernRef):
    """request_referral: it must be accepted within 1, 3 or 10 days, as urgent as the concern is."""

    profession = Code(Profession, required=True)


class ReferralRef(Schema):
    """get_referral, accept_referral"""

    referral = Id(required=True)


class ConsentReferral(ReferralRef):
    """consent_referral: who agreed, or the duty to report; and when."""

    basis = Code(Basis, required=True)
    on = LocalDate(required=True)


class ReturnReferral(ReferralRef):
    """return_referral: the concern is open again."""

    reason = Code(ReturnReason, required=True)


class CloseReferral(ReferralRef):
    """close_referral: the concern is closed with it."""

    outcome = Code(ReferralOutcome, required=True)


class FindConcerns(PageArgs):
    """find_concerns"""

    community = Community(required=True)
    status = Code(ConcernStatus, load_default=None)


class FindReferrals(PageArgs):
    """find_referrals: ``live`` ones wait for somebody or are at work."""

    community = Community(required=True)
    live = fields.Boolean(load_default=None)


class AnnounceReferrals(Schema):
    """announce_referrals: those that nobody has accepted in time, as of ``today``."""

    community = Community(load_default=None)
    today = LocalDate(load_default=None)


class ConcernView(Schema):
    """A concern without what it says. ``kind`` is null for who only may know where it stands."""

    id = Id()
    community = Community()
    household = Id()
    need = Id(allow_none=True)
    visit = Id(allow_none=True)
    kind = Code(ConcernKind, allow_none=True)
    urgency = Code(Urgency)
    status = Code(ConcernStatus)
    raised_on = LocalDate()
    outcome = Code(ConcernOutcome, allow_none=True)
    referral = Id(allow_none=True)
    version = fields.Integer()


class RevealedConcern(Schema):
    """What a concern says."""

    concern = Id()
    kind = Code(ConcernKind)
    note = fields.String(allow_none=True)


class ReferralView(Schema):
    """Where a referral stands."""

    id = Id()
    community = Community()
    concern = Id()
    household = Id()
    profession = Code(Profession)
    status = Code(ReferralStatus)
    requested_on = LocalDate()
    due_on = LocalDate()
    overdue = fields.Boolean()
    basis = Code(Basis, allow_none=True)
    consented_on = LocalDate(allow_none=True)
    accepted_by = Id(allow_none=True)
    return_reason = Code(ReturnReason, allow_none=True)
    outcome = Code(ReferralOutcome, allow_none=True)
    version = fields.Integer()


ConcernPage = page_of(ConcernView)
ReferralPage = page_of(ReferralView)
