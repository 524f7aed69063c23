"""What volunteers reads of the households service's events: only the fields it uses."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from servicekit.schemas import Code, EventData, ForeignData, Id, LocalDate, slots
from volunteers.contracts.shapes import short_code
from volunteers.domain.codes import AidKind, Frequency, Language, NeedStatus, Skill, Urgency


class NeedSeen(EventData):
    """A need as ``need.raised`` and ``need.changed`` tell it. ``minutes`` is one visit's length."""

    need = Id(required=True)
    household = Id(required=True)
    aid_kind = Code(AidKind, required=True)
    service = fields.String(required=True)
    urgency = Code(Urgency, required=True)
    raised_on = LocalDate(required=True)
    frequency = Code(Frequency, required=True)
    minutes = fields.Integer(required=True, validate=validate.Range(1, 1440))
    slots = slots(required=True)
    skills = fields.List(Code(Skill), required=True)
    languages = fields.List(Code(Language), required=True)
    involves_minor = fields.Boolean(required=True)
    grade = fields.Integer(load_default=None, allow_none=True)
    gender = fields.String(load_default="any", validate=validate.OneOf(("any", "female", "male")))
    minors_welcome = fields.Boolean(load_default=True)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(load_default=None, allow_none=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    status = Code(NeedStatus, required=True)


class NeedClosed(EventData):
    """A need that is no longer open: met, withdrawn, referred or suspended."""

    need = Id(required=True)
    household = Id(required=True)
    status = Code(NeedStatus, required=True)


class LastOfNeed(Schema):
    """The last that is told of a need."""

    class Meta:
        unknown = EXCLUDE

    need = Id(required=True)
    status = Code(NeedStatus, required=True)
    version = fields.Integer(required=True)


class HouseholdErased(EventData):
    """Nobody shall know any more who a household was, and what it needed."""

    household = Id(required=True)
    needs = fields.List(fields.Nested(LastOfNeed), required=True)


class FeedbackMismatched(EventData):
    """A household contradicts what was reported of a visit."""

    visit = Id(required=True)


class BreakAnnounced(ForeignData):
    """School is closed from ``starts_on`` to ``ends_on``; said again, it has been moved."""

    code = short_code(data_key="break", required=True)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(required=True)


CONSUMED: dict[str, type[ForeignData]] = {
    "need.raised": NeedSeen,
    "need.changed": NeedSeen,
    "need.closed": NeedClosed,
    "household.erased": HouseholdErased,
    "feedback.mismatched": FeedbackMismatched,
    "break.announced": BreakAnnounced,
}
