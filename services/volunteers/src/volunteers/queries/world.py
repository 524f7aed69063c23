"""The world as matching sees it, read in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from volunteers.domain.calendar import Slot
from volunteers.domain.codes import EndReason, NeedStatus, PairingState, Urgency, VolunteerState
from volunteers.domain.matching import DEFAULT_RULES, Companion, Need, Rules
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.domain.states import LIVE
from volunteers.models import Decline, MatchingRules, NeedCopy, Pairing, Partner, Volunteer
from volunteers.queries.people import consented

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


def world(
    session: Session, community: str, today: date, needs: Collection[str] | None = None
) -> World:
    """What a run over ``community`` decides on; ``needs`` narrows it to some of the open ones."""
    return World(
        needs=known_needs(session, open_needs(session, community, today, needs)),
        volunteers=candidates(session, active_volunteers(session, community), today),
        rules=rules_of(session, community),
        today=today,
    )


def rules_of(session: Session, community: str) -> Rules:
    """The community's own rules, else the default ones."""
    own = session.get(MatchingRules, community)
    return Rules.from_data(own.data) if own else DEFAULT_RULES


def open_needs(
    session: Session, community: str, today: date, only: Collection[str] | None = None
) -> list[NeedCopy]:
    """Needs that are open, not over, and have no live pairing; by id."""
    return [copy for copy in _unpaired(session, community, only) if not _over(copy, today)]


def over_needs(session: Session, community: str, today: date) -> list[NeedCopy]:
    """Needs that are still open although their last day has passed unserved; by id."""
    return [copy for copy in _unpaired(session, community) if _over(copy, today)]


def _unpaired(
    session: Session, community: str, only: Collection[str] | None = None
) -> list[NeedCopy]:
    live = sa.exists().where(Pairing.need_id == NeedCopy.id, Pairing.state.in_(LIVE))
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
    declined = _declined(session, communities)
    history = _history(session, communities)
    return [_need(copy, declined[copy.id], history[copy.household]) for copy in copies]


def _declined(session: Session, communities: Collection[str]) -> Mapping[str, set[str]]:
    wanted = sa.select(Decline.need_id, Decline.volunteer_id).where(
        Decline.community.in_(communities)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for need, volunteer in session.execute(wanted):
        found[need].add(volunteer)
    return found


def _history(session: Session, communities: Collection[str]) -> Mapping[str, list[Any]]:
    """Ended pairings by household: rows of need, volunteer, reason."""
    wanted = sa.select(
        Pairing.household, Pairing.need_id, Pairing.volunteer_id, Pairing.end_reason
    ).where(Pairing.community.in_(communities), Pairing.state == PairingState.ENDED)
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
        slots=_slots(facts["slots"]),
        skills=frozenset(facts["skills"]),
        languages=frozenset(facts["languages"]),
        declined=frozenset(declined) | left,
        avoid=frozenset(avoid),
        continuity=frozenset(row.volunteer_id for row in history) - avoid - left,
        **{name: facts[name] for name in (*COPIED, *WISHED)},
    )


def _slots(slots: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    return tuple(Slot.from_data(slot) for slot in slots)


def active_volunteers(session: Session, community: str) -> list[Volunteer]:
    """Active volunteers of the community, and of partners that serve it from elsewhere; by id."""
    partners = session.execute(sa.select(Partner.id, Partner.serves)).all()
    serving = [key for key, serves in partners if community in serves]
    wanted = (
        sa.select(Volunteer)
        .where(
            sa.or_(Volunteer.community == community, Volunteer.partner_id.in_(serving)),
            Volunteer.state == VolunteerState.ACTIVE,
        )
        .order_by(Volunteer.id)
    )
    return list(session.scalars(wanted.options(*WITH_PEOPLE)))


WITH_PEOPLE = (
    selectinload(Volunteer.partner),
    selectinload(Volunteer.clearances),
    selectinload(Volunteer.companion).selectinload(Volunteer.clearances),
)


def candidates(session: Session, rows: Iterable[Volunteer], today: date) -> list[Candidate]:
    """Volunteers for matching, with the pairings they already have."""
    loads, backups = loads_of(session), _backup_loads(session)
    return [_candidate(row, loads.get(row.id, 0), backups.get(row.id, 0), today) for row in rows]


def loads_of(session: Session, only: Collection[str] | None = None) -> dict[str, int]:
    """How many live pairings each volunteer has as primary."""
    wanted = sa.select(Pairing.volunteer_id, sa.func.count()).where(Pairing.state.in_(LIVE))
    if only is not None:
        wanted = wanted.where(Pairing.volunteer_id.in_(only))
    return dict(session.execute(wanted.group_by(Pairing.volunteer_id)).all())


def _backup_loads(session: Session) -> dict[str | None, int]:
    wanted = (
        sa.select(Pairing.backup_id, sa.func.count())
        .where(Pairing.state.in_(LIVE), Pairing.backup_id.is_not(None))
        .group_by(Pairing.backup_id)
    )
    return dict(session.execute(wanted).all())


def _candidate(row: Volunteer, load: int, backup_load: int, today: date) -> Candidate:
    return Candidate(
        id=row.id,
        community=row.community,
        kind=str(row.kind),
        gender=str(row.gender),
        birth_date=row.born_by,
        aid_kinds=frozenset(row.aid_kinds),
        availability=_slots(row.availability),
        capacity=row.capacity,
        max_distance_m=row.max_distance_m,
        latitude=row.latitude,
        longitude=row.longitude,
        partner=row.partner_id,
        serves=frozenset(row.partner.serves if row.partner else ()),
        active=row.state == VolunteerState.ACTIVE,
        skills=frozenset(row.skills),
        languages=frozenset(row.languages),
        load=load,
        backup_load=backup_load,
        clearances=_valid_until(row),
        guardian_consent=consented(row, today),
        companion=_companion(row.companion),
    )


def _companion(row: Volunteer | None) -> Companion | None:
    if row is None:
        return None
    return Companion(
        id=row.id,
        gender=str(row.gender),
        birth_date=row.born_by,
        active=row.state == VolunteerState.ACTIVE,
        clearances=_valid_until(row),
    )


def _valid_until(row: Volunteer) -> dict[str, date]:
    """The last valid day of each kind of clearance, the latest renewal counting."""
    ordered = sorted(row.clearances, key=lambda each: each.expires_on)
    return {str(each.kind): each.expires_on for each in ordered}
