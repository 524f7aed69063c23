"""Showing personal data to somebody who has a reason, and writing down that it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain import audit, disclosure
from households.domain.codes import NeedStatus
from households.domain.states import LIVE
from households.models import AuditEntry, AuditHead, Household
from households.queries import auditing, rows
from servicekit.actors import Actor
from servicekit.db import insert_ignore

REVEALED = "household.revealed"


def reveal_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Names, phones, address and notes, for those who work for the community; RevealedView.

    Whoever sends volunteers sees the address only while a pairing runs.
    """
    household = rows.household(session, data["household"])
    actor.require(household.community)
    paired = any(need.status is NeedStatus.MATCHED for need in household.needs)
    shows_address = disclosure.may_see_address(actor.role, pairing_runs=paired)
    _write_down(session, household, data["purpose"], now, actor)
    return {
        "household": household.id,
        "address": household.address if shows_address else None,
        "phone": household.phone,
        "members": [
            {"member": one.id, "role": one.role, "name": one.name, "phone": one.phone}
            for one in household.members
        ],
        "needs": [
            {"need": need.id, "note": need.note} for need in household.needs if need.status in LIVE
        ],
        "withheld": [] if shows_address else ["address"],
    }


def _write_down(
    session: Session, household: Household, purpose: str, now: datetime, actor: Actor
) -> None:
    head = _lock_head(session, household.community)
    entry = AuditEntry(
        id=auditing.entry_id(household.community, head.sequence + 1),
        community=household.community,
        sequence=head.sequence + 1,
        at=now,
        actor=actor.id,
        action=REVEALED,
        subject=household.id,
        purpose=purpose,
    )
    entry.digest = audit.digest(head.digest, auditing.audit_facts(entry))
    head.sequence, head.digest = entry.sequence, entry.digest
    session.add(entry)


def _lock_head(session: Session, community: str) -> AuditHead:
    """The end of the chain, so that two readers don't write the same entry."""
    first = {"community": community, "sequence": 0, "digest": audit.BEGINNING}
    insert_ignore(session, AuditHead.__table__, [first])
    statement = sa.select(AuditHead).where(AuditHead.community == community).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()
