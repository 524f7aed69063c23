"""Volunteers who are not there: paused, suspended, gone. Their households are not left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.domain.codes import (
    DeclineReason,
    EndReason,
    PairingState,
    Party,
    VolunteerState,
)
from volunteers.domain.states import UNBEGUN
from volunteers.models import Pairing, Volunteer
from volunteers.queries.lookup import local_day, one
from volunteers.queries.people import describe
from volunteers.usecases.answering import propose_for
from volunteers.usecases.pairings import decline, end, hold_needs_of, live_of
from volunteers.usecases.registering import move, publish_volunteer
from volunteers.usecases.resting import RESTING, hand_over, pause


def set_aside(
    session: Session,
    data: Mapping[str, Any],
    state: VolunteerState,
    *,
    now: datetime,
    actor: Actor,
    propose_at_once: bool,
) -> dict[str, Any]:
    """Pause, suspend or release a volunteer. In the state already, nothing changes.

    Proposals fall, and the next best is proposed; begun pairings are handed over to their backup,
    or rest, until the volunteer is back; they end where the volunteer is gone. What the volunteer
    did as somebody's stand-in rests as well. The event lists all of them.
    """
    today = local_day(session, now)
    hold_needs_of(session, data["volunteer"])
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    if volunteer.state == state:
        return describe(volunteer, today)
    move(volunteer, state)
    volunteer.absence, volunteer.absent_until = data["reason"], data["until"]
    volunteer.version += 1
    pairings = live_of(session, volunteer.id)
    publish_volunteer(
        session,
        "volunteer.unavailable",
        volunteer,
        now=now,
        state=state,
        reason=data["reason"],
        pairings=[pairing.id for pairing in pairings],
    )
    session.flush()
    _part(session, volunteer, pairings, state, now)
    session.flush()
    if propose_at_once:
        _propose_next(session, pairings, now)
    return describe(volunteer, today)


def _part(
    session: Session,
    volunteer: Volunteer,
    pairings: Iterable[Pairing],
    state: VolunteerState,
    now: datetime,
) -> None:
    """The volunteer's own pairings are let go; what they did as a stand-in rests."""
    for pairing in pairings:
        if pairing.volunteer_id == volunteer.id:
            _let_go(session, pairing, state, now)
        else:
            pause(session, pairing, now=now)


def _let_go(session: Session, pairing: Pairing, state: VolunteerState, now: datetime) -> None:
    if pairing.state in UNBEGUN:
        decline(session, pairing, Party.VOLUNTEER, DeclineReason.UNAVAILABLE, now=now)
    elif state == VolunteerState.LEFT:
        end(session, pairing, local_day(session, now), EndReason.VOLUNTEER_LEFT, now=now)
    elif pairing.state not in RESTING and not hand_over(session, pairing, now=now):
        pause(session, pairing, now=now)


def _propose_next(session: Session, pairings: list[Pairing], now: datetime) -> None:
    """For needs whose proposals fell; those of ended pairings are raised anew by their owner."""
    by_community: dict[str, list[str]] = {}
    for pairing in pairings:
        if pairing.state == PairingState.DECLINED:
            by_community.setdefault(pairing.community, []).append(pairing.need_id)
    for community, needs in by_community.items():
        propose_for(session, community, needs, now=now)
