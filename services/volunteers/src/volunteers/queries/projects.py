"""Reads about projects: the dossier with its gates, its indicators, its budget and its reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import AidKind
from volunteers.domain.dossiers import Dossier, averages, due_on, lacking, next_gate, totals
from volunteers.domain.projects import Indicator, Merit, Nature, Paper, ProjectState, gates
from volunteers.models import Project
from volunteers.queries.indicators import Scope, counted
from volunteers.queries.lookup import matching, one, page_of

FINAL = (ProjectState.SETTLED, ProjectState.REJECTED)
SHOWN = (
    *("id", "community", "title", "summary", "route", "state", "entered_on", "partner_id"),
    *("starts_on", "ends_on", "papers", "origins", "notice_until", "reject_reason", "version"),
)


def find_projects(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's projects, by number."""
    conditions = matching(Project, state=data["state"])
    wanted = sa.select(Project).where(Project.community == data["community"], *conditions)
    page = page_of(session, wanted.order_by(sa.func.length(Project.id), Project.id), data)
    return page | {"items": [brief(project) for project in page["items"]]}


def brief(project: Project) -> dict[str, Any]:
    """A project without what is counted."""
    return {name: getattr(project, name) for name in SHOWN} | {"due_on": due_on(dossier(project))}


def get_project(session: Session, key: str, today: date) -> dict[str, Any]:
    """The whole dossier as the contract shows it."""
    return describe(session, one(session, Project, key), today)


def describe(session: Session, project: Project, today: date) -> dict[str, Any]:
    """The dossier: what is reached, what is spent, what is judged, what the next gate lacks."""
    facts = dossier(project)
    to = next_gate(project.state)
    return brief(project) | {
        "goals": [
            goal | {"value": reached(session, project, goal, today)} for goal in project.goals
        ],
        "lines": project.lines,
        "totals": [_total(project, nature) for nature in Nature],
        "gates": [
            {"state": state, "papers": gate.papers} for state, gate in gates(project.route).items()
        ],
        "next": to,
        "lacking": [
            {"zh-CN": chinese, "en": english}
            for chinese, english in (lacking(facts, to, today) if to else ())
        ],
        "scores": averages(facts.reviews),
        "reviewers": [review.reviewer for review in project.reviews],
        "steps": project.steps,
    }


def reached(session: Session, project: Project, goal: Mapping[str, Any], today: date) -> int:
    """How far a goal has come by the end of ``today``."""
    kind = goal["aid_kind"]
    return counted(
        session,
        Indicator(goal["indicator"]),
        Scope(
            project.community,
            project.starts_on,
            min(today, project.ends_on),
            kind and AidKind(kind),
        ),
    )


def dossier(project: Project) -> Dossier:
    """What the rules look at."""
    return Dossier(
        route=project.route,
        state=project.state,
        entered_on=project.entered_on,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        goals=project.goals,
        lines=project.lines,
        papers={Paper(each["paper"]) for each in project.papers},
        reviews=[{test: review.scores[test.value] for test in Merit} for review in project.reviews],
        notice_until=project.notice_until,
    )


def _total(project: Project, nature: Nature) -> dict[str, Any]:
    planned, actual = (totals(project.lines, nature, name) for name in ("planned", "actual"))
    return {
        "nature": nature,
        "planned_costs": planned[0],
        "planned_means": planned[1],
        "actual_costs": actual[0],
        "actual_means": actual[1],
    }
