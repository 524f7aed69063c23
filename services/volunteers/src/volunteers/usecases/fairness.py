"""Who is served, how soon and from how near; and who carries how much."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.codes import AgeBand, NeedStatus, VolunteerKind, VolunteerState
from volunteers.domain.states import LIVE
from volunteers.models import NeedCopy, Pairing, Volunteer
from volunteers.queries.candidates import loads_of
from volunteers.queries.lookup import local_day

PAGE = 500
Home = Mapping[str, Any]
"""A household as its own service shows it: ``building``, ``elderly``, ``minors`` and more."""


@dataclass(frozen=True)
class Served:
    """A need: since when it waited or waits, and how far away its volunteer lives."""

    aid_kind: str
    home: Home
    days: int
    metres: int | None


def homes(find: Callable[..., Mapping[str, Any]], community: str) -> dict[str, Home]:
    """A community's households by id, asked page by page of the service that owns them."""
    found: dict[str, Home] = {}
    for page in itertools.count(1):
        answer = find(community=community, page=page, size=PAGE)
        found.update({home["id"]: home for home in answer["items"]})
        if page * PAGE >= answer["total"]:
            break
    return found


def fairness(
    session: Session, data: Mapping[str, Any], *, now: datetime, homes: Mapping[str, Home]
) -> dict[str, Any]:
    """Coverage, days waited and metres by aid kind, age band and building; the worst served first.

    A need with a live pairing counts as served, proposals included.
    """
    needs = _needs(session, data["community"], local_day(session, now), homes)
    return {
        "all": _row("all", needs),
        "aid_kinds": _rows(needs, lambda each: each.aid_kind),
        "age_bands": _rows(needs, lambda each: _band(each.home)),
        "buildings": _rows(needs, lambda each: each.home.get("building", "?")),
        "volunteers": _load(session, data["community"]),
    }


def _band(home: Home) -> str:
    return AgeBand.of(elderly=bool(home.get("elderly")), minors=bool(home.get("minors")))


def _needs(
    session: Session, community: str, today: date, homes: Mapping[str, Home]
) -> list[Served]:
    live = sa.and_(Pairing.need_id == NeedCopy.id, Pairing.state.in_(LIVE))
    wanted = (
        sa.select(NeedCopy.household, NeedCopy.facts, Pairing.proposed_at, Pairing.contributions)
        .outerjoin(Pairing, live)
        .where(
            NeedCopy.community == community,
            NeedCopy.status.in_((NeedStatus.OPEN, NeedStatus.MATCHED)),
        )
    )
    return [
        Served(
            facts["aid_kind"],
            homes.get(household, {}),
            _days(facts, local_day(session, proposed_at) if proposed_at else today),
            _metres(contributions or ()),
        )
        for household, facts, proposed_at, contributions in session.execute(wanted)
        if facts
    ]


def _days(facts: Mapping[str, Any], until: date) -> int:
    return (until - date.fromisoformat(facts["raised_on"])).days


def _metres(contributions: Iterable[Mapping[str, Any]]) -> int | None:
    away = (each["facts"]["metres"] for each in contributions if each["name"] == "distance")
    return next(away, None)


def _rows(needs: Iterable[Served], key: Any) -> list[dict[str, Any]]:
    groups: dict[str, list[Served]] = defaultdict(list)
    for each in needs:
        groups[key(each)].append(each)
    rows = [_row(name, groups[name]) for name in sorted(groups)]
    return sorted(rows, key=lambda row: row["share"])


def _row(name: str, needs: Sequence[Served]) -> dict[str, Any]:
    metres = [each.metres for each in needs if each.metres is not None]
    days = [each.days for each in needs]
    return {
        "name": name,
        "needs": len(needs),
        "served": len(metres),
        "share": len(metres) / len(needs) if needs else 0.0,
        "days": median(days) if days else None,
        "longest": max(days, default=None),
        "metres": median(metres) if metres else None,
    }


def _load(session: Session, community: str) -> list[dict[str, Any]]:
    """By kind of volunteer: how many there are, idle and full, and their places and pairings."""
    wanted = sa.select(Volunteer.id, Volunteer.kind, Volunteer.capacity).where(
        Volunteer.community == community, Volunteer.state == VolunteerState.ACTIVE
    )
    loads, rows = loads_of(session), defaultdict[str, Counter[str]](Counter)
    for key, kind, places in session.execute(wanted):
        load = loads.get(key, 0)
        rows[kind].update(
            volunteers=1, idle=load == 0, full=load >= places, pairings=load, places=places
        )
    names = ("volunteers", "idle", "full", "pairings", "places")
    return [
        {"kind": kind} | {name: rows[kind][name] for name in names}
        for kind in VolunteerKind
        if kind in rows
    ]
