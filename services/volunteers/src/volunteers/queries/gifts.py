"""Reads about donated things, and the needs that they may serve."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import AidKind, Urgency
from volunteers.domain.gifts import MATERIAL, WAITING, GiftState, MaterialNeed, ranked
from volunteers.models import Gift, NeedCopy
from volunteers.queries.lookup import matching, one, page_of

TAKEN = (GiftState.RESERVED, GiftState.DELIVERED, GiftState.RECEIPTED)


def find_gifts(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's things, the newest first."""
    here = Gift.community == data["community"]
    wanted = sa.select(Gift).where(here, *matching(Gift, state=data["state"]))
    return page_of(session, wanted.order_by(sa.func.length(Gift.id).desc(), Gift.id.desc()), data)


def suggest_needs(session: Session, key: str, today: date) -> dict[str, Any]:
    """The needs that a thing may serve, the best first, and why."""
    gift = one(session, Gift, key)
    items = [
        {
            "need": each.need.id,
            "household": each.need.household,
            "points": each.points,
            "reasons": dict(each.reasons),
        }
        for each in ranked(gift.kind, material_needs(session, gift.community), today)
    ]
    return {"gift": gift.id, "items": items}


def material_needs(session: Session, community: str) -> list[MaterialNeed]:
    """Needs of things that wait, or are served by somebody who brings some."""
    wanted = sa.select(NeedCopy).where(
        NeedCopy.community == community, NeedCopy.status.in_(WAITING)
    )
    aids, found = defaultdict[str, set[AidKind]](set), list[NeedCopy]()
    for copy in session.scalars(wanted.order_by(NeedCopy.id)):
        if copy.aid_kind:
            aids[copy.household].add(copy.aid_kind)
        if is_material(copy):
            found.append(copy)
    received = _received(session, community)
    return [_seen(copy, aids, received) for copy in found]


def is_material(copy: NeedCopy) -> bool:
    """Whether things can serve this need."""
    return (copy.facts or {}).get("service") == MATERIAL


def _seen(
    copy: NeedCopy, aids: Mapping[str, set[AidKind]], received: Mapping[str, int]
) -> MaterialNeed:
    facts = copy.facts or {}
    return MaterialNeed(
        id=copy.id,
        household=copy.household,
        aids=frozenset(aids[copy.household]),
        urgency=Urgency(facts["urgency"]),
        raised_on=date.fromisoformat(facts["raised_on"]),
        received=received[copy.household],
    )


def _received(session: Session, community: str) -> Counter[str]:
    wanted = (
        sa.select(Gift.household, sa.func.count())
        .where(Gift.community == community, Gift.state.in_(TAKEN))
        .group_by(Gift.household)
    )
    return Counter({str(row[0]): row[1] for row in session.execute(wanted)})
