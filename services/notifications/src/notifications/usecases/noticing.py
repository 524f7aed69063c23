"""Events have arrived: who is told, who is not and why, and what do they settle?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
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
    audience,
    subject_of,
    topic_matches,
    unmet,
)
from notifications.models import Heard
from notifications.usecases import escalating, following
from notifications.usecases.telling import Occasion, Telling, tell_all
from servicekit.db import insert_ignore
from servicekit.events import Event
from servicekit.telemetry import log


@dataclass
class Case:
    """What a rule makes of an event of a batch: whom it tells, if the event meets it at all."""

    place: int
    rule: Rule
    unmet: list[str]
    telling: Telling | None = None
    others: Sequence[tuple[Person, Why]] = ()
    new: Mapping[str, str] = field(default_factory=dict)


def notice_all(
    session: Session, events: Sequence[Event], *, now: datetime, working: Container[ChannelCode]
) -> None:
    """As ``notice``. What was heard before is decided: who came since is not told of it."""
    ids = select(Heard.id, Heard.source).where(Heard.id.in_([event.id for event in events]))
    heard = {tuple(row) for row in session.execute(ids)}
    fresh = [event for event in events if (event.id, event.source) not in heard]
    notice(session, fresh, now=now, working=working)


def notice(
    session: Session, events: Sequence[Event], *, now: datetime, working: Container[ChannelCode]
) -> list[str]:
    """Tell everybody whom the rules name, settle what the events settle, and keep the decisions.

    All is decided first and then stored, table after table. Returns the ids of the notifications
    that tell of it.
    """
    happenings = [
        Happening(event.type, event.data["community"], facts(event.type, event.data))
        for event in events
    ]
    reader = queries.Reader(session, following.follow(session, happenings))
    cases = [
        case
        for place, happening in enumerate(happenings)
        for case in _consider(reader, place, events[place], happening, now)
    ]
    met = [case for case in cases if case.telling]
    told = tell_all(session, [case.telling for case in met if case.telling], working)
    for case, new in zip(met, told, strict=True):
        case.new = new
    born = _begin(session, [case for case in met if case.new])
    escalating.resolve(session, _settled(reader, happenings), born, now=now)
    _keep(session, events, happenings, cases, now)
    return [key for case in met for key in case.new.values()]


def _consider(
    reader: queries.Reader, place: int, event: Event, happening: Happening, now: datetime
) -> Iterator[Case]:
    for rule in reader.rules(happening.community):
        if not topic_matches(rule.event, happening.type):
            continue
        missing = unmet(rule.when, happening.data)
        if missing:
            yield Case(place, rule, missing)
            continue
        pairing = happening.data.get("pairing")
        scene = reader.scene(happening.community, now=now, pairing=pairing)
        told, others = audience(rule, happening, scene)
        if not told:
            log.warning("notice.nobody_to_tell", rule=rule.name, community=happening.community)
        about = (rule, happening.community, subject_of(rule, happening), happening.type)
        occasion = Occasion(*about, event_id=event.id, data=happening.data)
        yield Case(place, rule, [], Telling(occasion, told, scene), others)


def _begin(session: Session, cases: Sequence[Case]) -> dict[str, int]:
    """Begin the escalations of what is new; what was made, and by which event of the batch."""
    born = {key: case.place for case in reversed(cases) for key in case.new.values()}
    begun = [each for each in cases if each.rule.acknowledge_minutes]
    made = escalating.begin(session, [case.telling for case in begun if case.telling])
    return born | {key: begun[number].place for key, number in made.items()}


def _settled(
    reader: queries.Reader, happenings: Sequence[Happening]
) -> dict[tuple[str, str], tuple[int, str]]:
    """Rule and subject → the last event of the batch that settles them, and its type."""
    return {
        (rule.name, subject_of(rule, happening)): (place, happening.type)
        for place, happening in enumerate(happenings)
        for rule in reader.rules(happening.community)
        if happening.type in rule.resolved_by
    }


def _ruling(case: Case) -> dict[str, Any]:
    """What was decided, in codes; ``notification`` is absent where it had been told before."""
    if case.telling is None:
        return {"rule": case.rule.name, "met": False, "unmet": case.unmet}
    return {
        "rule": case.rule.name,
        "met": True,
        "subject": case.telling.occasion.subject,
        "told": [
            {
                "staff": each.person.id,
                "why": each.why,
                "on_behalf": each.on_behalf,
                "notification": case.new.get(each.person.id),
            }
            for each in case.telling.told
        ],
        "not_told": [{"staff": person.id, "why": why} for person, why in case.others],
    }


def _keep(
    session: Session,
    events: Sequence[Event],
    happenings: Sequence[Happening],
    cases: Sequence[Case],
    now: datetime,
) -> None:
    decisions: dict[int, list[Any]] = defaultdict(list)
    for case in cases:
        decisions[case.place].append(_ruling(case))
    rows = [
        {
            "id": event.id,
            "source": event.source,
            "type": event.type,
            "community": happening.community,
            "data": dict(happening.data),
            "decision": decisions[place],
            "at": now,
        }
        for place, (event, happening) in enumerate(zip(events, happenings, strict=True))
    ]
    insert_ignore(session, Heard.__table__, sorted(rows, key=itemgetter("id", "source")))
