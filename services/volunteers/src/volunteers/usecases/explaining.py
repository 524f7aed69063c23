"""Why this pairing, and why (not) this volunteer: as data, and as sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.matching import Context, Explanation, explain, replay, sentences
from volunteers.domain.remedies import LOCALES, labels
from volunteers.domain.states import LIVE
from volunteers.models import Pairing
from volunteers.queries.lookup import local_day, one
from volunteers.queries.world import active_volunteers, candidates, rules_of
from volunteers.usecases import safety


def explain_pairing(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Why this pairing was proposed, from the inputs frozen then."""
    pairing = one(session, Pairing, data["pairing"])
    found = replay(pairing.frozen)
    standing = {"rank": pairing.frozen["rank"], "of": pairing.frozen["of"]}
    if None not in standing.values():
        found = replace(found, chosen="primary", **standing)
    return _told(found) | {"pairing": pairing.id}


def explain_match(session: Session, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Why, or why not, this volunteer for this need, as things are now."""
    today = local_day(session, now)
    need = safety.need_now(session, data["need"])
    volunteer = safety.volunteer_now(session, data["volunteer"], today)
    context = _context(session, need.community, today)
    if context.primaries.get(need.id) == volunteer.id:
        # the place that this very pairing takes is no reason against it
        volunteer = replace(volunteer, load=volunteer.load - 1)
    rules = rules_of(session, need.community)
    return _told(explain(need, volunteer, rules, today, context)) | {"pairing": None}


def _context(session: Session, community: str, today: date) -> Context:
    """Who is there, and who serves and backs up which need."""
    wanted = sa.select(Pairing.need_id, Pairing.volunteer_id, Pairing.backup_id).where(
        Pairing.community == community, Pairing.state.in_(LIVE)
    )
    live = session.execute(wanted).all()
    return Context(
        volunteers=tuple(candidates(session, active_volunteers(session, community), today)),
        primaries={row.need_id: row.volunteer_id for row in live},
        backups={row.need_id: row.backup_id for row in live if row.backup_id is not None},
    )


def _told(found: Explanation) -> dict[str, Any]:
    told = {locale: sentences(found, locale, labels(locale)) for locale in LOCALES}
    return found.to_data() | {"sentences": told}
