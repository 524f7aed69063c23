"""An event has arrived: who is told, who is not and why, and what does it settle?"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.contracts import facts
from notifications.domain.codes import ChannelCode, Why
from notifications.domain.rules import (
    Happening,
    Person,
    Rule,
    Scene,
    Told,
    audience,
    subject_of,
    topic_matches,
    unmet,
)
from notifications.models import Heard
from notifications.usecases import escalating, following
from notifications.usecases.telling import Occasion, tell
from servicekit.db import insert_ignore
from servicekit.events import Event
from servicekit.telemetry import log


def notice_all(
    session: Session, events: Sequence[Event], *, now: datetime, working: Container[ChannelCode]
) -> None:
    """As ``notice``, for several that arrived together.

    What was heard before is decided, however long ago: who came since is not told of it.
    """
    reader = queries.Reader(session)
    ids = select(Heard.id, Heard.source).where(Heard.id.in_([event.id for event in events]))
    heard = {tuple(row) for row in session.execute(ids)}
    for event in events:
        if (event.id, event.source) not in heard:
            notice(session, event, now=now, working=working, reader=reader)


def notice(
    session: Session,
    event: Event,
    *,
    now: datetime,
    working: Container[ChannelCode],
    reader: queries.Reader | None = None,
) -> list[str]:
    """Tell everybody whom the rules name, settle what the event settles, and keep the decision.

    Returns the ids of the notifications that tell of it.
    """
    happening = Happening(event.type, event.data["community"], facts(event.type, event.data))
    following.follow(session, happening)
    reader = reader or queries.Reader(session)
    rules = reader.rules(happening.community)
    escalating.resolve_by(session, rules, happening, now=now)
    concerned = [rule for rule in rules if topic_matches(rule.event, happening.type)]
    scene = None
    if any(not unmet(rule.when, happening.data) for rule in concerned):
        pairing = happening.data.get("pairing")
        scene = reader.scene(happening.community, now=now, pairing=pairing)
    told: list[str] = []
    decision = []
    for rule in concerned:
        ruling, new = _apply(session, rule, event, happening, scene, working)
        decision.append(ruling)
        told += new
    _keep(session, event, happening, decision, now)
    return told


def _apply(
    session: Session,
    rule: Rule,
    event: Event,
    happening: Happening,
    scene: Scene | None,
    working: Container[ChannelCode],
) -> tuple[dict[str, Any], list[str]]:
    missing = unmet(rule.when, happening.data)
    if missing or scene is None:
        return {"rule": rule.name, "met": False, "unmet": missing}, []
    told, others = audience(rule, happening, scene)
    if not told:
        log.warning("notice.nobody_to_tell", rule=rule.name, community=happening.community)
    occasion = Occasion(
        rule=rule,
        community=happening.community,
        subject=subject_of(rule, happening),
        event=happening.type,
        event_id=event.id,
        data=happening.data,
    )
    new = tell(session, occasion, told, scene, working)
    if new and rule.acknowledge_minutes:
        escalating.begin(session, occasion, told, scene)
    ruling = _ruling(rule, occasion.subject, told, others, new)
    return ruling, list(new.values())


def _ruling(
    rule: Rule,
    subject: str,
    told: Sequence[Told],
    others: Sequence[tuple[Person, Why]],
    new: dict[str, str],
) -> dict[str, Any]:
    """What was decided, in codes; ``notification`` is absent where it had been told before."""
    return {
        "rule": rule.name,
        "met": True,
        "subject": subject,
        "told": [
            {
                "staff": each.person.id,
                "why": each.why,
                "on_behalf": each.on_behalf,
                "notification": new.get(each.person.id),
            }
            for each in told
        ],
        "not_told": [{"staff": person.id, "why": why} for person, why in others],
    }


def _keep(
    session: Session, event: Event, happening: Happening, decision: list[Any], now: datetime
) -> None:
    row = {
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "community": happening.community,
        "data": dict(happening.data),
        "decision": decision,
        "at": now,
    }
    insert_ignore(session, Heard.__table__, [row])
