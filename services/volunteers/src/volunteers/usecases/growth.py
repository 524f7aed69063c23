"""A pupil's record of growth: with whom, what help, what was learned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict
from volunteers.domain.codes import VolunteerKind
from volunteers.models import Completion, Course, Lesson, Recognition, Volunteer
from volunteers.queries.hours import served
from volunteers.queries.lookup import local_day, one, present
from volunteers.usecases.certificates import issuer_of


def note_lesson(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Lesson:
    """Keep what a pupil learned on a day; another word for the same day replaces it."""
    volunteer = _pupil(session, data["volunteer"])
    present(session, Volunteer, volunteer.id)
    key = f"{volunteer.id}-L{data['on']:%Y%m%d}"
    lesson = session.get(Lesson, key)
    if lesson is None:
        lesson = Lesson(id=key, community=volunteer.community, volunteer=volunteer, on=data["on"])
        session.add(lesson)
    lesson.words = data["words"]
    return lesson


def to_print(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """All that the paper says; the audit keeps who had it made."""
    volunteer = _pupil(session, data["volunteer"])
    since, until = data["since"], data["until"]
    content = served(session, volunteer.id, since, until)
    issuer = issuer_of(session, volunteer.community)
    companion = volunteer.companion
    audit.record(
        session,
        community=volunteer.community,
        subject=volunteer.id,
        fields=["name", "companion", "lessons"],
        purpose="growth record",
        actor=actor,
        now=now,
    )
    return {
        "code": volunteer.code,
        "name": volunteer.name or "—",
        "organisation": volunteer.partner.name if volunteer.partner else issuer,
        "companion": (companion.name if companion else None) or "—",
        "since": since,
        "until": until,
        "minutes": sum(each["minutes"] for each in content),
        "content": content,
        "learned": _learned(session, data),
        "stars": _stars(session, volunteer.id),
        "issuer": issuer,
        "printed_on": local_day(session, now),
    }


def _pupil(session: Session, key: str) -> Volunteer:
    volunteer = one(session, Volunteer, key)
    if volunteer.kind != VolunteerKind.PUPIL:
        raise Conflict(
            f"{key} is no pupil; a record of growth is for pupils, others get a certificate",
            volunteer=key,
        )
    return volunteer


def _learned(session: Session, data: Mapping[str, Any]) -> list[tuple[Any, str]]:
    wanted = sa.select(Lesson).where(
        Lesson.volunteer_id == data["volunteer"], Lesson.on.between(data["since"], data["until"])
    )
    words = [(each.on, each.words or "—") for each in session.scalars(wanted)]
    courses = (
        sa.select(Completion.completed_on, Course.title)
        .join(Completion.course)
        .where(
            Completion.volunteer_id == data["volunteer"],
            Completion.completed_on.between(data["since"], data["until"]),
        )
    )
    passed = [(on, f"完成培训：{title}") for on, title in session.execute(courses)]
    return sorted([*words, *passed])


def _stars(session: Session, volunteer: str) -> int:
    wanted = sa.select(sa.func.max(Recognition.star)).where(
        Recognition.volunteer_id == volunteer, Recognition.withdrawn_on.is_(None)
    )
    return session.scalar(wanted) or 0
