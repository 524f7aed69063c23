"""Where people decided against the machine: which rule or factor they overrode, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import DeclineReason
from volunteers.domain.matching import FACTOR_NAMES, failed_filters
from volunteers.domain.matching.phrases import FACTOR_LABELS, NAMES
from volunteers.domain.remedies import LOCALES
from volunteers.models import Pairing

DOUBTED = {
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
    here = Pairing.community == data["community"]
    by_hand = session.scalars(
        sa.select(Pairing).where(here, Pairing.manual).order_by(Pairing.id)
    ).all()
    proposed = sa.select(sa.func.count()).where(here, ~Pairing.manual)
    declines = _declines(session, here)
    return {
        "proposed": session.scalar(proposed),
        "by_hand": len(by_hand),
        "declined": sum(row["count"] for row in declines),
        "rules": _rules(by_hand, declines),
        "reasons": declines,
    }


def _declines(session: Session, here: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    """By whom and why people declined what the machine proposed, and how often."""
    said = (Pairing.declined_by, Pairing.decline_reason)
    wanted = (
        sa.select(*said, sa.func.count())
        .where(here, ~Pairing.manual, Pairing.decline_reason.not_in(NOBODYS_CHOICE))
        .group_by(*said)
        .order_by(sa.func.count().desc(), *said)
    )
    names = ("by", "reason", "count")
    return [dict(zip(names, row, strict=True)) for row in session.execute(wanted)]


def _rules(
    by_hand: Sequence[Pairing], declines: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A row for each rule that anybody overrode; a filter and a factor of one name are one rule."""
    failed = Counter(name for each in by_hand for name in failed_filters(each.frozen))
    leads = [lead for each in by_hand for lead in _leads(each)]
    beaten, doubted = Counter(name for name, _ in leads), Counter[str | None]()
    for row in declines:
        doubted[DOUBTED.get(row["reason"])] += row["count"]
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
