"""RPC about clubs and associations: questions, materials, topics, members."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, UtcTime, page_of
from volunteers.contracts.activities import SessionArgs, maybe, text
from volunteers.contracts.people import VolunteerFields
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.activities import MemberRole


class AskQuestion(SessionArgs):
    """A question sent ahead of a session; ``participant`` may stay unnamed."""

    text = text(1000, required=True)
    participant = Id(**maybe())


class QuestionView(Schema):
    """That a question was asked."""

    id = Id()
    session = Id(attribute="session_id")
    participant = Id(attribute="participant_id", allow_none=True)
    asked_at = UtcTime()


class ReadQuestions(SessionArgs):
    """What was asked; ``purpose`` is kept in the audit."""

    purpose = text(required=True)


class QuestionText(QuestionView):
    """A question."""

    text = fields.String(allow_none=True)


class AddMaterial(SessionArgs):
    """Something handed out after a session."""

    title = text(required=True)
    address = fields.String(
        required=True, validate=[validate.URL(schemes={"http", "https"}), validate.Length(max=500)]
    )


class MaterialView(Schema):
    """A material."""

    id = Id()
    session = Id(attribute="session_id")
    title = fields.String()
    address = fields.String()


class WishTopic(CommunityArgs):
    """Somebody would like to hear about something."""

    title = text(required=True)
    participant = Id(required=True)


class TakeUpTopic(Schema):
    """An activity is about a topic that was wished for."""

    topic = Id(required=True)
    activity = Id(required=True)


class TopicView(Schema):
    """A topic, and how many wish for it."""

    id = Id()
    community = fields.String()
    title = fields.String()
    wishes = fields.Integer()
    activity = Id(attribute="activity_id", allow_none=True)


class JoinAssociation(Schema):
    """Somebody becomes a member."""

    association = Id(required=True)
    participant = Id(required=True)
    role = Code(MemberRole, load_default=MemberRole.MEMBER)


class MemberArgs(Schema):
    """One member."""

    member = Id(required=True)


class OfferMember(VolunteerFields):
    """A member helps with the four aids. Name, birth date and phone are those of the member."""

    member = Id(required=True)

    class Meta:
        exclude = ("name", "birth_date", "phone", "partner")


class MemberView(Schema):
    """A member, without personal data; ``volunteer`` once they help with the four aids."""

    id = Id()
    community = fields.String()
    association = Id(attribute="association_id")
    participant = Id(attribute="participant_id")
    role = Code(MemberRole)
    joined_on = LocalDate()
    left_on = LocalDate(allow_none=True)
    volunteer = Id(attribute="volunteer_id", allow_none=True)
    version = fields.Integer()


class FindMembers(PageArgs):
    """Members of an association; with ``former``, those who left as well."""

    association = Id(required=True)
    former = fields.Boolean(load_default=False)


MemberPage = page_of(MemberView)
