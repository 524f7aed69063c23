"""Reads about courses, completions and honours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from volunteers.models import Completion, Course, Honour, Training
from volunteers.queries.lookup import chunks, matching, page_of


def find_courses(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's courses."""
    wanted = sa.select(Course).where(Course.community == data["community"])
    return page_of(session, wanted.order_by(Course.id), data)


def find_trainings(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of sessions of courses, the latest first."""
    wanted = sa.select(Training).where(Training.community == data["community"])
    latest = wanted.order_by(Training.on.desc(), Training.id).options(joinedload(Training.course))
    return page_of(session, latest, data)


def find_completions(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of completed courses, those that run out first at the top."""
    conditions = matching(Completion, volunteer_id=data["volunteer"], course_id=data["course"])
    wanted = sa.select(Completion).where(Completion.community == data["community"], *conditions)
    first = wanted.order_by(Completion.valid_until, Completion.id)
    return page_of(session, first.options(joinedload(Completion.course)), data)


def find_honours(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's honours, the latest year first."""
    conditions = matching(Honour, of=data["of"], year=data["year"])
    wanted = sa.select(Honour).where(Honour.community == data["community"], *conditions)
    return page_of(session, wanted.order_by(Honour.year.desc(), Honour.id), data)


def gates_of(session: Session, communities: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """By community and kind of paper, the courses that keep it valid; empty where none does."""
    found: dict[str, dict[str, list[str]]] = {}
    wanted = sa.select(Course.community, Course.id, Course.gates).where(
        Course.community.in_(communities)
    )
    for community, course, kinds in session.execute(wanted.order_by(Course.id)):
        for kind in kinds:
            found.setdefault(community, {}).setdefault(kind, []).append(course)
    return found


def trained_until(session: Session, volunteers: Collection[str]) -> dict[str, dict[str, date]]:
    """By volunteer and course the last valid day."""
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for part in chunks(sorted(volunteers)):
        wanted = sa.select(Completion.volunteer_id, Completion.course_id, Completion.valid_until)
        wanted = wanted.where(Completion.volunteer_id.in_(part)).order_by(Completion.valid_until)
        for volunteer, course, last in session.execute(wanted):
            found[volunteer][course] = last
    return found
