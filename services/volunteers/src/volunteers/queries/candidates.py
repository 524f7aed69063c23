"""Volunteers as matching sees them: all of a community, or those within reach of one need."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import one_of
from volunteers.domain.calendar import Slot
from volunteers.domain.codes import VolunteerState
from volunteers.domain.matching import Companion, Need, Rules
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.domain.states import LIVE
from volunteers.domain.training import gated
from volunteers.models import Clearance, Pairing, Partner, Volunteer
from volunteers.queries.lookup import CHUNK, chunks
from volunteers.queries.people import consented
from volunteers.queries.training import gates_of, trained_until

METRES_A_DEGREE = 111_195
SEEN = [
    getattr(Volunteer, name)
    for name in (
        "id",
        "community",
        "kind",
        "state",
        "gender",
        "born_by",
        "guardian_consented_on",
        "aid_kinds",
        "skills",
        "languages",
        "availability",
        "capacity",
        "max_distance_m",
        "latitude",
        "longitude",
        "partner_id",
        "companion_id",
    )
]
"""The columns that matter; plain rows of them are read several times faster than objects."""


def active_volunteers(session: Session, community: str, *near: Any) -> Sequence[Any]:
    """Active volunteers of the community, and of partners that serve it from elsewhere; by id."""
    partners = session.execute(sa.select(Partner.id, Partner.serves)).all()
    serving = [key for key, serves in partners if community in serves]
    mine = Volunteer.community == community
    wanted = (
        sa.select(*SEEN)
        .where(
            sa.or_(mine, Volunteer.partner_id.in_(serving)) if serving else mine,
            Volunteer.state == VolunteerState.ACTIVE,
            *near,
        )
        .order_by(Volunteer.id)
    )
    return session.execute(wanted).all()


def within_reach(session: Session, need: Need, rules: Rules) -> Sequence[Any]:
    """Those of them who offer the need's aid and live as near as the rules and they themselves say,
    or little farther."""
    north = _degrees(rules.reach(need.aid_kind))
    # meridians come closer towards the poles; on one of them every longitude is near
    shrink = math.cos(math.radians(min(abs(need.latitude) + north, 90)))
    east = north / shrink if shrink > north / 180 else 180
    to_north = Volunteer.latitude - need.latitude
    to_east = (Volunteer.longitude - need.longitude) * shrink
    away, own = to_north * to_north + to_east * to_east, _degrees(Volunteer.max_distance_m)
    return active_volunteers(
        session,
        need.community,
        Volunteer.latitude.between(need.latitude - north, need.latitude + north),
        Volunteer.longitude.between(need.longitude - east, need.longitude + east),
        away <= north * north,
        away <= own * own,
        sa.cast(Volunteer.aid_kinds, sa.Text).contains(f'"{need.aid_kind}"', autoescape=True),
    )


def _degrees(metres: Any) -> Any:
    """As many degrees of latitude, and a hundredth more."""
    return metres * (1.01 / METRES_A_DEGREE)


def candidates(session: Session, rows: Iterable[Any], today: date) -> list[Candidate]:
    """Volunteers for matching, with the pairings they already have."""
    rows = list(rows)
    companions = _companions(session, {row.companion_id for row in rows} - {None})
    papers = _papers(session, [*rows, *companions.values()])
    few = [row.id for row in rows] if len(rows) <= CHUNK else None
    loads, backups = loads_of(session, few), _backup_loads(session, few)
    partners = session.execute(sa.select(Partner.id, Partner.serves)).all()
    serves: dict[str | None, list[str]] = dict(partners)
    return [
        Candidate(
            **_person(row, papers),
            community=row.community,
            kind=str(row.kind),
            aid_kinds=frozenset(row.aid_kinds),
            availability=slots_of(row.availability),
            capacity=row.capacity,
            max_distance_m=row.max_distance_m,
            latitude=row.latitude,
            longitude=row.longitude,
            partner=row.partner_id,
            serves=frozenset(serves.get(row.partner_id, ())),
            skills=frozenset(row.skills),
            languages=frozenset(row.languages),
            load=loads.get(row.id, 0),
            backup_load=backups.get(row.id, 0),
            guardian_consent=consented(row, today),
            companion=Companion(**_person(companions[row.companion_id], papers))
            if row.companion_id is not None
            else None,
        )
        for row in rows
    ]


def _person(row: Any, papers: Mapping[str, dict[str, date]]) -> dict[str, Any]:
    """What is known of volunteers and of companions."""
    return {
        "id": row.id,
        "gender": str(row.gender),
        "birth_date": row.born_by,
        "active": row.state == VolunteerState.ACTIVE,
        "clearances": papers.get(row.id, {}),
    }


def slots_of(slots: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    return tuple(Slot.from_data(slot) for slot in slots)


def _companions(session: Session, keys: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in chunks(sorted(keys)):
        wanted = sa.select(*SEEN).where(Volunteer.id.in_(part))
        found |= {row.id: row for row in session.execute(wanted)}
    return found


def _papers(session: Session, rows: Collection[Any]) -> dict[str, dict[str, date]]:
    """By volunteer the last valid day of each kind of clearance, the latest renewal counting."""
    wanted = sa.select(Clearance.volunteer_id, Clearance.kind, Clearance.expires_on)
    if len(rows) <= CHUNK:
        wanted = wanted.where(_among(session, Clearance.volunteer_id, [row.id for row in rows]))
    else:
        wanted = wanted.where(Clearance.community.in_({row.community for row in rows}))
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for volunteer, kind, last in session.execute(wanted.order_by(Clearance.expires_on)):
        found[volunteer][str(kind)] = last
    return _as_trained(session, rows, found)


def _as_trained(
    session: Session, rows: Collection[Any], papers: dict[str, dict[str, date]]
) -> dict[str, dict[str, date]]:
    """Papers that ask for training hold no longer than it does."""
    gates = gates_of(session, {row.community for row in rows})
    asked = {row.id: gates[row.community] for row in rows if row.community in gates}
    trained = trained_until(session, asked)
    return papers | {
        key: gated(papers.get(key, {}), courses, trained[key]) for key, courses in asked.items()
    }


def loads_of(session: Session, only: Collection[str] | None = None) -> dict[str, int]:
    """How many live pairings each volunteer has as primary."""
    wanted = sa.select(Pairing.volunteer_id, sa.func.count()).where(Pairing.state.in_(LIVE))
    if only is not None:
        wanted = wanted.where(_among(session, Pairing.volunteer_id, only))
    return dict(session.execute(wanted.group_by(Pairing.volunteer_id)).all())


def _backup_loads(session: Session, only: Collection[str] | None) -> dict[str | None, int]:
    wanted = (
        sa.select(Pairing.backup_id, sa.func.count())
        .where(Pairing.state.in_(LIVE), Pairing.backup_id.is_not(None))
        .group_by(Pairing.backup_id)
    )
    if only is not None:
        wanted = wanted.where(_among(session, Pairing.backup_id, only))
    return dict(session.execute(wanted).all())


def _among(session: Session, column: Any, ids: Collection[str]) -> sa.ColumnElement[bool]:
    return one_of(column, ids, session.get_bind().dialect.name)
