"""The accounts of a period as an office keeps them: visits, hours, the ledger, budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from volunteers.models import HourEntry, Partner, Project, Visit, Volunteer
from volunteers.queries.hours import believed
from volunteers.queries.reciprocity import ledger


def accounts_of(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """All that the workbook of a period says, by codes: nobody's name is in it."""
    return {
        "visits": _visits(session, data),
        "hours": _hours(session, data),
        "parties": ledger(session, data)["parties"],
        "lines": _lines(session, data),
    }


def _visits(session: Session, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    wanted = sa.select(Visit).where(
        Visit.community == data["community"], Visit.on.between(data["since"], data["until"])
    )
    found = session.scalars(wanted.order_by(Visit.on, Visit.id).options(joinedload(Visit.pairing)))
    return [
        {
            "on": visit.on,
            "household": visit.pairing.household,
            "volunteer": visit.visitor_id,
            "aid_kind": visit.pairing.aid_kind,
            "state": visit.state,
            "minutes": visit.minutes,
            "minutes_done": visit.minutes_done,
        }
        for visit in found
    ]


def _hours(session: Session, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was verified, by volunteer."""
    counts = (sa.func.count(), sa.func.sum(HourEntry.minutes))
    wanted = (
        believed(HourEntry.volunteer_id, Partner.name, *counts)
        .join(Volunteer, Volunteer.id == HourEntry.volunteer_id)
        .outerjoin(Partner, Partner.id == Volunteer.partner_id)
        .where(HourEntry.community == data["community"])
        .where(HourEntry.on.between(data["since"], data["until"]))
        .group_by(HourEntry.volunteer_id, Partner.name)
        .order_by(HourEntry.volunteer_id)
    )
    return [
        {"volunteer": volunteer, "partner": partner, "services": services, "minutes": int(minutes)}
        for volunteer, partner, services, minutes in session.execute(wanted)
    ]


def _lines(session: Session, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The budgets of projects that are carried out in the period, line by line."""
    wanted = sa.select(Project).where(
        Project.community == data["community"],
        Project.starts_on <= data["until"],
        Project.ends_on >= data["since"],
    )
    return [
        {"project": project.id, "of": project.title} | line
        for project in session.scalars(wanted.order_by(Project.id))
        for line in project.lines
    ]
