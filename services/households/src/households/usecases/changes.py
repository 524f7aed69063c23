"""A household changes: its phone, its wishes, its home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain.codes import CloseReason, HouseholdStatus
from households.domain.places import coarse
from households.domain.states import check_present
from households.models import Household
from households.queries import rows
from households.usecases import announcing, leaving
from servicekit import phones
from servicekit.actors import Actor
from servicekit.errors import Invalid

PLACE = ("building", "address", "latitude", "longitude")


def change_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """Change the fields given. Where the household lets in others than before, its needs change."""
    household = rows.household_for_change(session, data["household"])
    check_present(household.id, household.status)
    given = {name: data[name] for name in ("building", "address", "phone") if name in data}
    if given.get("phone"):
        given["phone"] = _phone(given["phone"])
    _assign(household, given)
    if _assign(household.restriction, data.get("restrictions", {})):
        announcing.all_changed(session, household, now=now)
    return household


def move_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """The household lives elsewhere: within its community, or away in another one.

    The same move again changes nothing.
    """
    household = rows.household_for_change(session, data["household"])
    place = {name: data[name] for name in PLACE}
    place |= {"latitude": coarse(data["latitude"]), "longitude": coarse(data["longitude"])}
    if data["to_community"] in (None, household.community):
        _move_within(session, household, place, now)
    else:
        _move_away(session, household, place, data["to_community"], now)
    return household


def _move_within(
    session: Session, household: Household, place: Mapping[str, Any], now: datetime
) -> None:
    check_present(household.id, household.status)
    if _assign(household, place):
        announcing.moved(session, household, now=now)
        announcing.all_changed(session, household, now=now)


def _move_away(
    session: Session, household: Household, place: Mapping[str, Any], to: str, now: datetime
) -> None:
    if (household.status, household.moved_to) == (HouseholdStatus.MOVED, to):
        return
    on = rows.today(session, now)
    leaving.depart(session, household, HouseholdStatus.MOVED, CloseReason.MOVED, on, now=now)
    household.moved_to = to
    _assign(household, place)
    announcing.moved(session, household, now=now)


def _assign(row: Any, values: Mapping[str, Any]) -> bool:
    """Set what differs; say whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _phone(text: str) -> str:
    number = phones.e164(text)
    if number is None:
        raise Invalid({"phone": [phones.PROBLEM]})
    return number
