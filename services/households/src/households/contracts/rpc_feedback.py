"""RPC about feedback calls."""

from __future__ import annotations

from marshmallow import fields

from households.contracts.fields import Words, count
from households.domain.feedback import FeedbackOutcome, FeedbackStatus
from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of


class RecordFeedback(Schema):
    """record_feedback: what the household says; ``satisfaction`` from 1 (bad) to 5 (good)."""

    feedback = Id(required=True)
    outcome = Code(FeedbackOutcome, required=True)
    satisfaction = count(1, 5, load_default=None)
    note = Words(2000, load_default=None)


class FindFeedback(PageArgs):
    """find_feedback"""

    community = Community(required=True)
    status = Code(FeedbackStatus, load_default=None)


class FeedbackView(Schema):
    """A call to a household about a visit, without the note."""

    id = Id()
    community = Community()
    household = Id()
    visit = Id()
    visited_on = LocalDate()
    due_on = LocalDate()
    status = Code(FeedbackStatus)
    outcome = Code(FeedbackOutcome, allow_none=True)
    satisfaction = fields.Integer(allow_none=True)
    called_on = LocalDate(allow_none=True)
    version = fields.Integer()


FeedbackPage = page_of(FeedbackView)
