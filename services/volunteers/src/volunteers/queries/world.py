"""The world as matching sees it, read in a constant number of statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import EndReason, NeedStatus, PairingState, Urgency
from volunteers.domain.matching import DEFAULT_RULES, Need, Rules
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.domain.states import LIVE
from volunteers.models import Decline, MatchingRules, NeedCopy, Pairing
from volunteers.queries.candidates import active_volunteers, candidates, slots_of, within_reach
from volunteers.queries.lookup import CHUNK

URGENCY = {Urgency.ROUTINE: 1, Urgency.SOON: 2, Urgency.URGENT: 3}
COPIED = ("household", "community", "aid_kind", "service", "frequency", "minutes")
WISHED = ("latitude", "longitude", "involves_minor", "grade", "gender", "minors_welcome")
LEFT_THE_NEED = (EndReason.VOLUNTEER_LEFT, EndReason.HANDOVER)
"""Who ended a pairing so is not proposed for the same need again."""


@dataclass(frozen=True)
class World:
    """Needs that wait, volunteers who may be asked, and the rules that hold."""

    needs: list[Need]
    volunteers: list[Candidate]
    rules: Rules
    today: date


def world(session: Session, community: str, today: date) -> World:
    """What a run over ``community`` decides on: open needs, those with a proposal included.

    A proposal that nobody accepted yet may be moved, unless people chose it by hand: its place is
    given back, and the need knows who is its ``current`` volunteer.
    """
    waiting = sa.select(Pairing.need_id, Pairing.volunteer_id, Pairing.backup_id).where(
        Pairing.community == community,
        Pairing.state == PairingState.PROPOSED,
        Pairing.manual.is_(False),
    )
    proposed = session.execute(waiting).all()
    current = {row.need_id: row.volunteer_id for row in proposed}
    copies = open_needs(session, community, today, movable=True)
    people = candidates(session, active_volunteers(session, community), today)
    return World(
        needs=[
            replace(need, current=current[need.id]) if need.id in current else need
            for need in known_needs(session, copies)
        ],
        volunteers=relieved(people, proposed),
        rules=rules_of(session, community),
        today=today,
    )


def world_near(session: Session, need: Need, today: date) -> World:
    """The same for one need that waits: only who lives within its reach is read."""
    rules = rules_of(session, need.community)
    near = candidates(session, within_reach(session, need, rules), today)
    return World([need], near, rules, today)


def relieved(people: Iterable[Candidate], given_back: Collection[Any]) -> list[Candidate]:
    """The volunteers without the places that these pairings take."""
    loads = Counter(each.volunteer_id for each in given_back)
    backups = Counter(each.backup_id for each in given_back)
    return [
        replace(
            each, load=each.load - loads[each.id], backup_load=each.backup_load - backups[each.id]
        )
        if each.id in loads or each.id in backups
        else each
        for each in people
    ]


def rules_of(session: Session, community: str) -> Rules:
    """The community's own rules, else the default ones."""
    own = session.get(MatchingRules, community)
    return Rules.from_data(own.data) if own else DEFAULT_RULES


def open_needs(
    session: Session,
    community: str,
    today: date,
    only: Collection[str] | None = None,
    *,
    movable: bool = False,
) -> list[NeedCopy]:
    """Needs that are open, not over, and have no live pairing, or one that may be moved; by id."""
    copies = _unpaired(session, community, only, movable=movable)
    return [copy for copy in copies if not _over(copy, today)]


def over_needs(session: Session, community: str, today: date) -> list[NeedCopy]:
    """Needs that are still open although their last day has passed unserved; by id."""
    return [copy for copy in _unpaired(session, community) if _over(copy, today)]


def _unpaired(
    session: Session,
    community: str,
    only: Collection[str] | None = None,
    *,
    movable: bool = False,
) -> list[NeedCopy]:
    live = sa.exists().where(Pairing.need_id == NeedCopy.id, Pairing.state.in_(LIVE))
    if movable:
        live = live.where(sa.or_(Pairing.state != PairingState.PROPOSED, Pairing.manual))
    wanted = (
        sa.select(NeedCopy)
        .where(NeedCopy.community == community, NeedCopy.status == NeedStatus.OPEN, ~live)
        .order_by(NeedCopy.id)
    )
    if only is not None:
        wanted = wanted.where(NeedCopy.id.in_(only))
    return [copy for copy in session.scalars(wanted) if copy.facts]


def _over(copy: NeedCopy, today: date) -> bool:
    ends_on = (copy.facts or {})["ends_on"]
    return ends_on is not None and date.fromisoformat(ends_on) < today


def known_needs(session: Session, copies: Iterable[NeedCopy]) -> list[Need]:
    """Needs for matching, with what earlier pairings taught about them."""
    copies = list(copies)
    communities = {copy.community for copy in copies}
    few = copies if len(copies) <= CHUNK else None
    declined = _declined(session, communities, few)
    history = _history(session, communities, few)
    return [_need(copy, declined[copy.id], history[copy.household]) for copy in copies]


def _declined(
    session: Session, communities: Collection[str], only: Collection[NeedCopy] | None
) -> Mapping[str, set[str]]:
    wanted = sa.select(Decline.need_id, Decline.volunteer_id).where(
        Decline.community.in_(communities)
    )
    if only is not None:
        wanted = wanted.where(Decline.need_id.in_([copy.id for copy in only]))
    found: dict[str, set[str]] = defaultdict(set)
    for need, volunteer in session.execute(wanted):
        found[need].add(volunteer)
    return found


def _history(
    session: Session, communities: Collection[str], only: Collection[NeedCopy] | None
) -> Mapping[str, list[Any]]:
    """Ended pairings by household: rows of need, volunteer, reason."""
    wanted = sa.select(
        Pairing.household, Pairing.need_id, Pairing.volunteer_id, Pairing.end_reason
    ).where(Pairing.community.in_(communities), Pairing.state == PairingState.ENDED)
    if only is not None:
        wanted = wanted.where(Pairing.household.in_([copy.household for copy in only]))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.household].append(row)
    return found


def _need(copy: NeedCopy, declined: Collection[str], history: Collection[Any]) -> Need:
    facts = copy.facts or {}
    avoid = {row.volunteer_id for row in history if row.end_reason == EndReason.HOUSEHOLD_WISH}
    left = {
        row.volunteer_id
        for row in history
        if row.need_id == copy.id and row.end_reason in LEFT_THE_NEED
    }
    return Need(
        id=copy.id,
        urgency=URGENCY[Urgency(facts["urgency"])],
        raised_on=date.fromisoformat(facts["raised_on"]),
        slots=slots_of(facts["slots"]),
        skills=frozenset(facts["skills"]),
        languages=frozenset(facts["languages"]),
        declined=frozenset(declined) | left,
        avoid=frozenset(avoid),
        continuity=frozenset(row.volunteer_id for row in history) - avoid - left,
        **{name: facts[name] for name in (*COPIED, *WISHED)},
    )
