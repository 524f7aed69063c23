"""Events about projects."""

from __future__ import annotations

from servicekit.schemas import Code, EventData, Id, LocalDate
from volunteers.domain.projects import ProjectState, Route


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
