"""Where a household stands: certified, decertified, gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain import reviews as review_rules
from households.domain.codes import HouseholdStatus, NeedStatus
from households.domain.states import (
    AFTER_EXIT,
    LEAVING,
    check_household_step,
    check_not_erased,
    exit_after_decertification,
)
from households.models import Household
from households.queries import rows
from households.usecases import announcing, leaving, scheduling
from households.usecases.registration import check_at_home
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid

CERTIFICATE = {
    "certified_on": "certified_on",
    "certified_until": "valid_until",
    "income_stable": "income_stable",
}
"""What a household keeps of its certificate, and how the certificate calls it."""


def verify_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """A coordinator has seen the certificate. The same dates again change nothing."""
    household = rows.household_for_change(session, data["household"])
    if _known(household, data):
        return household
    if _outdated(household, data["certified_on"]):
        raise Conflict(
            f"household {household.id} has newer papers than one of {data['certified_on']}; "
            "ask for a certificate of a later day",
            fields=["certified_on"],
        )
    _verify(session, household, data, now)
    return household


def follow_certificate(session: Session, data: Mapping[str, Any], *, now: datetime) -> Household:
    """The authority certified the household; what is older than what is known is passed over."""
    household = rows.household_for_change(
        session, rows.household_id(data["community"], data["household"])
    )
    if not _known(household, data) and not _outdated(household, data["certified_on"]):
        _verify(session, household, data, now)
    return household


def follow_decertification(
    session: Session, data: Mapping[str, Any], *, now: datetime
) -> Household:
    """The authority withdrew the certificate: help fades out or ends at once (domain/states)."""
    household = rows.household_for_change(
        session, rows.household_id(data["community"], data["household"])
    )
    on = data["decertified_on"]
    if on > rows.today(session, now):
        raise Invalid({"decertified_on": ["lies in the future; publish it on that day"]})
    newer = household.certified_on is not None and household.certified_on > on
    if not newer and (household.decertified_on is None or household.decertified_on < on):
        household.decertified_on = on
        _decertify(session, household, data["reason"], on, now)
    return household


def exit_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """The household is no longer served; the same exit again changes nothing."""
    household = rows.household_for_change(session, data["household"])
    reason, on = data["reason"], data["on"]
    if on > rows.today(session, now):
        raise Invalid({"on": ["lies in the future; record the exit on that day"]})
    gone = (household.status, household.exit_reason, household.left_on)
    if gone != (AFTER_EXIT[reason], reason, on):
        leaving.leave(session, household, reason, on, now=now)
    return household


def _known(household: Household, data: Mapping[str, Any]) -> bool:
    return all(getattr(household, mine) == data[theirs] for mine, theirs in CERTIFICATE.items())


def _outdated(household: Household, certified_on: date) -> bool:
    # on the same day a decertification is the later word, in whatever order the two arrive
    before = household.certified_on is not None and certified_on < household.certified_on
    return before or (
        household.decertified_on is not None and certified_on <= household.decertified_on
    )


def _verify(session: Session, household: Household, data: Mapping[str, Any], now: datetime) -> None:
    _check_dates(data, rows.today(session, now))
    check_household_step(household.id, household.status, HouseholdStatus.VERIFIED)
    if household.status is HouseholdStatus.EXITED:
        _come_back(session, household)
    household.status = HouseholdStatus.VERIFIED
    for mine, theirs in CERTIFICATE.items():
        setattr(household, mine, data[theirs])
    household.valid_until = data["valid_until"]
    due = review_rules.next_review(
        data["certified_on"], income_stable=data["income_stable"], valid_until=data["valid_until"]
    )
    scheduling.plan_review(household, due)
    announcing.verified(session, household, now=now)
    for need in household.needs:
        if need.status is NeedStatus.OPEN and not need.announced:
            announcing.raised(session, need, now=now)


def _check_dates(data: Mapping[str, Any], today: date) -> None:
    problems = {}
    if data["certified_on"] > today:
        problems["certified_on"] = ["lies in the future; give the day of the certificate"]
    if data["valid_until"] < data["certified_on"]:
        problems["valid_until"] = ["lies before certified_on; compare both with the certificate"]
    elif data["valid_until"] < today:
        problems["valid_until"] = ["is over; ask for a renewed certificate"]
    if problems:
        raise Invalid(problems)


def _come_back(session: Session, household: Household) -> None:
    check_not_erased(household.id, household.erased_on)
    digests = [member.identity_index for member in household.members]
    check_at_home(session, household.community, digests, but=household.id)
    for member in household.members:
        member.present = True
    household.left_on = household.exit_reason = None


def _decertify(
    session: Session, household: Household, reason: str, on: date, now: datetime
) -> None:
    if household.status in LEAVING:
        return
    exit_reason = exit_after_decertification(household.status, reason)
    if exit_reason is not None:
        leaving.leave(session, household, exit_reason, on, now=now)
    elif household.status is not HouseholdStatus.GRACE:
        scheduling.start_grace(household, on)
