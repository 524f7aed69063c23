"""What would be if: coverage with other weights, a wider radius, or more volunteers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid
from volunteers.domain.codes import AidKind
from volunteers.domain.matching.recruits import Found
from volunteers.domain.matching.whatif import WhatIf, changed_rules, newcomers, whatif
from volunteers.domain.remedies import LOCALES, recruit_sentence
from volunteers.queries.lookup import local_day
from volunteers.queries.plan import plan


def what_if(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    compute: Callable[..., WhatIf] = whatif,
) -> dict[str, Any]:
    """Decide all anew that has not begun, as things are and as they might be. Stores nothing."""
    today = local_day(session, now)
    found = plan(session, data["community"], today)
    seen = found.world
    if not seen.needs:
        problem = f"no need of {data['community']} is open or waits to begin; there is no if"
        raise Conflict(problem, community=data["community"])
    try:
        rules = changed_rules(seen.rules, data["weights"], data["reach"])
    except ValueError as error:
        raise Invalid({"weights": [str(error)], "reach": [str(error)]}) from None
    more = newcomers(seen.needs, rules, today, data["volunteers"]) if data["volunteers"] else []
    told = compute(
        *(seen.needs, seen.volunteers, seen.rules, today),
        changed=rules,
        more=more,
        count=data["recruits"],
    )
    begun = Counter(str(each.aid_kind) for each in found.live if each not in found.released)
    return _report(told, begun)


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
