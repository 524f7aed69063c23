"""Referrals: requested, consented to, accepted by a professional, and closed or returned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain import caring as rules
from households.domain.caring import ConcernOutcome, ConcernStatus, ReferralStatus
from households.domain.codes import CloseReason, NeedStatus
from households.domain.states import LIVE, check_concern_step, check_referral_step
from households.models import Concern, Referral
from households.queries import rows
from households.usecases import announcing
from households.usecases.needs import close
from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid

WAITING = (ReferralStatus.REQUESTED, ReferralStatus.CONSENTED)


def request_referral(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Referral:
    """Ask a profession to take a concern over; while it is asked, asking again changes nothing."""
    concern = rows.concern_for_change(session, data["concern"])
    live = next((each for each in concern.referrals if each.live), None)
    if live is not None and live.profession is data["profession"]:
        return live
    if live is not None:
        raise Conflict(
            f"concern {concern.id} is referred already, by {live.id}; return that one first",
            referral=live.id,
        )
    _move_concern(concern, ConcernStatus.REFERRED)
    referral = _store(session, concern, data["profession"], now, actor)
    announcing.referral_requested(session, referral, now=now)
    return referral


def consent_referral(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Referral:
    """The household agrees, or the law demands it: from now on a professional may accept."""
    referral = rows.referral_for_change(session, data["referral"])
    basis, on = data["basis"], data["on"]
    if (referral.basis, referral.consented_on) == (basis, on):
        return referral
    if problem := rules.basis_problem(referral.concern.kind, basis):
        raise Invalid({"basis": [problem]})
    if on > rows.today(session, now):
        raise Invalid({"on": ["lies in the future; give the day of the consent"]})
    _move(referral, ReferralStatus.CONSENTED)
    referral.basis, referral.consented_on = basis, on
    return referral


def accept_referral(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Referral:
    """A professional takes it on; the need that it is about is theirs too, and no volunteer's."""
    referral = rows.referral_for_change(session, data["referral"])
    _require_professional(actor)
    if (referral.status, referral.accepted_by) == (ReferralStatus.ACCEPTED, actor.id):
        return referral
    _move(referral, ReferralStatus.ACCEPTED)
    referral.accepted_by = actor.id
    if referral.concern.need_id:
        need = rows.need_for_change(session, referral.concern.need_id)
        if need.status in LIVE:
            close(session, need, NeedStatus.REFERRED, CloseReason.PROFESSIONAL, now=now)
    return referral


def return_referral(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Referral:
    """Nobody takes it on: the concern is open again, and whoever raised it hears of it."""
    referral = rows.referral_for_change(session, data["referral"])
    if (referral.status, referral.return_reason) == (ReferralStatus.RETURNED, data["reason"]):
        return referral
    _move(referral, ReferralStatus.RETURNED)
    referral.return_reason = data["reason"]
    _move_concern(referral.concern, ConcernStatus.OPEN)
    announcing.referral_returned(session, referral, now=now)
    return referral


def close_referral(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Referral:
    """The professional is done, and the concern with it."""
    referral = rows.referral_for_change(session, data["referral"])
    _require_professional(actor)
    if (referral.status, referral.outcome) == (ReferralStatus.CLOSED, data["outcome"]):
        return referral
    _move(referral, ReferralStatus.CLOSED)
    referral.outcome = data["outcome"]
    _move_concern(referral.concern, ConcernStatus.CLOSED)
    referral.concern.outcome = ConcernOutcome.REFERRED
    return referral


def announce_referrals(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Publish referral.overdue, once, for each that nobody has accepted by the end of its day."""
    late = sa.select(Referral.id).where(
        Referral.live,
        Referral.due_on < (data["today"] or rows.today(session, now)),
        Referral.status.in_(WAITING),
        sa.not_(Referral.overdue),
    )
    if data["community"]:
        late = late.where(Referral.community == data["community"])
    keys = session.scalars(late.order_by(Referral.id)).all()
    return {"announced": sum(_announce(session, key, now) for key in keys)}


def _announce(session: Session, key: str, now: datetime) -> bool:
    referral = rows.referral_for_change(session, key)
    if referral.overdue or referral.status not in WAITING:
        return False  # somebody was faster
    referral.overdue = True
    referral.version += 1
    announcing.referral_overdue(session, referral, now=now)
    return True


def _require_professional(actor: Actor) -> None:
    if actor.role not in rules.PROFESSIONALS:
        raise Forbidden(f"{actor.id} is no social worker; have one of them do it")


def _move(referral: Referral, to: ReferralStatus) -> None:
    check_referral_step(referral.id, referral.status, to)
    referral.status = to
    referral.live = to not in (ReferralStatus.CLOSED, ReferralStatus.RETURNED)
    referral.version += 1


def _move_concern(concern: Concern, to: ConcernStatus) -> None:
    check_concern_step(concern.id, concern.status, to)
    concern.status = to
    concern.version += 1


def _store(
    session: Session, concern: Concern, profession: rules.Profession, now: datetime, actor: Actor
) -> Referral:
    today, number = rows.today(session, now), len(concern.referrals) + 1
    referral = Referral(
        id=f"{concern.id}-F{number}",
        community=concern.community,
        household_id=concern.household_id,
        number=number,
        profession=profession,
        status=ReferralStatus.REQUESTED,
        requested_on=today,
        requested_by=actor.id,
        due_on=rules.due_on(concern.urgency, today),
        version=1,
    )
    concern.referrals.append(referral)
    session.flush()
    return referral
