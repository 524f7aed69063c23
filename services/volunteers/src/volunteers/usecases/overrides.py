"""Where people decided against the machine: which rule or factor they overrode, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import DeclineReason
from volunteers.domain.matching import FACTOR_NAMES, replay
from volunteers.domain.matching.phrases import FACTOR_LABELS, NAMES
from volunteers.domain.remedies import LOCALES
from volunteers.models import Pairing

DOUBTED: Mapping[DeclineReason | None, str] = {
    DeclineReason.TOO_FAR: "distance",
    DeclineReason.NO_TIME: "schedule",
    DeclineReason.NOT_SUITABLE: "skills",
    DeclineReason.KNOWN_TO_EACH_OTHER: "restrictions",
}
"""Which rule a decline speaks against, where it speaks against one."""

NOBODYS_CHOICE = (
    DeclineReason.NEED_CLOSED,
    DeclineReason.UNAVAILABLE,
    DeclineReason.BETTER_PLAN,
)
"""Proposals that fell without anybody deciding against them."""


def overrides(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """What people overrode in a community, most often first.

    A pairing by hand overrides each filter that it fails, and each factor by which the machine's
    own choice was better; a decline doubts what its reason names.
    """
    wanted = sa.select(Pairing).where(Pairing.community == data["community"])
    pairings = session.scalars(wanted.order_by(Pairing.id)).all()
    by_hand = [each for each in pairings if each.manual]
    proposed = [each for each in pairings if not each.manual]
    declined = [each for each in proposed if each.decline_reason not in (None, *NOBODYS_CHOICE)]
    return {
        "proposed": len(proposed),
        "by_hand": len(by_hand),
        "declined": len(declined),
        "rules": _rules(by_hand, declined),
        "reasons": _reasons(declined),
    }


def _rules(by_hand: Sequence[Pairing], declined: Iterable[Pairing]) -> list[dict[str, Any]]:
    """A row for each rule that anybody overrode; a filter and a factor of one name are one rule."""
    failed = Counter(name for each in by_hand for name in replay(each.frozen).failed)
    leads = [lead for each in by_hand for lead in _leads(each)]
    beaten = Counter(name for name, _ in leads)
    doubted = Counter(DOUBTED.get(each.decline_reason) for each in declined)
    rows = [
        {
            "name": name,
            "label": dict(zip(LOCALES, label, strict=True)),
            "failed": failed[name],
            "beaten": beaten[name],
            "points": sum(points for factor, points in leads if factor == name),
            "declined": doubted[name],
            "total": failed[name] + beaten[name] + doubted[name],
        }
        for name, label in (FACTOR_LABELS | NAMES).items()
    ]
    return sorted((row for row in rows if row["total"]), key=lambda row: -row["total"])


def _leads(pairing: Pairing) -> list[tuple[str, int]]:
    """By which factors, and how many points, the machine's choice was better."""
    machine = pairing.frozen.get("instead_of")
    if machine is None:
        return []
    theirs = {each["name"]: each["contribution"] for each in machine["factors"]}
    ours = {each["name"]: each["contribution"] for each in pairing.contributions}
    return [(name, theirs[name] - ours[name]) for name in FACTOR_NAMES if theirs[name] > ours[name]]


def _reasons(declined: Iterable[Pairing]) -> list[dict[str, Any]]:
    counts = Counter((each.declined_by, each.decline_reason) for each in declined)
    return [{"by": by, "reason": why, "count": count} for (by, why), count in counts.most_common()]
