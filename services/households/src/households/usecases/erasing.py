"""A household is erased: what identifies its people goes with their keys, what is counted stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain.caring import ConcernStatus
from households.domain.feedback import FeedbackStatus
from households.domain.states import LEAVING
from households.models import Concern, FeedbackCall, Household
from households.queries import rows
from households.usecases import announcing
from servicekit.actors import Actor
from servicekit.errors import Conflict
from servicekit.privacy import destroy_key, require_eraser

OPEN_CONCERN = Concern.status != ConcernStatus.CLOSED


def erase_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """Erase a household that left, with all its people. Erasing again changes nothing.

    Of the place a tenth of a degree is left: figures of the past need no more. Refused while a
    concern is open; calls about visits that nobody made yet are dropped.
    """
    household = rows.household_for_change(session, data["household"])
    if household.erased_on is None:
        require_eraser(actor)
        _refuse_open(session, household)
        _let_go(session, household)
        destroy_key(session, household, on=rows.today(session, now), now=now, actor=actor)
        announcing.erased(session, household, now=now)
    return household


def erase_expired(session: Session, *, days: int, now: datetime, actor: Actor) -> None:
    """Erase the households that left more than ``days`` ago; with open concerns they wait.

    Personal data whose purpose is achieved is to be deleted without being asked: Personal
    Information Protection Law, art. 47; until then claims may be made, for three years: Civil
    Code, art. 188. ``days`` 0: never.
    """
    if not days:
        return
    gone = sa.select(Household.id).where(
        Household.erased_on.is_(None),
        Household.left_on < rows.today(session, now) - timedelta(days=days),
        ~sa.exists().where(Concern.household_id == Household.id, OPEN_CONCERN),
    )
    for key in session.scalars(gone.order_by(Household.id)).all():
        erase_household(session, {"household": key}, now=now, actor=actor)


def _refuse_open(session: Session, household: Household) -> None:
    if household.status not in LEAVING:
        raise Conflict(f"{household.id} is {household.status}; record its exit first")
    unsettled = sa.select(Concern.id).where(Concern.household_id == household.id, OPEN_CONCERN)
    if ids := session.scalars(unsettled.order_by(Concern.id)).all():
        raise Conflict(
            f"{household.id} has concerns that are not settled: {', '.join(ids)}; "
            "close them, or wait for the professional",
            concerns=list(ids),
        )


def _let_go(session: Session, household: Household) -> None:
    for member in household.members:
        member.data_key, member.identity_index, member.grade = b"", "", None
        member.name_sealed = member.identity_number_sealed = None
        member.phone_sealed = member.disability_sealed = None
    for need in household.needs:
        need.note_sealed, need.slots = None, []
    for concern in session.scalars(sa.select(Concern).filter_by(household_id=household.id)):
        concern.note_sealed = None
    for call in session.scalars(sa.select(FeedbackCall).filter_by(household_id=household.id)):
        call.note_sealed = None
        if call.status is FeedbackStatus.PLANNED:
            session.delete(call)
    household.address_sealed = household.phone_sealed = None
    household.building = ""
    household.latitude = round(household.latitude, 1)
    household.longitude = round(household.longitude, 1)
