"""RPC about activities: breaks, sessions, staff, participants, enrolment, the day itself."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, TimeOfDay, page_of
from volunteers.contracts.shapes import (
    CommunityArgs,
    number,
    short_code,
)
from volunteers.domain.activities import (
    ActivityKind,
    SessionState,
)
from volunteers.domain.codes import VolunteerKind


def text(most: int = 200, **kwargs: Any) -> fields.String:
    """A text of 1 to ``most`` characters."""
    problem = f"has the wrong length; give 1 to {most} characters"
    return fields.String(validate=validate.Length(1, most, error=problem), **kwargs)


def maybe(**kwargs: Any) -> dict[str, Any]:
    """What may be left out."""
    return {"load_default": None, "allow_none": True, **kwargs}


class AnnounceBreak(CommunityArgs):
    """School is closed from ``starts_on`` to ``ends_on``, both included."""

    code = short_code(required=True)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(required=True)


class BreakView(Schema):
    """A break of the school."""

    id = Id()
    community = fields.String()
    starts_on = LocalDate()
    ends_on = LocalDate()


class PlanActivity(CommunityArgs):
    """Plan an activity. ``host``: code of the association; ``break``: of the school's break, whose
    days it takes; ``rule``: a recurrence rule (RFC 5545), without it there is one session.

    ``ratio``: children per adult. ``collects_until``: until then wishes are collected only.
    """

    code = short_code(required=True)
    kind = Code(ActivityKind, required=True)
    title = text(required=True)
    host = short_code(**maybe())
    break_code = short_code(data_key="break", **maybe())
    rule = text(**maybe())
    starts_on = LocalDate(**maybe())
    ends_on = LocalDate(**maybe())
    start = TimeOfDay(required=True)
    end = TimeOfDay(required=True)
    place = text(required=True)
    capacity = number(1, 10_000, required=True)
    ratio = number(1, 100, **maybe())
    age_from = number(0, 120, **maybe())
    age_until = number(0, 120, **maybe())
    collects_until = LocalDate(**maybe())


class ActivityView(Schema):
    """An activity."""

    id = Id()
    community = fields.String()
    kind = Code(ActivityKind)
    title = fields.String()
    host = Id(attribute="host_id", allow_none=True)
    break_id = Id(data_key="break", allow_none=True)
    rule = fields.String(allow_none=True)
    starts_on = LocalDate()
    ends_on = LocalDate(allow_none=True)
    start = fields.String()
    end = fields.String()
    place = fields.String()
    capacity = fields.Integer()
    ratio = fields.Integer(allow_none=True)
    age_from = fields.Integer(allow_none=True)
    age_until = fields.Integer(allow_none=True)
    collects_until = LocalDate(allow_none=True)
    version = fields.Integer()


class ActivityArgs(Schema):
    """One activity."""

    activity = Id(required=True)


class FindActivities(PageArgs, CommunityArgs):
    """Activities of a community, the latest first."""

    kind = Code(ActivityKind, **maybe())
    host = Id(**maybe())


class SessionsAnnounced(Schema):
    """How many sessions were announced just now."""

    announced = fields.Integer()


class SessionArgs(Schema):
    """One session."""

    session = Id(required=True)


class ChangeSession(SessionArgs):
    """Another place, more or fewer places."""

    place = text(**maybe())
    capacity = number(1, 10_000, **maybe())


class SessionView(Schema):
    """A session in figures; ``free`` places by room and by the adults there."""

    id = Id()
    community = fields.String()
    activity = Id(attribute="activity_id")
    kind = Code(ActivityKind)
    title = fields.String()
    on = LocalDate()
    start = fields.String()
    end = fields.String()
    place = fields.String()
    capacity = fields.Integer()
    ratio = fields.Integer(allow_none=True)
    state = Code(SessionState)
    states = fields.Dict(keys=fields.String(), values=fields.Integer())
    held = fields.Integer()
    waiting = fields.Integer()
    free = fields.Integer()
    adults = fields.Integer()
    adults_needed = fields.Integer()
    staff = fields.List(Id())
    version = fields.Integer()


class FindSessions(PageArgs):
    """Sessions of a community in a period of local dates, both included."""

    community = Community(required=True)
    since = LocalDate(required=True, data_key="from")
    until = LocalDate(required=True)
    activity = Id(**maybe())
    state = Code(SessionState, **maybe())


class StaffArgs(SessionArgs):
    """A volunteer who looks after a session."""

    volunteer = Id(required=True)


class FitView(Schema):
    """Somebody who may look after a session."""

    id = Id()
    kind = Code(VolunteerKind)


class ReportView(Schema):
    """What became of a session; ``late``: children collected too late."""

    session = Id()
    on = LocalDate()
    state = Code(SessionState)
    attended = fields.Integer()
    left_early = fields.Integer()
    absent = fields.Integer()
    cancelled = fields.Integer()
    waiting = fields.Integer()
    late = fields.Integer()
    adults = fields.Integer()


class DayArgs(CommunityArgs):
    """One local day."""

    day = LocalDate(required=True)


class DayReport(Schema):
    """The day's sessions, and their sum."""

    day = LocalDate()
    sessions = fields.List(fields.Nested(ReportView))
    attended = fields.Integer()
    absent = fields.Integer()
    late = fields.Integer()


ActivityPage = page_of(ActivityView)
SessionPage = page_of(SessionView)
