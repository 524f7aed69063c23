"""Stars for verified hours: given as they are reached, withdrawn where the hours were not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.db import insert_ignore
from servicekit.errors import Conflict
from servicekit.outbox import publish
from volunteers.domain.recognition import NATIONAL, StarTable, stars_for, table_on
from volunteers.models import Recognition, StarRule, Volunteer
from volunteers.queries.hours import verified_minutes
from volunteers.queries.lookup import chunks, local_day


def recount(session: Session, volunteers: Collection[str], *, now: datetime) -> None:
    """Give and withdraw stars by what is verified now and the table that holds today."""
    session.flush()
    today = local_day(session, now)
    minutes = verified_minutes(session, volunteers)
    rows = []
    for part in chunks(sorted(volunteers)):
        places, had = _places(session, part), _stars(session, part)
        tables = {place: table_of(session, place, today) for place in set(places.values())}
        for key in part:
            table = tables[places[key]]
            reached = stars_for(minutes[key], table)
            _withdraw(had[key], reached, today)
            rows += [
                _row(key, places[key], star, minutes[key], today, table)
                for star in range(len(had[key]) + 1, reached + 1)
            ]
    for some in chunks(rows):
        new = set(insert_ignore(session, Recognition.__table__, some))
        for row in some:
            if row["id"] in new:
                _tell(session, row, now)


def _places(session: Session, volunteers: Collection[str]) -> dict[str, str]:
    wanted = sa.select(Volunteer.id, Volunteer.community).where(Volunteer.id.in_(volunteers))
    return dict(session.execute(wanted).all())


def _stars(session: Session, volunteers: Collection[str]) -> dict[str, list[Recognition]]:
    found: dict[str, list[Recognition]] = defaultdict(list)
    wanted = sa.select(Recognition).where(Recognition.volunteer_id.in_(volunteers))
    for row in session.scalars(wanted.order_by(Recognition.id).with_for_update()):
        found[row.volunteer_id].append(row)
    return found


def _withdraw(had: list[Recognition], reached: int, today: date) -> None:
    """What rests on hours that were reversed is no star; reached again, it is one again."""
    for row in had:
        if row.star <= reached:
            row.withdrawn_on = None
        else:
            row.withdrawn_on = row.withdrawn_on or today


def _row(
    volunteer: str, community: str, star: int, minutes: int, today: date, table: StarTable
) -> dict[str, Any]:
    return {
        "id": f"{volunteer}-star{star}",
        "community": community,
        "volunteer_id": volunteer,
        "star": star,
        "minutes": minutes,
        "reached_on": today,
        "table_since": table.since,
    }


def _tell(session: Session, row: Mapping[str, Any], now: datetime) -> None:
    data = {
        "community": row["community"],
        "version": 1,
        "volunteer": row["volunteer_id"],
        "recognition": row["id"],
        "star": row["star"],
        "minutes": row["minutes"],
    }
    publish(session, "star.reached", subject=row["id"], version=1, data=data, now=now)


def table_of(session: Session, community: str, day: date) -> StarTable:
    """The table that holds in a community on ``day``."""
    wanted = sa.select(StarRule).where(StarRule.community == community)
    own = [StarTable(row.since, tuple(row.hours)) for row in session.scalars(wanted)]
    return table_on(day, own)


def set_star_table(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """From ``since`` on stars ask for these hours; those that were given stay as they were."""
    key = (data["community"], data["since"])
    row = session.get(StarRule, key)
    if row is None:
        session.add(StarRule(community=key[0], since=key[1], hours=data["hours"]))
    elif row.hours != data["hours"]:
        raise Conflict(
            f"from {row.since} on the table of {row.community} is another one; give a later day",
            since=row.since.isoformat(),
        )
    session.flush()
    return star_table(session, data, now=now)


def star_table(session: Session, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The table that holds today, and whether it is the national one."""
    table = table_of(session, data["community"], local_day(session, now))
    return {"since": table.since, "hours": list(table.hours), "national": table == NATIONAL}
