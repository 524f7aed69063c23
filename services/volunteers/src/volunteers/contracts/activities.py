"""RPC about activities: breaks, sessions, staff, participants, enrolment, the day itself."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, TimeOfDay, UtcTime, page_of
from volunteers.contracts.shapes import (
    CommunityArgs,
    community_code,
    number,
    personal_name,
    short_code,
)
from volunteers.domain.activities import (
    ActivityKind,
    CancelReason,
    EnrolmentState,
    Ground,
    Relation,
    SessionState,
)


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

    community = community_code()
    since = LocalDate(required=True, data_key="from")
    until = LocalDate(required=True)
    activity = Id(**maybe())
    state = Code(SessionState, **maybe())


class StaffArgs(SessionArgs):
    """A volunteer who looks after a session."""

    volunteer = Id(required=True)


class PickUpFields(Schema):
    """Somebody who may collect a child."""

    name = personal_name(required=True)
    phone = fields.String(required=True)
    relation = Code(Relation, required=True)


class RegisterParticipant(CommunityArgs):
    """Register a pupil or a grown-up. A child needs ``birth_date``, the ``guardian``'s name and
    phone, the day of the written consent, and those who may collect it."""

    code = short_code(required=True)
    name = personal_name(required=True)
    birth_date = LocalDate(**maybe())
    phone = fields.String(**maybe())
    guardian = personal_name(**maybe())
    consented_on = LocalDate(**maybe())
    health = text(500, **maybe())
    grounds = fields.List(Code(Ground), load_default=list)
    pick_ups = fields.List(
        fields.Nested(PickUpFields), load_default=list, validate=validate.Length(max=10)
    )


class ChangeParticipant(Schema):
    """Change what is given; leave the rest."""

    participant = Id(required=True)
    birth_date = LocalDate()
    phone = fields.String(allow_none=True)
    guardian = personal_name(allow_none=True)
    consented_on = LocalDate(allow_none=True)
    health = text(500, allow_none=True)
    grounds = fields.List(Code(Ground))


class AddPickUp(PickUpFields):
    """Add somebody to a child's pick-up list."""

    participant = Id(required=True)


class PickUpArgs(Schema):
    """One line of a pick-up list."""

    pick_up = Id(required=True)


class PickUpView(Schema):
    """A line of a pick-up list, without the person."""

    id = Id()
    relation = Code(Relation)
    revoked_on = LocalDate(allow_none=True)


class ParticipantView(Schema):
    """Somebody who takes part, without personal data."""

    id = Id()
    community = fields.String()
    born_by = LocalDate(allow_none=True)
    grounds = fields.List(Code(Ground))
    consented_on = LocalDate(allow_none=True)
    pick_ups = fields.List(fields.Nested(PickUpView))
    version = fields.Integer()


class Enrol(SessionArgs):
    """Wish for a place; ``together``: these stay together, with places for all or none."""

    participants = fields.List(
        Id(), required=True, validate=validate.Length(1, 20, error="are none; give 1 to 20")
    )
    together = fields.Boolean(load_default=False)


class EnrolmentArgs(Schema):
    """One enrolment."""

    enrolment = Id(required=True)


class CancelEnrolment(EnrolmentArgs):
    """Give up a place or the wish for one; with ``whole_party`` for all who stay together."""

    reason = Code(CancelReason, load_default=CancelReason.OWN_WISH)
    whole_party = fields.Boolean(load_default=False)


class SignOut(EnrolmentArgs):
    """Somebody goes; a child with ``pick_up``, the id of somebody on its list."""

    pick_up = Id(**maybe())


class EnrolmentView(Schema):
    """An enrolment. ``need``: points by grounds; ``passed``: how often others went before."""

    id = Id()
    community = fields.String()
    session = Id(attribute="session_id")
    participant = Id(attribute="participant_id")
    party = Id()
    state = Code(EnrolmentState)
    need = fields.Integer()
    passed = fields.Integer()
    enrolled_at = UtcTime()
    offer_until = UtcTime(allow_none=True)
    reason = Code(CancelReason, allow_none=True)
    signed_in_at = UtcTime(allow_none=True)
    signed_out_at = UtcTime(allow_none=True)
    collected_by = Id(attribute="collected_by_id", allow_none=True)
    version = fields.Integer()


class FindEnrolments(PageArgs, SessionArgs):
    """Enrolments of a session, by when they came in."""

    state = Code(EnrolmentState, **maybe())


class RollArgs(SessionArgs):
    """Who comes, by name; ``purpose`` is kept in the audit."""

    purpose = text(required=True)


class RollPickUp(PickUpFields):
    """Somebody who may collect a child."""

    id = Id()


class RollLine(Schema):
    """Somebody who is expected, is there or waits."""

    id = Id()
    party = Id()
    participant = Id(attribute="participant_id")
    state = Code(EnrolmentState)
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    guardian = fields.String(allow_none=True)
    health = fields.String(allow_none=True)
    signed_in_at = UtcTime(allow_none=True)
    signed_out_at = UtcTime(allow_none=True)
    collected_by = Id(allow_none=True)
    pick_ups = fields.List(fields.Nested(RollPickUp))


class RollView(Schema):
    """A session's roll."""

    session = Id()
    items = fields.List(fields.Nested(RollLine))


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
EnrolmentPage = page_of(EnrolmentView)
