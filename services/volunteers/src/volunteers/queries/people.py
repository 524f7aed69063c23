"""Reads about partners and volunteers, none of them personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from volunteers.domain.codes import Lack
from volunteers.domain.people import is_minor, lacking
from volunteers.models import Partner, Volunteer
from volunteers.queries.lookup import matching, one, page_of


def list_partners(session: Session, community: str) -> Sequence[Partner]:
    """A community's partners, by code."""
    wanted = sa.select(Partner).where(Partner.community == community).order_by(Partner.code)
    return session.scalars(wanted).all()


def get_volunteer(session: Session, key: str, today: date) -> dict[str, Any]:
    """One volunteer as the contract shows them."""
    return describe(one(session, Volunteer, key), today)


def find_volunteers(session: Session, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A page of a community's volunteers, by code."""
    conditions = matching(Volunteer, state=data["state"], kind=data["kind"])
    wanted = (
        sa.select(Volunteer)
        .where(Volunteer.community == data["community"], *conditions)
        .order_by(Volunteer.code)
        .options(selectinload(Volunteer.clearances))
    )
    page = page_of(session, wanted, data)
    return page | {"items": [describe(row, today) for row in page["items"]]}


SHOWN = (
    *("id", "community", "code", "partner_id", "companion_id", "kind", "gender", "state"),
    *("absence", "absent_until", "skills", "languages", "availability", "aid_kinds", "capacity"),
    *("max_distance_m", "latitude", "longitude", "clearances", "erased_on", "version"),
)


def describe(volunteer: Volunteer, today: date) -> dict[str, Any]:
    """A volunteer without personal data, and what still keeps them from becoming active."""
    return {name: getattr(volunteer, name) for name in SHOWN} | {
        "minor": is_minor(volunteer.born_by, today),
        "guardian_consent": consented(volunteer, today),
        "lacking": lacks(volunteer, today),
    }


def consented(volunteer: Volunteer, today: date) -> bool:
    """Whether a guardian's consent is there."""
    given = volunteer.guardian_consented_on
    return given is not None and given <= today


def lacks(volunteer: Volunteer, today: date) -> list[Lack]:
    """What keeps this volunteer from becoming active."""
    return lacking(
        minor=is_minor(volunteer.born_by, today),
        availability=volunteer.availability,
        aid_kinds=volunteer.aid_kinds,
        languages=volunteer.languages,
        guardian_consent=consented(volunteer, today),
        companion=volunteer.companion_id,
    )
