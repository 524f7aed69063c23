"""What would be if: coverage with other weights, a wider radius, or more volunteers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from servicekit.errors import Conflict, Invalid
from volunteers.domain.codes import AidKind
from volunteers.domain.matching.recruits import Found
from volunteers.domain.matching.whatif import WhatIf, changed_rules, newcomers, whatif
from volunteers.domain.remedies import LOCALES, recruit_sentence
from volunteers.queries.lookup import local_day
from volunteers.queries.plan import plan
from volunteers.usecases.matching import Begin


def what_if(
    begin: Begin, data: Mapping[str, Any], *, now: datetime, compute: Callable[..., WhatIf] = whatif
) -> dict[str, Any]:
    """Decide all anew that has not begun, as things are and as they might be. Stores nothing.

    What is needed is read in a transaction by ``begin``, and computed after it.
    """
    with begin() as session:
        found = plan(session, data["community"], local_day(session, now))
    seen = found.world
    if not seen.needs:
        problem = f"no need of {data['community']} is open or waits to begin; ask when one is"
        raise Conflict(problem, community=data["community"])
    try:
        rules = changed_rules(seen.rules, data["weights"], data["reach"])
    except ValueError as error:
        raise Invalid({"weights": [str(error)], "reach": [str(error)]}) from None
    brings = data["volunteers"]
    told = compute(
        *(seen.needs, seen.volunteers, seen.rules, seen.today),
        changed=rules,
        more=newcomers(seen.needs, rules, seen.today, brings) if brings else [],
        count=data["recruits"],
    )
    return _report(told, found.begun)


def _report(told: WhatIf, begun: Counter[str]) -> dict[str, Any]:
    """With the needs whose help has begun, which no change touches."""
    rows = {each.aid_kind: asdict(each) for each in told.coverage}
    for kind in AidKind:
        row = rows.setdefault(kind, {"aid_kind": kind, "needs": 0, "before": 0, "after": 0})
        for name in ("needs", "before", "after"):
            row[name] += begun[kind]
    return {
        "kinds": [rows[kind] for kind in AidKind],
        "gained": told.gained,
        "lost": told.lost,
        "points": told.points,
        "recruits": [_recruit(each) for each in told.recruits],
    }


def _recruit(found: Found) -> dict[str, Any]:
    return found.recruit.to_data() | {
        "closed": found.closed,
        "sentence": {locale: recruit_sentence(found, locale) for locale in LOCALES},
    }
