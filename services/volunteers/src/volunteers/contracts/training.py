"""RPC about courses, who has completed them, and honours."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs, number, short_code
from volunteers.domain.codes import ClearanceKind
from volunteers.domain.training import HonourLevel, HonourOf


def words(most: int, **kwargs: Any) -> fields.String:
    """A short text that names no person."""
    length = validate.Length(1, most, error=f"is not a text; give 1 to {most} characters")
    return fields.String(validate=length, **kwargs)


class OfferCourse(CommunityArgs):
    """A course of so many sessions, which holds so many months.

    ``gates``: papers that hold only while the course does; ``grants``: the paper that it gives.
    """

    code = short_code(required=True)
    title = words(100, required=True)
    sessions = number(1, 50, load_default=1)
    valid_months = number(1, 120, required=True)
    gates = fields.List(Code(ClearanceKind), load_default=list)
    grants = Code(ClearanceKind, load_default=None, allow_none=True)


class CourseView(Schema):
    """A course."""

    id = Id()
    title = fields.String()
    sessions = fields.Integer()
    valid_months = fields.Integer()
    gates = fields.List(fields.String())
    grants = Code(ClearanceKind, allow_none=True)


class PlanTraining(Schema):
    """A session of a course."""

    course = Id(required=True)
    on = LocalDate(required=True)
    place = words(100, required=True)


class TrainingView(Schema):
    """A session of a course."""

    id = Id()
    course = Id(attribute="course_id")
    title = fields.String(attribute="course.title")
    on = LocalDate()
    place = fields.String()


class RecordTraining(Schema):
    """Who was there."""

    training = Id(required=True)
    attended = fields.List(Id(), required=True, validate=validate.Length(1, 500))


class TrainingRecorded(Schema):
    """How many are new on the list, and how many have completed the course by that."""

    attended = fields.Integer()
    completed = fields.Integer()


class FindCompletions(PageArgs, CommunityArgs):
    """Completed courses, those that run out first at the top."""

    volunteer = Id(load_default=None, allow_none=True)
    course = Id(load_default=None, allow_none=True)


class CompletionView(Schema):
    """A completed course; ``valid_until`` is its last valid day."""

    id = Id()
    course = Id(attribute="course_id")
    title = fields.String(attribute="course.title")
    volunteer = Id(attribute="volunteer_id")
    completed_on = LocalDate()
    valid_until = LocalDate()


class RecordHonour(CommunityArgs):
    """An honour of the community itself, or of the partner or volunteer in ``holder``."""

    code = short_code(required=True)
    of = Code(HonourOf, required=True)
    holder = Id(load_default=None, allow_none=True)
    level = Code(HonourLevel, required=True)
    year = number(1980, 2200, required=True)
    title = words(100, required=True)
    evidence = words(200, required=True)


class HonourView(Schema):
    """An honour, and where its evidence is kept."""

    id = Id()
    of = Code(HonourOf)
    holder = Id()
    level = Code(HonourLevel)
    year = fields.Integer()
    title = fields.String()
    evidence = fields.String()


class FindHonours(PageArgs, CommunityArgs):
    """Honours of a community, the latest year first."""

    of = Code(HonourOf, load_default=None, allow_none=True)
    year = fields.Integer(load_default=None, allow_none=True)


class FindPage(PageArgs, CommunityArgs):
    """A page of a community's list."""


CoursePage = page_of(CourseView)
TrainingPage = page_of(TrainingView)
CompletionPage = page_of(CompletionView)
HonourPage = page_of(HonourView)
