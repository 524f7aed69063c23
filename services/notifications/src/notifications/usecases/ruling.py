"""Rules and texts of a community's own: checked, tried on what happened, and then put to use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications import queries, rulebook, texts
from notifications.domain.rules import Happening, Rule, audience, matching
from notifications.models import Heard, RuleChange, TemplateText
from notifications.usecases.access import require_lead
from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden, Invalid, NotFound

MOST = 100_000


def check(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """What a set of rules would have sent of the last days' events; or what is wrong with it."""
    actor.require(data["community"])
    try:
        rules = rulebook.read(data["rules"]) if data["rules"] else rulebook.shipped()
    except rulebook.RulesError as error:
        return {"problems": str(error).splitlines(), "rules": 0, "events": 0, "items": []}
    since = now - timedelta(days=data["days"])
    heard = session.scalars(
        select(Heard)
        .where(Heard.community == data["community"], Heard.at >= since, Heard.at <= now)
        .order_by(Heard.at, Heard.id)
        .limit(MOST)
    ).all()
    items = _would_send(session, rules, heard)
    return {"problems": [], "rules": len(rules), "events": len(heard), "items": items}


def _would_send(
    session: Session, rules: Iterable[Rule], heard: Iterable[Heard]
) -> list[dict[str, Any]]:
    """Rule and recipient with the number of events, as staff and calendar were then."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    reader = queries.Reader(session)
    for event in heard:
        happening = Happening(event.type, event.community, event.data)
        met = matching(rules, happening)
        if met:
            pairing = event.data.get("pairing")
            scene = reader.scene(event.community, now=event.at, pairing=pairing)
            for rule in met:
                for each in audience(rule, happening, scene)[0]:
                    why = scene.when(each.person, rule.urgency).why
                    counted[rule.name, each.person.id, rule.urgency, why or ""] += 1
    return [
        {"rule": rule, "staff": staff, "urgency": urgency, "deferred_for": why or None, "count": n}
        for (rule, staff, urgency, why), n in sorted(counted.items())
    ]


def change_rule(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Put a community's own rule to use, or with an empty entry switch one off."""
    require_lead(actor, [data["community"]])
    entry = {**data["entry"], "name": data["name"]} if data["entry"] else {}
    try:
        rulebook.effective({data["name"]: entry})
    except rulebook.RulesError as error:
        raise Invalid({"entry": str(error).splitlines()}) from None
    row = session.get(RuleChange, (data["community"], data["name"]))
    if row is None:
        row = RuleChange(community=data["community"], name=data["name"], version=0)
        session.add(row)
    row.entry, row.changed_at, row.changed_by = entry, now, actor.id
    row.version += 1
    return {"name": row.name, "version": row.version}


def write_text(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """A new version of a text; refused where it cannot be written for the last such event."""
    if actor.role != OPERATOR:
        raise Forbidden(f"{actor.id} may not write texts for everybody; ask an operator")
    preview(session, {**data, "event": None}, actor=actor)
    newest = select(func.max(TemplateText.version)).where(
        TemplateText.name == data["template"], TemplateText.locale == data["locale"]
    )
    row = TemplateText(
        name=data["template"],
        locale=data["locale"],
        version=(session.scalar(newest) or 0) + 1,
        source=data["source"],
        written_at=now,
        written_by=actor.id,
    )
    session.add(row)
    return {"template": row.name, "locale": row.locale, "version": row.version}


def preview(session: Session, data: Mapping[str, Any], *, actor: Actor) -> dict[str, str]:
    """A text with a real event: the one that is named, or the last that a rule used it for."""
    rule = next((each for each in rulebook.shipped() if each.template == data["template"]), None)
    if rule is None:
        problem = f"{data['template']} is no rule's text; name the template of a rule"
        raise Invalid({"template": [problem]})
    found = select(Heard).where(Heard.type == rule.event).order_by(Heard.at.desc()).limit(1)
    if data["event"]:
        found = select(Heard).where(Heard.id == data["event"])
    elif actor.role != OPERATOR:
        found = found.where(Heard.community.in_(actor.communities))
    heard = session.scalars(found).first()
    if heard is None:
        raise NotFound("event", data["event"] or rule.event)
    actor.require(heard.community)
    try:
        text = texts.write(data["template"], data["locale"], heard.data, source=data["source"])
    except texts.TextError as error:
        problem = f"cannot be written ({error}); look at its fields and blocks"
        raise Invalid({"source": [problem]}) from None
    return {"subject": text.subject, "body": text.body}
