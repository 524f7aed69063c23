"""Projects: drafted, changed, furnished with papers, reviewed, and led through their gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.outbox import publish
from volunteers.domain.dossiers import due_on, lacking
from volunteers.domain.projects import DECIDED, DECIDERS, PROJECT, ProjectState
from volunteers.models import Partner, Project, ProjectReview, ProjectStep
from volunteers.queries.lookup import local_day, one
from volunteers.queries.projects import FINAL, dossier

P = ProjectState
SPENDING = (P.RUNNING, P.MIDTERM, P.CLOSING)
PARTS = ("title", "summary", "partner", "starts_on", "ends_on", "goals", "lines")


def draft_project(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """Begin a dossier."""
    here = Project.community == data["community"]
    number = (session.scalar(sa.select(sa.func.count()).where(here)) or 0) + 1
    project = Project(
        id=f"{data['community']}-J{number:03}",
        community=data["community"],
        route=data["route"],
        state=P.DRAFT,
        entered_on=local_day(session, now),
        papers=[],
        origins=data.get("origins", []),
        version=1,
    )
    _write(session, project, data)
    session.add(project)
    _note(session, project, now=now, actor=actor)
    return project


def change_project(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """Change what is given, as long as it is a draft."""
    project = one(session, Project, data["project"], lock=True)
    if project.state is not P.DRAFT:
        raise Conflict(f"project {project.id} is {project.state}; only a draft can be changed")
    _write(session, project, {name: data[name] for name in PARTS if data[name] is not None})
    project.version += 1
    return project


def _write(session: Session, project: Project, given: Mapping[str, Any]) -> None:
    for name in set(PARTS) & given.keys() - {"partner"}:
        setattr(project, name, given[name])
    if "partner" in given:
        if one(session, Partner, given["partner"]).community != project.community:
            raise Invalid({"partner": ["belongs to another community; name one of this one"]})
        project.partner_id = given["partner"]
    if project.ends_on < project.starts_on:
        raise Invalid({"ends_on": ["lies before starts_on; swap the two"]})


def file_paper(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """A paper is there, under a reference that finds it; a newer one takes its place."""
    project = _open(session, data["project"])
    paper = {
        "paper": data["paper"],
        "reference": data["reference"],
        "filed_on": local_day(session, now).isoformat(),
        "filed_by": actor.id,
    }
    others = [each for each in project.papers if each["paper"] != data["paper"]]
    project.papers = [*others, paper]
    project.version += 1
    return project


def record_spending(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """What the lines came to, in their order; ``more`` are lines that were not planned."""
    project, actuals = _open(session, data["project"]), data["actuals"]
    if project.state not in SPENDING:
        raise Conflict(f"project {project.id} is {project.state}; it spends while it runs")
    if len(actuals) != len(project.lines):
        problem = f"are {len(actuals)}; give one for each of the {len(project.lines)} lines"
        raise Invalid({"actuals": [problem]})
    lines = [line | {"actual": actual} for line, actual in zip(project.lines, actuals, strict=True)]
    project.lines = lines + [line | {"planned": 0} for line in data["more"]]
    project.version += 1
    return project


def review_project(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Project:
    """One reviewer's points for each of the five tests; whoever drafted it does not review it."""
    project = one(session, Project, data["project"], lock=True)
    if project.state is not P.REVIEWING:
        raise Conflict(f"project {project.id} is {project.state}; it is reviewed while reviewing")
    if actor.role != OPERATOR and project.steps[0].entered_by == actor.id:
        raise Forbidden(f"{actor.id} drafted it; have others review it")
    known = next((each for each in project.reviews if each.reviewer == actor.id), None)
    if known is None:
        key = f"{project.id}-{actor.id}"
        known = ProjectReview(id=key, reviewer=actor.id)
        project.reviews.append(known)
    known.scores, known.reviewed_on = dict(data["scores"]), local_day(session, now)
    project.version += 1
    session.flush()
    return project


def move_project(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor,
    notice: Callable[[date], date],
) -> Project:
    """Lead a project through its next gate, or reject it. ``notice`` says how long one runs."""
    project, to = one(session, Project, data["project"], lock=True), data["to"]
    today = local_day(session, now)
    if project.state is to:
        return project
    _refuse(project, to, data["reason"], actor, today)
    project.state, project.entered_on = to, today
    project.reject_reason = data["reason"]
    project.version += 1
    if to is P.PUBLICISED:
        project.notice_until = notice(today)
    _note(session, project, now=now, actor=actor)
    if to is P.SUBMITTED:
        _tell(session, "project.submitted", project, now=now, partner=project.partner_id)
    elif to in (P.APPROVED, P.REJECTED):
        _tell(session, "project.decided", project, now=now)
    return project


def _refuse(
    project: Project, to: ProjectState, reason: str | None, actor: Actor, today: date
) -> None:
    PROJECT.check(project.id, project.state, to)
    if to in DECIDED and actor.role not in DECIDERS:
        raise Forbidden(f"{actor.id} does not decide on projects; ask the director")
    if (to is P.REJECTED) != (reason is not None):
        raise Invalid({"reason": ["goes together with rejected; give it there and only there"]})
    if problems := lacking(dossier(project), to, today):
        raise Invalid({"to": [english for _chinese, english in problems]})


def announce_projects(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Publish project.overdue, once per state, for each whose next gate should be behind it."""
    today = data["today"] or local_day(session, now)
    wanted = sa.select(Project).where(
        Project.community == data["community"], Project.state.not_in((P.DRAFT, *FINAL))
    )
    late = []
    for project in session.scalars(wanted.order_by(Project.id).with_for_update()):
        due = due_on(dossier(project))
        if due is not None and due < today and project.overdue_in is not project.state:
            late.append((project, due))
    for project, due in late:
        project.overdue_in = project.state
        project.version += 1
        _tell(session, "project.overdue", project, now=now, due_on=due)
    return {"announced": len(late)}


def _open(session: Session, key: str) -> Project:
    project = one(session, Project, key, lock=True)
    if project.state in FINAL:
        raise Conflict(f"project {project.id} is {project.state}; nothing changes in it any more")
    return project


def _note(session: Session, project: Project, *, now: datetime, actor: Actor) -> None:
    number = len(project.steps) + 1
    step = ProjectStep(
        id=f"{project.id}-{number}",
        number=number,
        state=project.state,
        on=local_day(session, now),
        entered_by=actor.id,
        entered_at=now,
    )
    project.steps.append(step)
    session.flush()


def _tell(session: Session, type_: str, project: Project, *, now: datetime, **more: Any) -> None:
    data = {
        "community": project.community,
        "version": project.version,
        "project": project.id,
        "route": project.route,
        "state": project.state,
    }
    publish(session, type_, subject=project.id, version=project.version, data=data | more, now=now)
