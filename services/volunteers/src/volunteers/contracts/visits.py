"""RPC about visits and hours."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs, number
from volunteers.domain.codes import (
    AidKind,
    HoursDoubt,
    HoursState,
    VisitState,
)
from volunteers.domain.states import OUTCOMES


class PlanVisits(CommunityArgs):
    """Plan visits up to and including the local date ``until``."""

    until = LocalDate(required=True)


class Withheld(Schema):
    """A pairing without visits from ``on`` until it is safe again, and why: problem; remedy."""

    pairing = Id()
    on = LocalDate()
    reasons = fields.List(fields.String())


class Planned(Schema):
    """How many visits were planned just now, and where planning stopped for safety."""

    planned = fields.Integer()
    withheld = fields.List(fields.Nested(Withheld))


class LogVisit(Schema):
    """What became of a visit; ``minutes`` of help given, the planned ones if left out."""

    visit = Id(required=True)
    outcome = fields.Enum(
        VisitState,
        by_value=fields.String,
        required=True,
        validate=validate.OneOf(
            OUTCOMES, error=f"cannot be logged; choose one of: {', '.join(OUTCOMES)}"
        ),
    )
    minutes = number(1, 1440, load_default=None, allow_none=True)
    note = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=2000, error="is too long; give at most 2000 characters"),
    )


class VisitView(Schema):
    """A visit: local date and times of day; ``minutes`` planned, ``minutes_done`` given."""

    id = Id()
    community = fields.String()
    pairing = Id(attribute="pairing_id")
    need = Id(attribute="pairing.need_id")
    household = Id(attribute="pairing.household")
    volunteer = Id(attribute="visitor_id")
    aid_kind = Code(AidKind, attribute="pairing.aid_kind")
    on = LocalDate()
    start = fields.String()
    end = fields.String()
    minutes = fields.Integer()
    state = Code(VisitState)
    minutes_done = fields.Integer(allow_none=True)
    version = fields.Integer()


class Period(Schema):
    """Local dates, both included. ``from`` and ``until`` on the wire."""

    community = Community(required=True)
    since = LocalDate(required=True, data_key="from")
    until = LocalDate(required=True)


class FindVisits(PageArgs, Period):
    """Visits of a community in a period, by date and id."""

    state = Code(VisitState, load_default=None, allow_none=True)


class CloseDay(CommunityArgs):
    """Planned visits of ``day`` and earlier become missed."""

    day = LocalDate(required=True)


class DayClosed(Schema):
    """How many visits were missed, and how many fell away because their pairing rests or ended."""

    missed = fields.Integer()
    cancelled = fields.Integer()


class KindSummary(Schema):
    """Visits and minutes of help of one aid kind."""

    aid_kind = Code(AidKind)
    visits = fields.Integer()
    minutes = fields.Integer()
    states = fields.Dict(keys=fields.String(), values=fields.Integer())


class VisitsSummary(Schema):
    """Visits of a period by state and by aid kind; ``minutes`` of help given."""

    visits = fields.Integer()
    minutes = fields.Integer()
    states = fields.Dict(keys=fields.String(), values=fields.Integer())
    kinds = fields.List(fields.Nested(KindSummary))


class VerifyHours(CommunityArgs):
    """Verify what was reported for visits up to and including ``until``."""

    until = LocalDate(required=True)


class KindHours(Schema):
    """Visits with hours of one aid kind, and their minutes: all reported, and those verified."""

    aid_kind = Code(AidKind)
    visits = fields.Integer()
    reported = fields.Integer()
    verified = fields.Integer()


class HoursByKind(Schema):
    """Hours of a community by aid kind."""

    items = fields.List(fields.Nested(KindHours))


class Verified(Schema):
    """How many entries were verified just now, and their minutes."""

    verified = fields.Integer()
    minutes = fields.Integer()


class DoubtHours(Schema):
    """Dispute or reverse the hours of a visit, or of a top-up."""

    visit = Id(load_default=None, allow_none=True)
    top_up = Id(load_default=None, allow_none=True)
    reason = Code(HoursDoubt, required=True)

    @validates_schema
    def check_one(self, data: Any, **_: Any) -> None:
        if (data["visit"] is None) == (data["top_up"] is None):
            raise ValidationError("is not clear; give either a visit or a top_up", "visit")


class HoursArgs(Schema):
    """One volunteer's hours."""

    volunteer = Id(required=True)


class EntryView(Schema):
    """A line of the ledger."""

    id = Id()
    visit = Id(attribute="visit_id", allow_none=True)
    top_up = Id(attribute="top_up_id", allow_none=True)
    state = Code(HoursState)
    on = LocalDate()
    minutes = fields.Integer()
    doubt = Code(HoursDoubt, allow_none=True)
    entered_at = fields.AwareDateTime(format="iso")


class HoursView(Schema):
    """A volunteer's minutes: waiting as ``reported``, counted as ``verified``; and all entries."""

    volunteer = Id()
    reported = fields.Integer()
    verified = fields.Integer()
    entries = fields.List(fields.Nested(EntryView))


VisitPage = page_of(VisitView)
