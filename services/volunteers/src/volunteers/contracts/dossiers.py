"""What a project's dossier holds and shows: goals, budget, papers, gates."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Code, Community, Id, LocalDate, Schema, page_of
from volunteers.contracts.gifts import title
from volunteers.contracts.shapes import number, told
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

MOST = 10**9


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


class Origin(Schema):
    """A place that a project was copied from."""

    community = Community(required=True)
    project = Id(required=True)
    title = title()
    exported_on = fields.String(required=True, validate=validate.Regexp(r"\d{4}-\d\d-\d\d\Z"))


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
