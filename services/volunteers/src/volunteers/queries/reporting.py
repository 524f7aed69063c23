"""What a project's printed report says, read at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from servicekit.errors import Conflict
from volunteers.domain.bars import months
from volunteers.domain.codes import AidKind
from volunteers.domain.projects import COPIED, Indicator
from volunteers.models import Partner, Project
from volunteers.queries.indicators import Scope, counted
from volunteers.queries.lookup import one
from volunteers.queries.projects import describe

DRAWN = (Indicator.VISITS, Indicator.HOURS)


def report_of(session: Session, key: str, today: date) -> dict[str, Any]:
    """The dossier, who applied, and its months; of a project that has begun."""
    project = one(session, Project, key)
    if project.state not in COPIED:
        raise Conflict(f"project {key} is {project.state}; report on it once it runs")
    until = min(today, project.ends_on)
    return describe(session, project, today) | {
        "partner": one(session, Partner, project.partner_id).name,
        "reported_on": today,
        "months": [
            {"month": f"{first.month}月"} | _counts(session, project, first, last)
            for first, last in months(project.starts_on, until)
        ],
    }


def _counts(session: Session, project: Project, first: date, last: date) -> dict[str, int]:
    kinds = {goal["aid_kind"] for goal in project.goals}
    kind = kinds.pop() if len(kinds) == 1 else None  # goals of several kinds: everything counts
    scope = Scope(project.community, first, last, kind and AidKind(kind))
    return {indicator.value: counted(session, indicator, scope) for indicator in DRAWN}
