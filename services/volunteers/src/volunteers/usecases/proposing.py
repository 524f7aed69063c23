"""Storing proposals: no volunteer gets more than they can carry, no need two primaries.

Whatever was decided from what was read before is checked again here, on locked rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import insert_ignore
from servicekit.outbox import publish, publish_many
from volunteers.domain.codes import (
    DeclineReason,
    NeedStatus,
    PairingState,
    Party,
    VolunteerState,
)
from volunteers.domain.matching import Factor, Need, Rules
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.domain.states import PAIRING
from volunteers.models import NeedCopy, Pairing, Volunteer
from volunteers.queries.candidates import loads_of
from volunteers.queries.lookup import LOCK, chunks


@dataclass(frozen=True)
class Proposal:
    """A volunteer for a need, with the inputs and factors it was computed from."""

    need: Need
    volunteer: Candidate
    backup: str | None
    score: int
    factors: Sequence[Factor]
    # the place among those eligible, and how many they are, where that was computed
    rank: int | None = None
    eligible: int | None = None
    manual: bool = False


def propose(
    session: Session, proposals: Iterable[Proposal], rules: Rules, today: date, *, now: datetime
) -> list[Pairing]:
    """Store the proposals that still hold, in their order, and tell of each."""
    keys = [row["id"] for row in store(session, proposals, rules, today, now=now)]
    stored = [
        pairing
        for part in chunks(keys)
        for pairing in session.scalars(sa.select(Pairing).where(Pairing.id.in_(part)))
    ]
    # sorted here, because databases differ in how they order text
    return sorted(stored, key=lambda pairing: pairing.id)


def store(
    session: Session, proposals: Iterable[Proposal], rules: Rules, today: date, *, now: datetime
) -> list[dict[str, Any]]:
    """The same for many: what is stored is not read back, but told as rows."""
    stored: list[dict[str, Any]] = []
    frozen = {"rules": rules.to_data(), "today": today.isoformat()}
    for part in chunks(list(proposals)):
        held = _still_holding(session, part)
        attempts = next_attempts(session, [each.need.id for each in held])
        rows = [_row(each, attempts[each.need.id], frozen, now) for each in held]
        keys = set(insert_ignore(session, Pairing.__table__, rows))
        stored += [row for row in rows if row["id"] in keys]
    stored.sort(key=lambda row: row["id"])
    told = [(row["id"], row["version"], _news(row)) for row in stored]
    publish_many(session, "pairing.proposed", told, now=now)
    return stored


def give_way(session: Session, moved: Mapping[str, str], *, now: datetime) -> None:
    """Take back proposals, by need and volunteer, that nobody accepted meanwhile."""
    for pairing in _locked_proposed(session, sorted(moved)):
        if pairing.volunteer_id == moved[pairing.need_id] and not pairing.manual:
            PAIRING.check(pairing.id, pairing.state, PairingState.DECLINED)
            pairing.state, pairing.version = PairingState.DECLINED, pairing.version + 1
            by, reason = Party.COORDINATOR, DeclineReason.BETTER_PLAN
            pairing.declined_by, pairing.decline_reason = by, reason
            publish_pairing(session, "pairing.declined", pairing, now=now, by=by, reason=reason)
    session.flush()


def _locked_proposed(session: Session, needs: Sequence[str]) -> Iterator[Pairing]:
    for part in chunks(needs):
        _locked_open(session, part)
        wanted = (
            sa.select(Pairing)
            .where(Pairing.need_id.in_(part), Pairing.state == PairingState.PROPOSED)
            .order_by(Pairing.id)
            .with_for_update(**LOCK)
        )
        yield from session.scalars(wanted).all()


def _still_holding(session: Session, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Those whose need is open and whose volunteer is active and has room; rows are locked."""
    still_open = _locked_open(session, [each.need.id for each in proposals])
    capacity = _locked_capacity(session, {each.volunteer.id for each in proposals})
    loads = Counter(loads_of(session, capacity.keys()))
    held = []
    for each in proposals:
        who = each.volunteer.id
        if each.need.id in still_open and loads[who] < capacity.get(who, 0):
            loads[who] += 1
            held.append(each)
    return held


def _locked_open(session: Session, needs: Sequence[str]) -> set[str]:
    wanted = (
        sa.select(NeedCopy.id)
        .where(NeedCopy.id.in_(needs), NeedCopy.status == NeedStatus.OPEN)
        .order_by(NeedCopy.id)
        .with_for_update(**LOCK)
    )
    return set(session.scalars(wanted))


def _locked_capacity(session: Session, volunteers: set[str]) -> dict[str, int]:
    wanted = (
        sa.select(Volunteer.id, Volunteer.capacity)
        .where(Volunteer.id.in_(volunteers), Volunteer.state == VolunteerState.ACTIVE)
        .order_by(Volunteer.id)
        .with_for_update(**LOCK)
    )
    return {row.id: row.capacity for row in session.execute(wanted)}


def next_attempts(session: Session, needs: Sequence[str]) -> dict[str, int]:
    """The number that each need's next pairing has, from 1."""
    wanted = (
        sa.select(Pairing.need_id, sa.func.max(Pairing.attempt))
        .where(Pairing.need_id.in_(needs))
        .group_by(Pairing.need_id)
    )
    last = dict(session.execute(wanted).all())
    return {need: last.get(need, 0) + 1 for need in needs}


def pairing_id(need: str, attempt: int) -> str:
    """``210103008001-H001-N1-A1``."""
    return f"{need}-A{attempt}"


def _row(
    proposal: Proposal, attempt: int, frozen: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    need, volunteer = proposal.need, proposal.volunteer
    return {
        "id": pairing_id(need.id, attempt),
        "community": need.community,
        "need_id": need.id,
        "household": need.household,
        "volunteer_id": volunteer.id,
        "backup_id": proposal.backup,
        "aid_kind": need.aid_kind,
        "attempt": attempt,
        "state": PairingState.PROPOSED,
        "score": proposal.score,
        "rules": frozen["rules"]["version"],
        "frozen": {"need": need.to_data(), "volunteer": volunteer.to_data(), **frozen}
        | {"rank": proposal.rank, "of": proposal.eligible},
        "contributions": [each.to_data() for each in proposal.factors],
        "manual": proposal.manual,
        "proposed_at": now,
        "slots": [],
        "confirmed": False,
        "version": 1,
    }


def _news(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the coordinators are told of a pairing that waits for them."""
    same = ("version", "community", "household", "aid_kind", "score", "manual")
    return {name: row[name] for name in same} | {
        "pairing": row["id"],
        "need": row["need_id"],
        "volunteer": row["volunteer_id"],
        "backup": row["backup_id"],
    }


def publish_pairing(
    session: Session, type_: str, pairing: Pairing, *, now: datetime, **more: Any
) -> None:
    """Tell something about a pairing."""
    data = {"version": pairing.version, **about(pairing), **more}
    publish(session, type_, subject=pairing.id, version=pairing.version, data=data, now=now)


def about(pairing: Pairing) -> dict[str, Any]:
    """What every event says that speaks of a pairing."""
    return {
        "community": pairing.community,
        "pairing": pairing.id,
        "need": pairing.need_id,
        "household": pairing.household,
        "volunteer": pairing.volunteer_id,
        "aid_kind": pairing.aid_kind,
    }
