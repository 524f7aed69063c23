"""A community's own rules of matching."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Invalid
from volunteers.domain.codes import AidKind
from volunteers.domain.matching import Rules
from volunteers.models import MatchingRules
from volunteers.queries.world import rules_of


def set_rules(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Give a community weights and bounds of its own; proposals from now on follow them."""
    try:
        rules = Rules.from_data(data["rules"])
        for kind in AidKind:
            rules.reach(kind)
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid({"rules": [str(error)]}) from None
    own = session.get(MatchingRules, data["community"])
    if own is None:
        own = MatchingRules(community=data["community"])
        session.add(own)
    own.data, own.changed_at = rules.to_data(), now
    return get_rules(session, data)


def get_rules(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """The rules in force in a community."""
    rules = rules_of(session, data["community"])
    return {"community": data["community"], "version": rules.version, "rules": rules.to_data()}
