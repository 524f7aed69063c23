"""The hard filters, asked again at every door a pairing passes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.errors import Invalid, NotFound
from volunteers.domain.matching import OVERRIDABLE, Need, Rules, judge
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.domain.remedies import refusal
from volunteers.models import NeedCopy, Pairing, Volunteer
from volunteers.queries.candidates import SEEN, candidates
from volunteers.queries.lookup import chunks, one
from volunteers.queries.world import known_needs, rules_of

OWN_PLACE = frozenset({"capacity"})
"""A live pairing is counted in its volunteer's load already."""


def need_now(session: Session, key: str) -> Need:
    """A need as matching sees it now; NotFound where its facts never arrived."""
    copy = one(session, NeedCopy, key)
    if copy.facts is None:
        raise NotFound("need", key)
    return known_needs(session, [copy])[0]


def volunteer_now(session: Session, key: str, today: date) -> Candidate:
    """A volunteer as matching sees them now, active or not."""
    one(session, Volunteer, key)
    return volunteers_now(session, [key], today)[0]


def volunteers_now(session: Session, keys: Collection[str], today: date) -> list[Candidate]:
    """Volunteers as matching sees them now, active or not."""
    rows: list[Any] = []
    for part in chunks(sorted(keys)):
        rows += session.execute(sa.select(*SEEN).where(Volunteer.id.in_(part)))
    return candidates(session, rows, today)


def refusals(
    need: Need, volunteer: Candidate, rules: Rules, today: date, *, overridable: Collection[str]
) -> list[str]:
    """What the filters have against a pair, as ``problem; remedy``, but for those overridden."""
    return [
        refusal(verdict)
        for verdict in judge(need, volunteer, rules, today)
        if not verdict.passed and verdict.name not in overridable
    ]


class Guard:
    """The safety filters for many pairings, read in a constant number of statements."""

    def __init__(self, session: Session, pairings: Iterable[Pairing], today: date) -> None:
        pairings = list(pairings)
        carers = {pairing.carer_id for pairing in pairings}
        needs = known_needs(session, (pairing.need for pairing in pairings))
        people = volunteers_now(session, carers, today)
        self._needs = {need.id: need for need in needs}
        self._people = {volunteer.id: volunteer for volunteer in people}
        communities = {pairing.community for pairing in pairings}
        self._rules = {community: rules_of(session, community) for community in communities}

    def unsafe(self, pairing: Pairing, day: date) -> list[str]:
        """Why this pairing must not go on on ``day``; empty where it may."""
        need, volunteer = self._needs[pairing.need_id], self._people[pairing.carer_id]
        rules = self._rules[pairing.community]
        return refusals(need, volunteer, rules, day, overridable=OVERRIDABLE | OWN_PLACE)


def objections(session: Session, pairing: Pairing, volunteer: str, today: date) -> list[str]:
    """Why this volunteer must not carry the pairing, or not yet again; empty where they may."""
    return refusals(
        need_now(session, pairing.need_id),
        volunteer_now(session, volunteer, today),
        rules_of(session, pairing.community),
        today,
        overridable=OVERRIDABLE | OWN_PLACE,
    )


def unsafe(session: Session, pairing: Pairing, today: date) -> list[str]:
    """Why this pairing must not go on now; empty where it may."""
    return Guard(session, [pairing], today).unsafe(pairing, today)


def refuse_unsafe(session: Session, pairing: Pairing, today: date) -> None:
    """Raise Invalid on the volunteer where a safety filter fails; papers may have run out."""
    refuse_pair(unsafe(session, pairing, today))


def refuse_pair(problems: list[str]) -> None:
    """Raise Invalid on the volunteer where there are problems."""
    if problems:
        raise Invalid({"volunteer": problems})
