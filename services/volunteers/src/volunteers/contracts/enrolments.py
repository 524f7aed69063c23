"""RPC about who takes part: participants, enrolments, the roll at the door."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, UtcTime, page_of
from volunteers.contracts.activities import SessionArgs, maybe, text
from volunteers.contracts.shapes import CommunityArgs, personal_name, short_code
from volunteers.domain.activities import CancelReason, EnrolmentState, Ground, Relation


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


class ParticipantArgs(Schema):
    """erase_participant"""

    participant = Id(required=True)


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
    erased_on = LocalDate(allow_none=True)
    version = fields.Integer()


class FindParticipants(PageArgs, CommunityArgs):
    """Who is registered in a community, by code."""


class ReadParticipants(PageArgs, CommunityArgs):
    """Who is registered, by name and code; ``purpose`` is kept in the audit."""

    purpose = text(required=True)


class NamedPickUp(PickUpView):
    """A line of a pick-up list."""

    name = fields.String(allow_none=True)


class NamedParticipant(ParticipantView):
    """Somebody who takes part, by name, with the people who may collect a child."""

    name = fields.String(allow_none=True)
    guardian = fields.String(allow_none=True)
    pick_ups = fields.List(fields.Nested(NamedPickUp))


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


ParticipantPage = page_of(ParticipantView)
NamedParticipantPage = page_of(NamedParticipant)
EnrolmentPage = page_of(EnrolmentView)
