"""Why this pairing, and why (not) this volunteer: as data, and as sentences in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from volunteers.domain.matching import (
    Explanation,
    cost_sentence,
    deciding,
    explain_choice,
    factor_sentence,
    leading,
    replay,
    sentences,
    verdict_sentence,
)
from volunteers.domain.matching.phrases import FACTOR_LABELS, NAMES
from volunteers.domain.remedies import LOCALES, labels
from volunteers.models import Pairing
from volunteers.queries.lookup import local_day, one
from volunteers.queries.plan import plan
from volunteers.queries.world import relieved
from volunteers.usecases import safety

Explain = Callable[..., Explanation]
Lead = Callable[..., list[Explanation]]


def explain_pairing(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Why this pairing was proposed, from the inputs frozen then."""
    pairing = one(session, Pairing, data["pairing"])
    found = replay(pairing.frozen)
    standing = {"rank": pairing.frozen["rank"], "of": pairing.frozen["of"]}
    if None not in standing.values():
        found = replace(found, chosen="primary", **standing)
    return _told(found) | {"pairing": pairing.id}


def explain_match(
    session: Session, data: Mapping[str, Any], *, now: datetime, explain: Explain = explain_choice
) -> dict[str, Any]:
    """Why, or why not, this volunteer for this need, as things are now.

    The places that unbegun proposals take are no reason against it: they could be given otherwise,
    and what that would cost is told. ``explain`` may run elsewhere what it stands for.
    """
    today = local_day(session, now)
    need = safety.need_now(session, data["need"])
    found = plan(session, need.community, today, also=need.id)
    now_taken = safety.volunteer_now(session, data["volunteer"], today)
    (volunteer,) = relieved([now_taken], found.released)
    seen = found.world
    told = explain(need, volunteer, seen.needs, seen.rules, today, found.context)
    return _told(told) | {"pairing": None}


def find_candidates(
    session: Session, data: Mapping[str, Any], *, now: datetime, lead: Lead = leading
) -> dict[str, Any]:
    """The best of those who could serve this need, as things are now, and what sets each apart.

    As in ``explain_match``, the places that unbegun proposals take are free. ``lead`` may run
    elsewhere what it stands for.
    """
    today = local_day(session, now)
    need = safety.need_now(session, data["need"])
    seen = plan(session, need.community, today, also=need.id).world
    best = lead(need, seen.volunteers, seen.rules, today, data["size"])
    return {
        "need": need.id,
        "of": best[0].of if best else 0,
        "items": [
            _candidate(each, best[0] if number else best[-1]) for number, each in enumerate(best)
        ],
    }


def _candidate(found: Explanation, other: Explanation) -> dict[str, Any]:
    factor, points = deciding(found, other)
    return {
        "volunteer": found.volunteer,
        "rank": found.rank,
        "total": found.total,
        "best": found.best,
        "points": points,
        "label": dict(zip(LOCALES, FACTOR_LABELS[factor.name], strict=True)),
        "sentence": {it: factor_sentence(factor, it, labels(it)) for it in LOCALES},
    }


def _told(found: Explanation) -> dict[str, Any]:
    """The data, each part of it with its name and a sentence in both languages."""
    data = found.to_data()
    for verdict, row in zip(found.filters, data["filters"], strict=True):
        row["label"] = dict(zip(LOCALES, NAMES[verdict.name], strict=True))
        row["sentence"] = {it: verdict_sentence(verdict, it, labels(it)) for it in LOCALES}
    for factor, row in zip(found.factors, data["factors"], strict=True):
        row["label"] = dict(zip(LOCALES, FACTOR_LABELS[factor.name], strict=True))
        row["sentence"] = {it: factor_sentence(factor, it, labels(it)) for it in LOCALES}
    if found.cost:
        data["cost"]["sentence"] = {it: cost_sentence(found.cost, it) for it in LOCALES}
    data["sentences"] = {it: sentences(found, it, labels(it)) for it in LOCALES}
    return data
