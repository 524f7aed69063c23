"""The parents' club: questions sent ahead, reminders, materials afterwards, topics asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.db import insert_ignore
from servicekit.errors import Conflict
from servicekit.outbox import publish
from servicekit.privacy import assign_key
from volunteers.domain.activities import HELD, SessionState
from volunteers.models import (
    Activity,
    ActivitySession,
    Material,
    Participant,
    Question,
    Topic,
    TopicWish,
)
from volunteers.queries.activities import enrolments, locked
from volunteers.queries.lookup import local_day, one, present
from volunteers.usecases.activities import publish_session


def ask_question(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Question:
    """Somebody sends a question ahead."""
    row = locked(session, data["session"])
    if row.state not in (SessionState.PLANNED, SessionState.ANNOUNCED):
        raise Conflict(f"session {row.id} is {row.state}; ask for it as a topic instead")
    if data["participant"]:
        present(session, Participant, data["participant"])
    question = Question(
        id=f"{row.id}-Q{_number(session, Question, row.id)}",
        community=row.community,
        session_id=row.id,
        participant_id=data["participant"],
        asked_at=now,
    )
    assign_key(session, question)
    question.text = data["text"]
    session.flush()
    return question


def _number(session: Session, model: type[Question] | type[Material], key: str) -> int:
    found = sa.select(sa.func.count()).where(model.session_id == key)
    return (session.scalar(found) or 0) + 1


def read_questions(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Sequence[Question]:
    """What was asked, for the purpose given."""
    row = one(session, ActivitySession, data["session"])
    audit.record(
        session,
        community=row.community,
        subject=row.id,
        fields=["questions"],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    wanted = sa.select(Question).where(Question.session_id == row.id)
    return session.scalars(wanted.order_by(Question.asked_at, Question.id)).all()


def add_material(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Material:
    """Something is handed out after the session; the same address again changes nothing."""
    row = locked(session, data["session"])
    known = _material(session, row.id, data["address"])
    if known is not None:
        return known
    number = _number(session, Material, row.id)
    facts = {name: data[name] for name in ("title", "address")}
    made = Material(id=f"{row.id}-M{number}", community=row.community, session_id=row.id, **facts)
    session.add(made)
    told = {
        "community": row.community,
        "version": 1,
        "material": made.id,
        "session": row.id,
        "activity": row.activity_id,
        "attended": len(enrolments(session, row.id, HELD)),
    }
    publish(session, "material.shared", subject=made.id, version=1, data=told, now=now)
    return made


def _material(session: Session, key: str, address: str) -> Material | None:
    wanted = sa.select(Material).where(Material.session_id == key, Material.address == address)
    return session.scalar(wanted)


def find_materials(session: Session, data: Mapping[str, Any]) -> Sequence[Material]:
    """What was handed out after a session."""
    wanted = sa.select(Material).where(Material.session_id == data["session"])
    return session.scalars(wanted.order_by(Material.id)).all()


def wish_topic(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Somebody would like to hear about something; each person's wish counts once."""
    present(session, Participant, data["participant"])
    title = " ".join(data["title"].split())
    digest = hashlib.sha256(title.casefold().encode()).hexdigest()[:12]
    key = f"{data['community']}-T{digest}"
    topic = {"id": key, "community": data["community"], "title": title, "activity_id": None}
    insert_ignore(session, Topic.__table__, [topic])
    wish = {"topic_id": key, "participant_id": data["participant"]}
    insert_ignore(session, TopicWish.__table__, [wish])
    return _seen(session, one(session, Topic, key))


def take_up_topic(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """An activity is about it."""
    topic = one(session, Topic, data["topic"], lock=True)
    topic.activity_id = one(session, Activity, data["activity"]).id
    return _seen(session, topic)


def find_topics(session: Session, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is wished for, the most wished first."""
    wanted = sa.select(Topic).where(Topic.community == data["community"])
    found = [_seen(session, each) for each in session.scalars(wanted)]
    return sorted(found, key=lambda each: (-each["wishes"], each["id"]))


def _seen(session: Session, topic: Topic) -> dict[str, Any]:
    count = sa.select(sa.func.count()).where(TopicWish.topic_id == topic.id)
    names = ("id", "community", "title", "activity_id")
    return {name: getattr(topic, name) for name in names} | {"wishes": session.scalar(count)}


def remind(session: Session, row: ActivitySession, *, now: datetime) -> None:
    """Tell, once, on the day before, who is expected and what was asked."""
    if row.reminded or row.on != local_day(session, now) + timedelta(days=1):
        return
    row.reminded = True
    row.version += 1
    questions = _number(session, Question, row.id) - 1
    expected = len(enrolments(session, row.id, HELD))
    publish_session(session, "session.due", row, now=now, expected=expected, questions=questions)
