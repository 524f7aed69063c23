"""Showing personal data to somebody who has a reason, and writing down that it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain import disclosure
from households.domain.codes import NeedStatus
from households.domain.states import LIVE
from households.models import Household
from households.queries import rows
from servicekit import audit
from servicekit.actors import Actor

PERSONAL = ("address", "phone", "members", "needs")
"""What of the answer is personal data."""


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
    shown = _shown(household, with_address=shows_address)
    audit.record(
        session,
        community=household.community,
        subject=household.id,
        fields=[name for name in PERSONAL if shown[name]],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return shown


def _shown(household: Household, *, with_address: bool) -> dict[str, Any]:
    return {
        "household": household.id,
        "address": household.address if with_address else None,
        "phone": household.phone,
        "members": [
            {"member": one.id, "role": one.role, "name": one.name, "phone": one.phone}
            for one in household.members
        ],
        "needs": [
            {"need": need.id, "note": need.note} for need in household.needs if need.status in LIVE
        ],
        "withheld": [] if with_address else ["address"],
    }
