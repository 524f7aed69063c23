"""RPC and events about projects."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, EventData, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.gifts import title
from volunteers.contracts.shapes import CommunityArgs, community_code, number, told
from volunteers.domain.codes import AidKind
from volunteers.domain.projects import (
    Indicator,
    Merit,
    Nature,
    Paper,
    ProjectState,
    RejectReason,
    Route,
    Side,
)
from volunteers.domain.templates import FORMAT, VERSION

MOST = 10**9
UNCHANGED: Any = {"load_default": None, "allow_none": True}
"""A field that may be left out."""


def words(most: int, **kwargs: Any) -> fields.String:
    """A text for everybody to read: nobody's name belongs into it."""
    return fields.String(validate=validate.Length(max=most), **kwargs)


class CopiedGoal(Schema):
    """What a project wants to reach, and what that is counted by; ``aid_kind``: of that only."""

    title = title()
    indicator = Code(Indicator, required=True)
    aid_kind = Code(AidKind, load_default=None, allow_none=True)


class Goal(CopiedGoal):
    """A goal with the number to be reached; a draft may still lack it."""

    target = number(1, MOST, load_default=None, allow_none=True)


class GoalView(Goal):
    """A goal and how far it has come, counted from the raw rows just now."""

    value = fields.Integer()


class CopiedLine(Schema):
    """A line of the budget without its amounts."""

    title = title()
    nature = Code(Nature, required=True)
    side = Code(Side, required=True)


class Line(CopiedLine):
    """A line of the budget in whole yuan; a draft may still lack the amount."""

    planned = number(0, MOST, load_default=None, allow_none=True)
    actual = number(0, MOST, load_default=None, allow_none=True)


class UnplannedLine(CopiedLine):
    """A line that was not planned: what is left over and returned, say."""

    actual = number(0, MOST, required=True)


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


class Origin(Schema):
    """A place that a project was copied from."""

    community = community_code()
    project = Id(required=True)
    title = title()
    exported_on = fields.String(required=True, validate=validate.Regexp(r"\d{4}-\d\d-\d\d\Z"))


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


class PaperView(Schema):
    """A paper that was filed."""

    paper = Code(Paper)
    reference = fields.String()
    filed_on = fields.String()
    filed_by = Id()


class ProjectView(Schema):
    """A project in a list; ``due_on`` is the last day for its next gate."""

    id = Id()
    community = fields.String()
    title = fields.String()
    summary = fields.String()
    route = Code(Route)
    state = Code(ProjectState)
    entered_on = LocalDate()
    due_on = LocalDate(allow_none=True)
    partner = Id(attribute="partner_id")
    starts_on = LocalDate()
    ends_on = LocalDate()
    papers = fields.List(fields.Nested(PaperView))
    origins = fields.List(fields.Nested(Origin))
    notice_until = LocalDate(allow_none=True)
    reject_reason = Code(RejectReason, allow_none=True)
    version = fields.Integer()


class TotalView(Schema):
    """Costs and means of one nature, in yuan."""

    nature = Code(Nature)
    planned_costs = fields.Integer()
    planned_means = fields.Integer()
    actual_costs = fields.Integer()
    actual_means = fields.Integer()


class GateView(Schema):
    """A gate of the route and the papers that it asks for."""

    state = Code(ProjectState)
    papers = fields.List(Code(Paper))


class ProjectStepView(Schema):
    """A gate that was passed."""

    state = Code(ProjectState)
    on = LocalDate()
    entered_by = Id()


class DossierView(ProjectView):
    """A project with all that is known of it; ``lacking``: what keeps it from ``next``."""

    goals = fields.List(fields.Nested(GoalView))
    lines = fields.List(fields.Nested(Line))
    totals = fields.List(fields.Nested(TotalView))
    gates = fields.List(fields.Nested(GateView))
    next = Code(ProjectState, allow_none=True)
    lacking = fields.List(told())
    scores = fields.Dict(keys=Code(Merit), values=fields.Float())
    reviewers = fields.List(Id())
    steps = fields.List(fields.Nested(ProjectStepView))


ProjectPage = page_of(ProjectView)


class ProjectData(EventData):
    """What every event about a project says."""

    project = Id(required=True)
    route = Code(Route, required=True)
    state = Code(ProjectState, required=True)


class ProjectSubmitted(ProjectData):
    """A project asks to be reviewed."""

    partner = Id(required=True)


class ProjectDecided(ProjectData):
    """A project was approved or rejected."""


class ProjectOverdue(ProjectData):
    """The last day for the gate after ``state`` has passed."""

    due_on = LocalDate(required=True)


PROJECT_EVENTS: dict[str, type[EventData]] = {
    "project.submitted": ProjectSubmitted,
    "project.decided": ProjectDecided,
    "project.overdue": ProjectOverdue,
}
