"""Honours of the community, of partners and of volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from volunteers.domain.training import HonourOf
from volunteers.models import Honour, Partner, Volunteer
from volunteers.queries.lookup import local_day, one

SAID = ("of", "holder", "level", "year", "title", "evidence")


def record_honour(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Honour:
    """Keep an honour with its evidence. The same again changes nothing."""
    holder = _holder(session, data)
    if data["year"] > local_day(session, now).year:
        raise Invalid({"year": [f"{data['year']} has not come yet; give the year of the honour"]})
    key = f"{data['community']}-HN-{data['code']}"
    said = {name: data[name] for name in SAID} | {"holder": holder}
    known = session.get(Honour, key)
    if known is not None:
        if {name: getattr(known, name) for name in SAID} != said:
            raise Conflict(f"honour {key} is another one; choose another code", honour=key)
        return known
    honour = Honour(id=key, community=data["community"], recorded_by=actor.id, **said)
    session.add(honour)
    told = {
        "community": honour.community,
        "version": 1,
        "honour": key,
        "of": honour.of,
        "holder": holder,
        "level": honour.level,
        "year": honour.year,
    }
    publish(session, "honour.awarded", subject=key, version=1, data=told, now=now)
    return honour


def _holder(session: Session, data: Mapping[str, Any]) -> str:
    """Whose honour it is, by id."""
    community, holder = data["community"], data["holder"]
    if data["of"] == HonourOf.COMMUNITY:
        return str(community)
    if holder is None:
        raise Invalid({"holder": ["is missing; say which partner or volunteer was honoured"]})
    if data["of"] == HonourOf.PARTNER:
        return one(session, Partner, holder).id
    return one(session, Volunteer, holder).id
