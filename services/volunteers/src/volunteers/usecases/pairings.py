"""Pairings on their way: proposed by hand, accepted, declined, started, confirmed, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.privacy import assign_key
from volunteers.domain.codes import (
    DeclineReason,
    EndReason,
    NeedStatus,
    PairingState,
    Party,
    VisitState,
)
from volunteers.domain.matching import OVERRIDABLE, Need, propose_one, score
from volunteers.domain.states import LIVE, PAIRING
from volunteers.models import Decline, NeedCopy, Pairing, Visit
from volunteers.queries.lookup import LOCK, local_day, one
from volunteers.queries.world import rules_of, world_near
from volunteers.usecases import planning, safety
from volunteers.usecases.answering import propose_for
from volunteers.usecases.proposing import Proposal, propose, publish_pairing


def propose_pairing(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Pairing:
    """Propose by hand, with a reason. What keeps people safe is refused here as anywhere."""
    today = local_day(session, now)
    copy = one(session, NeedCopy, data["need"])
    _refuse_second(session, copy)
    need = safety.need_now(session, copy.id)
    volunteer = safety.volunteer_now(session, data["volunteer"], today)
    rules = rules_of(session, need.community)
    safety.refuse_pair(safety.refusals(need, volunteer, rules, today, overridable=OVERRIDABLE))
    instead_of = _machines_choice(session, need, today)
    factors = score(need, volunteer, rules, today)
    points = sum(each.contribution for each in factors)
    proposal = Proposal(need, volunteer, None, points, factors, manual=True)
    stored = propose(session, [proposal], rules, today, now=now)
    if not stored:
        raise Conflict(
            f"need {need.id} or volunteer {volunteer.id} was taken meanwhile; look again",
            need=need.id,
            volunteer=volunteer.id,
        )
    assign_key(session, stored[0])
    stored[0].override_reason = data["reason"]
    stored[0].frozen = stored[0].frozen | {"instead_of": instead_of}  # told by the overrides report
    return stored[0]


def _machines_choice(session: Session, need: Need, today: date) -> dict[str, Any] | None:
    """Whom the machine would have proposed, and by which factors; None where nobody may."""
    seen = world_near(session, need, today)
    best = propose_one(need, seen.volunteers, seen.rules, today, top=1)
    return best[0].to_data() if best else None


def _refuse_second(session: Session, copy: NeedCopy) -> None:
    live = session.scalar(
        sa.select(Pairing.id).where(Pairing.need_id == copy.id, Pairing.state.in_(LIVE))
    )
    if live is not None:
        raise Conflict(
            f"need {copy.id} has the live pairing {live}; decline or end that one first",
            need=copy.id,
            pairing=live,
        )
    if copy.status != NeedStatus.OPEN:
        raise Conflict(
            f"need {copy.id} is {copy.status}; only an open need is paired", need=copy.id
        )


def accept_pairing(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Pairing:
    """The coordinator agrees. Accepting again changes nothing."""
    pairing = one(session, Pairing, data["pairing"], lock=True)
    if pairing.state != PairingState.ACCEPTED:
        _move_safely(session, pairing, PairingState.ACCEPTED, now)
        publish_pairing(session, "pairing.accepted", pairing, now=now)
    return pairing


def decline_pairing(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor,
    propose_at_once: bool,
) -> Pairing:
    """Somebody says no: this volunteer is not proposed again for the need, the next best is."""
    pairing = _with_need(session, data["pairing"])
    said = (data["by"], data["reason"])
    if (pairing.declined_by, pairing.decline_reason) == said:
        return pairing
    decline(session, pairing, *said, now=now)
    session.add(
        Decline(
            id=pairing.id,
            community=pairing.community,
            need_id=pairing.need_id,
            volunteer_id=pairing.volunteer_id,
            declined_by=data["by"],
            reason=data["reason"],
            declined_at=now,
        )
    )
    session.flush()
    if propose_at_once:
        propose_for(session, pairing.community, [pairing.need_id], now=now)
    return pairing


def _with_need(session: Session, key: str) -> Pairing:
    """A pairing and its need, both locked: the need may be proposed for, or be met."""
    one(session, NeedCopy, one(session, Pairing, key).need_id, lock=True)
    return one(session, Pairing, key, lock=True)


def decline(
    session: Session, pairing: Pairing, by: Party, reason: DeclineReason, *, now: datetime
) -> None:
    """Let a proposal fall, whether or not that says anything about the two people."""
    move(pairing, PairingState.DECLINED)
    pairing.declined_by, pairing.decline_reason = by, reason
    publish_pairing(session, "pairing.declined", pairing, now=now, by=by, reason=reason)


def start_pairing(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor, plan_days: int
) -> Pairing:
    """Volunteer and household have agreed: the trial begins, its first visits are planned."""
    pairing = one(session, Pairing, data["pairing"], lock=True)
    starts_on: date = data["starts_on"]
    if pairing.starts_on == starts_on:
        return pairing
    _refuse_start(pairing, starts_on, local_day(session, pairing.proposed_at))
    _move_safely(session, pairing, PairingState.TRIAL, now)
    pairing.starts_on = starts_on
    pairing.slots = planning.agree_slots(session, pairing)
    publish_pairing(session, "pairing.started", pairing, now=now, starts_on=starts_on)
    today = local_day(session, now)
    first_day = max(starts_on, today)
    planning.plan(session, [pairing], first_day + timedelta(days=plan_days), today)
    return pairing


def _refuse_start(pairing: Pairing, starts_on: date, proposed_on: date) -> None:
    ends_on = (pairing.need.facts or {}).get("ends_on")
    if starts_on < proposed_on:
        problem = f"{starts_on} lies before the proposal on {proposed_on}; choose a later day"
        raise Invalid({"starts_on": [problem]})
    if ends_on is not None and starts_on > date.fromisoformat(ends_on):
        problem = f"{starts_on} lies after the need's end on {ends_on}; choose an earlier day"
        raise Invalid({"starts_on": [problem]})


def confirm_pairing(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Pairing:
    """The trial went well. Confirming again changes nothing."""
    pairing = one(session, Pairing, data["pairing"], lock=True)
    if pairing.state == PairingState.HANDOVER:
        raise Conflict(
            f"pairing {pairing.id} is handed over for now; confirm it when the volunteer is back",
            pairing=pairing.id,
        )
    if not (pairing.confirmed and pairing.state == PairingState.ACTIVE):
        _move_safely(session, pairing, PairingState.ACTIVE, now)
        pairing.confirmed = True
    return pairing


def end_pairing(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Pairing:
    """End after the day ``on``; later visits are cancelled. The same again changes nothing."""
    pairing = _with_need(session, data["pairing"])
    if (pairing.ended_on, pairing.end_reason) == (data["on"], data["reason"]):
        return pairing
    if pairing.starts_on is not None and data["on"] < pairing.starts_on:
        problem = f"{data['on']} lies before the start on {pairing.starts_on}; give a later day"
        raise Invalid({"on": [problem]})
    end(session, pairing, data["on"], data["reason"], now=now)
    return pairing


def end(session: Session, pairing: Pairing, on: date, reason: EndReason, *, now: datetime) -> None:
    """End a begun pairing; its need, if met, waits for nobody."""
    move(pairing, PairingState.ENDED)
    pairing.ended_on, pairing.end_reason = on, reason
    if reason == EndReason.NEED_MET:
        pairing.need.status = NeedStatus.MET
    cancelling = (
        sa.update(Visit)
        .where(Visit.pairing_id == pairing.id, Visit.on > on, Visit.state == VisitState.PLANNED)
        .values(state=VisitState.CANCELLED, version=Visit.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(cancelling)
    publish_pairing(session, "pairing.ended", pairing, now=now, ended_on=on, reason=reason)


def _carried_by(volunteer: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(Pairing.volunteer_id == volunteer, Pairing.state.in_(LIVE)),
        sa.and_(Pairing.backup_id == volunteer, Pairing.state == PairingState.HANDOVER),
    )


def live_of(session: Session, volunteer: str) -> list[Pairing]:
    """A volunteer's live pairings as primary or standing in, by id, locked."""
    wanted = (
        sa.select(Pairing)
        .where(_carried_by(volunteer))
        .order_by(Pairing.id)
        .with_for_update(**LOCK)
    )
    return sorted(session.scalars(wanted), key=lambda pairing: pairing.id)


def hold_needs_of(session: Session, volunteer: str) -> None:
    """Lock the needs and pairings that a volunteer carries, before the volunteer."""
    live = sa.select(Pairing.need_id).where(_carried_by(volunteer))
    needs = sa.select(NeedCopy.id).where(NeedCopy.id.in_(live)).order_by(NeedCopy.id)
    session.execute(needs.with_for_update(**LOCK))
    live_of(session, volunteer)


def _move_safely(session: Session, pairing: Pairing, state: PairingState, now: datetime) -> None:
    """Take a legal step towards the household, unless it has become unsafe since the last one."""
    PAIRING.check(pairing.id, pairing.state, state)
    safety.refuse_unsafe(session, pairing, local_day(session, now))
    move(pairing, state)


def move(pairing: Pairing, state: PairingState) -> None:
    """Take a legal step, which raises the version."""
    PAIRING.check(pairing.id, pairing.state, state)
    pairing.state = state
    pairing.version += 1
