"""Reads about hours: the ledger, what is in doubt, and what it comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from volunteers.domain.codes import HoursState
from volunteers.domain.recognition import FlagState
from volunteers.models import (
    HourEntry,
    HourFlag,
    Pairing,
    Recognition,
    TopUp,
    Visit,
    Volunteer,
)
from volunteers.queries.lookup import chunks, matching, one, page_of

SETTLED = (HoursState.VERIFIED, HoursState.REVERSED)
WORK: Any = sa.func.coalesce(HourEntry.visit_id, HourEntry.top_up_id)
KIND: Any = sa.func.coalesce(Pairing.aid_kind, TopUp.aid_kind)


def open_flags(work: Any) -> sa.ColumnElement[bool]:
    """Whether something about this work waits to be looked into."""
    spoken_of = sa.or_(HourFlag.work == work, HourFlag.other == work)
    return sa.exists().where(spoken_of, HourFlag.state == FlagState.OPEN)


def doubted(session: Session, work: str) -> bool:
    """The same for one."""
    return bool(session.scalar(sa.select(open_flags(work))))


def _same_work(other: Any, state: HoursState) -> sa.ColumnElement[bool]:
    """The line of the same work in that state, by its id."""
    return sa.and_(other.id == WORK.concat(f"-{state}"))


def believed(*columns: Any) -> sa.Select[Any]:
    """Columns of what was verified and is not reversed, together with what it was for."""
    reversal = aliased(HourEntry)
    return (
        sa.select(*columns)
        .select_from(HourEntry)
        .outerjoin(Visit, Visit.id == HourEntry.visit_id)
        .outerjoin(Pairing, Pairing.id == Visit.pairing_id)
        .outerjoin(TopUp, TopUp.id == HourEntry.top_up_id)
        .outerjoin(reversal, _same_work(reversal, HoursState.REVERSED))
        .where(HourEntry.state == HoursState.VERIFIED, reversal.id.is_(None))
    )


def verified_minutes(session: Session, volunteers: Collection[str]) -> dict[str, int]:
    """What was verified of each of these volunteers' hours and is not reversed."""
    found: dict[str, int] = dict.fromkeys(volunteers, 0)
    for part in chunks(sorted(volunteers)):
        wanted = believed(HourEntry.volunteer_id, sa.func.sum(HourEntry.minutes))
        wanted = wanted.where(HourEntry.volunteer_id.in_(part)).group_by(HourEntry.volunteer_id)
        found |= {volunteer: int(total) for volunteer, total in session.execute(wanted)}
    return found


def served(session: Session, volunteer: str, since: date, until: date) -> list[dict[str, Any]]:
    """What was verified of a volunteer's services in a period, by aid kind."""
    wanted = (
        believed(KIND, sa.func.count(), sa.func.sum(HourEntry.minutes))
        .where(HourEntry.volunteer_id == volunteer, HourEntry.on.between(since, until))
        .group_by(KIND)
        .order_by(KIND)
    )
    return [
        {"aid_kind": str(of), "services": services, "minutes": int(minutes)}
        for of, services, minutes in session.execute(wanted)
    ]


def hours_by_kind(session: Session, community: str) -> dict[str, Any]:
    """A community's services with hours and their minutes, by aid kind; without reversed ones."""
    reversal, verified = aliased(HourEntry), aliased(HourEntry)
    wanted = (
        sa.select(
            KIND,
            sa.func.count(),
            sa.func.sum(HourEntry.minutes),
            sa.func.coalesce(sa.func.sum(verified.minutes), 0),
        )
        .outerjoin(Visit, Visit.id == HourEntry.visit_id)
        .outerjoin(Pairing, Pairing.id == Visit.pairing_id)
        .outerjoin(TopUp, TopUp.id == HourEntry.top_up_id)
        .outerjoin(verified, _same_work(verified, HoursState.VERIFIED))
        .outerjoin(reversal, _same_work(reversal, HoursState.REVERSED))
        .where(
            HourEntry.community == community,
            HourEntry.state == HoursState.REPORTED,
            reversal.id.is_(None),
        )
        .group_by(KIND)
        .order_by(KIND)
    )
    names = ("aid_kind", "visits", "reported", "verified")
    return {"items": [dict(zip(names, row, strict=True)) for row in session.execute(wanted)]}


def hours(session: Session, volunteer: str) -> dict[str, Any]:
    """A volunteer's minutes, reported and not yet settled, verified; and the ledger's lines."""
    one(session, Volunteer, volunteer)
    wanted = (
        sa.select(HourEntry)
        .where(HourEntry.volunteer_id == volunteer)
        .order_by(HourEntry.on, HourEntry.id)
    )
    entries = session.scalars(wanted).all()
    minutes = {(entry.work, entry.state): entry.minutes for entry in entries}
    return {
        "volunteer": volunteer,
        "reported": sum(
            spent
            for (work, state), spent in minutes.items()
            if state == HoursState.REPORTED and not any((work, end) in minutes for end in SETTLED)
        ),
        "verified": verified_minutes(session, {volunteer})[volunteer],
        "entries": entries,
    }


def find_flags(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of hours that are in doubt, or were."""
    conditions = matching(HourFlag, state=data["state"], volunteer_id=data["volunteer"])
    wanted = sa.select(HourFlag).where(HourFlag.community == data["community"], *conditions)
    return page_of(session, wanted.order_by(HourFlag.on.desc(), HourFlag.id), data)


def find_top_ups(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of claims that wait for a second person."""
    settled = aliased(HourEntry)
    wanted = (
        sa.select(TopUp)
        .where(
            TopUp.community == data["community"],
            ~sa.exists().where(settled.top_up_id == TopUp.id, settled.state.in_(SETTLED)),
        )
        .order_by(TopUp.requested_at, TopUp.id)
    )
    return page_of(session, wanted, data)


def find_stars(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of stars that people have, the latest first."""
    wanted = sa.select(Recognition).where(
        Recognition.community == data["community"],
        Recognition.withdrawn_on.is_(None),
        *matching(Recognition, volunteer_id=data["volunteer"]),
    )
    latest = wanted.order_by(Recognition.reached_on.desc(), Recognition.id)
    return page_of(session, latest, data)
