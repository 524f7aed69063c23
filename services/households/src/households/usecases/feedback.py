"""Feedback calls: planned for a random sample of visits, and recorded by whoever calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain import feedback as rules
from households.domain.feedback import MISMATCHES, FeedbackStatus
from households.models import FeedbackCall
from households.queries import rows
from households.usecases import announcing
from servicekit.actors import Actor
from servicekit.errors import Conflict
from servicekit.privacy import blind_index


def follow_visit(
    session: Session, data: Mapping[str, Any], *, percent: float
) -> FeedbackCall | None:
    """A visit took place: the household is called about it, if chance will have it."""
    key = f"{data['visit']}-FB"
    if not rules.is_chosen(blind_index(session, "feedback", data["visit"]), percent):
        return None
    household = rows.household_for_change(session, data["household"])
    if household.erased_on is not None:
        return None
    if (known := session.get(FeedbackCall, key)) is not None:
        return known
    call = FeedbackCall(
        id=key,
        community=household.community,
        household_id=household.id,
        visit=data["visit"],
        visited_on=data["on"],
        due_on=rules.due_on(data["on"]),
        status=FeedbackStatus.PLANNED,
        version=1,
    )
    session.add(call)
    return call


def record_feedback(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> FeedbackCall:
    """Keep what the household said; where it contradicts the report, the others hear of it."""
    call = rows.feedback_for_change(session, data["feedback"])
    if (call.status, call.outcome) == (FeedbackStatus.DONE, data["outcome"]):
        return call
    if call.status is FeedbackStatus.DONE:
        raise Conflict(
            f"feedback {call.id} is done, with {call.outcome}; raise a concern if there is more",
            outcome=str(call.outcome),
        )
    call.status, call.outcome = FeedbackStatus.DONE, data["outcome"]
    call.satisfaction, call.note = data["satisfaction"], data["note"]
    call.called_on, call.called_by = rows.today(session, now), actor.id
    call.version += 1
    if call.outcome in MISMATCHES:
        announcing.feedback_mismatched(session, call, now=now)
    return call
