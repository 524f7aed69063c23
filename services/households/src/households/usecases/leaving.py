"""A household leaves: its needs are withdrawn, its reviews dropped, its people free to move on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from households.domain.codes import CloseReason, ExitReason, HouseholdStatus, NeedStatus
from households.domain.states import AFTER_EXIT, LIVE, check_household_step
from households.models import Household
from households.usecases import announcing, scheduling
from households.usecases.needs import close


def leave(
    session: Session, household: Household, reason: ExitReason, on: date, *, now: datetime
) -> None:
    """The household is no longer served, from ``on``."""
    depart(session, household, AFTER_EXIT[reason], CloseReason(reason.value), on, now=now)
    household.exit_reason = reason
    announcing.exited(session, household, reason, now=now)


def depart(
    session: Session,
    household: Household,
    status: HouseholdStatus,
    reason: CloseReason,
    on: date,
    *,
    now: datetime,
) -> None:
    """What every way out has in common."""
    check_household_step(household.id, household.status, status)
    household.status, household.left_on = status, on
    scheduling.drop_reviews(household)
    for member in household.members:
        member.present = False
    for need in household.needs:
        if need.status in LIVE:
            close(session, need, NeedStatus.WITHDRAWN, reason, now=now)
