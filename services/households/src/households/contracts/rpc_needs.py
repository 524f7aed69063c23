"""RPC about needs."""

from __future__ import annotations

from marshmallow import fields

from households.contracts.fields import ShortCode, Words, between, count
from households.domain.codes import (
    AidKind,
    CloseOutcome,
    CloseReason,
    Frequency,
    GenderWish,
    Language,
    NeedStatus,
    Service,
    Skill,
    Urgency,
)
from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of
from servicekit.schemas import slots as weekly_slots


class NeedFactsGiven(Schema):
    """What is needed. ``minutes`` per visit; times are local; ``member`` (M2) is whom it is for;
    without ``code`` the next free one is taken."""

    code = ShortCode(load_default=None)
    member = ShortCode(load_default=None)
    aid_kind = Code(AidKind, required=True)
    service = Code(Service, required=True)
    urgency = Code(Urgency, required=True)
    frequency = Code(Frequency, required=True)
    minutes = count(15, 480, required=True)
    slots = weekly_slots(required=True, validate=between(1, 50))
    skills = fields.List(Code(Skill), required=True, validate=between(0, 20))
    languages = fields.List(Code(Language), required=True, validate=between(0, 10))
    grade = count(1, 12, load_default=None)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(load_default=None)
    note = Words(2000, load_default=None)


class RaiseNeed(NeedFactsGiven):
    """raise_need"""

    household = Id(required=True)


class ChangeNeed(Schema):
    """change_need: only the fields given are changed; null empties one that may be empty."""

    need = Id(required=True)
    service = Code(Service)
    urgency = Code(Urgency)
    frequency = Code(Frequency)
    minutes = count(15, 480)
    slots = weekly_slots(validate=between(1, 50))
    skills = fields.List(Code(Skill), validate=between(0, 20))
    languages = fields.List(Code(Language), validate=between(0, 10))
    grade = count(1, 12, allow_none=True)
    starts_on = LocalDate()
    ends_on = LocalDate(allow_none=True)
    note = Words(2000, allow_none=True)


class NeedRef(Schema):
    """get_need, resume_need"""

    need = Id(required=True)


class CloseNeed(NeedRef):
    """close_need: ``suspended`` may be resumed, the other outcomes are final."""

    outcome = Code(CloseOutcome, required=True)
    reason = Code(CloseReason, required=True)


class FindNeeds(PageArgs):
    """find_needs"""

    community = Community(required=True)
    status = Code(NeedStatus, load_default=None)
    aid_kind = Code(AidKind, load_default=None)


class NeedView(Schema):
    """A need without its note, which is personal. ``pairing`` serves it now."""

    id = Id()
    community = Community()
    household = Id()
    code = ShortCode()
    member = Id(allow_none=True)
    status = Code(NeedStatus)
    aid_kind = Code(AidKind)
    service = Code(Service)
    urgency = Code(Urgency)
    frequency = Code(Frequency)
    minutes = fields.Integer()
    slots = weekly_slots()
    skills = fields.List(Code(Skill))
    languages = fields.List(Code(Language))
    grade = fields.Integer(allow_none=True)
    gender = Code(GenderWish)
    minors_welcome = fields.Boolean()
    involves_minor = fields.Boolean()
    raised_on = LocalDate()
    starts_on = LocalDate()
    ends_on = LocalDate(allow_none=True)
    pairing = Id(allow_none=True)
    close_reason = Code(CloseReason, allow_none=True)
    announced = fields.Boolean()
    version = fields.Integer()


NeedPage = page_of(NeedView)
