"""Copying projects from place to place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict
from volunteers.domain.projects import COPIED
from volunteers.domain.templates import draft_of, template_of
from volunteers.models import Project
from volunteers.queries.lookup import one
from volunteers.queries.projects import SHOWN
from volunteers.usecases.projects import draft_project


def export_project(session: Session, key: str, today: date) -> dict[str, Any]:
    """The template of a project that has begun."""
    project = one(session, Project, key)
    if project.state not in COPIED:
        raise Conflict(f"project {key} is {project.state}; it can be copied once it runs")
    facts = {name: getattr(project, name) for name in (*SHOWN, "goals", "lines")}
    return template_of(facts, today)


def import_project(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """A draft made of another community's template; its figures are to be filled in."""
    drafted = draft_of(data["template"], data["starts_on"])
    here = {"community": data["community"], "partner": data["partner"]}
    return draft_project(session, drafted | here, now=now, actor=actor)
