"""RPC about projects."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema
from volunteers.contracts.dossiers import (
    MOST,
    CopiedGoal,
    CopiedLine,
    Goal,
    Line,
    Origin,
    UnplannedLine,
)
from volunteers.contracts.gifts import title
from volunteers.contracts.shapes import CommunityArgs, number
from volunteers.domain.projects import Merit, Paper, ProjectState, RejectReason, Route
from volunteers.domain.templates import FORMAT, VERSION

UNCHANGED: Any = {"load_default": None, "allow_none": True}
"""A field that may be left out."""


def words(most: int, **kwargs: Any) -> fields.String:
    """A text for everybody to read: nobody's name belongs into it."""
    return fields.String(validate=validate.Length(max=most), **kwargs)


class DraftProject(CommunityArgs):
    """draft_project"""

    title = title()
    summary = words(4000, load_default="")
    route = Code(Route, required=True)
    partner = Id(required=True)
    starts_on = LocalDate(required=True)
    ends_on = LocalDate(required=True)
    goals = fields.List(fields.Nested(Goal), load_default=list, validate=validate.Length(max=30))
    lines = fields.List(fields.Nested(Line), load_default=list, validate=validate.Length(max=100))


class ProjectArgs(Schema):
    """get_project, export_project"""

    project = Id(required=True)


class ChangeProject(ProjectArgs):
    """change_project: what is given takes the place of what was there."""

    title = title(required=False, **UNCHANGED)
    summary = words(4000, **UNCHANGED)
    partner = Id(**UNCHANGED)
    starts_on = LocalDate(**UNCHANGED)
    ends_on = LocalDate(**UNCHANGED)
    goals = fields.List(fields.Nested(Goal), validate=validate.Length(max=30), **UNCHANGED)
    lines = fields.List(fields.Nested(Line), validate=validate.Length(max=100), **UNCHANGED)


class FilePaper(ProjectArgs):
    """file_paper: ``reference`` says where the paper is found."""

    paper = Code(Paper, required=True)
    reference = fields.String(required=True, validate=validate.Length(1, 200))


class RecordSpending(ProjectArgs):
    """record_spending: an actual amount for each line in its order, null where it is unknown."""

    actuals = fields.List(number(0, MOST, allow_none=True), required=True)
    more = fields.List(fields.Nested(UnplannedLine), load_default=list)


class ReviewProject(ProjectArgs):
    """review_project: 1 to 5 points for each of the five tests."""

    scores = fields.Nested(
        Schema.from_dict(
            {each.value: number(1, 5, required=True) for each in Merit}, name="Scores"
        ),
        required=True,
    )


class PrintReport(ProjectArgs):
    """print_report: of a project that has begun, as a PDF in base64."""

    report = fields.String(required=True, validate=validate.OneOf(("midterm", "closing")))


class MoveProject(ProjectArgs):
    """move_project: through its next gate, or to ``rejected`` with a reason."""

    to = Code(ProjectState, required=True)
    reason = Code(RejectReason, load_default=None, allow_none=True)


class FindProjects(PageArgs, CommunityArgs):
    """find_projects: by number."""

    state = Code(ProjectState, load_default=None, allow_none=True)


class AnnounceProjects(CommunityArgs):
    """announce_projects: those whose next gate should be behind them, as of ``today``."""

    today = LocalDate(load_default=None, allow_none=True)


class Announced(Schema):
    """How many were announced just now."""

    announced = fields.Integer()


class Template(Schema):
    """A project as a file that other communities import; see export_project."""

    format = fields.String(
        required=True,
        validate=validate.Equal(FORMAT, error=f"is no project; give a file of format {FORMAT}"),
    )
    version = fields.Integer(
        required=True,
        validate=validate.Equal(VERSION, error=f"is not known; export it as version {VERSION}"),
    )
    title = title()
    summary = words(4000, load_default="")
    route = Code(Route, required=True)
    days = number(1, 3660, required=True)
    goals = fields.List(fields.Nested(CopiedGoal), required=True, validate=validate.Length(max=30))
    lines = fields.List(fields.Nested(CopiedLine), required=True, validate=validate.Length(max=100))
    origins = fields.List(fields.Nested(Origin), required=True, validate=validate.Length(1, 50))


class ImportProject(CommunityArgs):
    """import_project: a draft; targets and amounts are to be filled in by ``change_project``."""

    partner = Id(required=True)
    starts_on = LocalDate(required=True)
    template = fields.Nested(Template, required=True)
