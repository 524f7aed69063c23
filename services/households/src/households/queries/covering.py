"""How far the needs of a community are covered."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain.codes import AidKind, NeedStatus
from households.domain.needs import COVERED, WORST_FIRST
from households.models import Household, Need
from households.queries.views import View


def coverage(session: Session, community: str) -> View:
    """How far the community's needs are covered, in three statements however large it is."""
    statuses = sa.select(Household.status, sa.func.count()).where(Household.community == community)
    counts = {
        status.value: number
        for status, number in session.execute(statuses.group_by(Household.status))
    }
    needs = sa.select(Need.aid_kind, Need.status, sa.func.count()).where(
        Need.community == community
    )
    numbers = {
        (kind, status): number
        for kind, status, number in session.execute(needs.group_by(Need.aid_kind, Need.status))
    }
    return {
        "community": community,
        "households": counts,
        "kinds": [_kind_coverage(kind, numbers) for kind in AidKind],
        "cells": _cells(session, community),
    }


def _kind_coverage(kind: AidKind, numbers: Mapping[tuple[AidKind, NeedStatus], int]) -> View:
    by_status = {status: numbers.get((kind, status), 0) for status in WORST_FIRST}
    total = sum(by_status.values())
    covered = sum(by_status[status] for status in COVERED)
    return {
        "aid_kind": kind,
        "total": total,
        **{status.value: number for status, number in by_status.items()},
        "share": round(covered / total, 4) if total else 0.0,
    }


def _cells(session: Session, community: str) -> list[View]:
    rank = sa.case({status: place for place, status in enumerate(WORST_FIRST)}, value=Need.status)
    join = sa.and_(Need.household_id == Household.id, Need.status.in_(WORST_FIRST))
    statement = (
        sa.select(
            Household.id,
            Household.code,
            Household.building,
            Household.status,
            Need.aid_kind,
            sa.func.min(rank),
        )
        .join(Need, join, isouter=True)
        .where(Household.community == community)
        .group_by(Household.id, Household.code, Household.building, Household.status, Need.aid_kind)
        .order_by(Household.id, Need.aid_kind)
    )
    cells: dict[str, View] = {}
    for key, code, building, status, kind, worst in session.execute(statement):
        cell = cells.setdefault(
            key,
            {"household": key, "code": code, "building": building, "status": status, "needs": {}},
        )
        if kind is not None:
            cell["needs"][kind.value] = WORST_FIRST[worst]
    return list(cells.values())
