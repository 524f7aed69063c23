"""The rules that ship with the service: read from rules.yml and checked before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

import marshmallow as ma
import yaml
from marshmallow import fields, validate

from notifications import texts
from notifications.contracts import CONSUMED
from notifications.domain.codes import ChannelCode, StaffRole, Urgency
from notifications.domain.rules import COMPARISONS, Rule, topic_matches
from servicekit.errors import flatten
from servicekit.schemas import Code, Schema

AUDIENCE = ("roles", "people", "pairing_coordinator", "on_duty", "addressed")
LISTS = ("subject", "roles", "people", "channels", "escalate_to", "resolved_by", "group_by")
NAME = r"[a-z][a-z0-9-]{0,79}\Z"


class RulesError(ValueError):
    """A set of rules that cannot be used; each line names rule, field, problem and remedy."""


class RuleSchema(Schema):
    """One entry of rules.yml."""

    name = fields.String(
        required=True,
        validate=validate.Regexp(
            NAME, error="is not a rule's name; use small letters, digits and hyphens"
        ),
    )
    event = fields.String(required=True)
    when = fields.Dict(keys=fields.String(), load_default=dict)
    subject = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, error="is empty; name at least one field"),
    )
    roles = fields.List(Code(StaffRole), load_default=list)
    people = fields.List(fields.String(), load_default=list)
    pairing_coordinator = fields.Boolean(load_default=False)
    on_duty = fields.Boolean(load_default=False)
    addressed = fields.Boolean(load_default=False)
    template = fields.String(required=True)
    urgency = Code(Urgency, load_default=Urgency.ROUTINE)
    channels = fields.List(Code(ChannelCode), load_default=lambda: list(ChannelCode))
    acknowledge_minutes = fields.Integer(load_default=0, validate=validate.Range(0, 7 * 24 * 60))
    escalate_to = fields.List(Code(StaffRole), load_default=list)
    rounds = fields.Integer(load_default=1, validate=validate.Range(1, 5))
    resolved_by = fields.List(fields.String(), load_default=list)
    group_by = fields.List(fields.String(), load_default=list)
    group_minutes = fields.Integer(load_default=0, validate=validate.Range(0, 24 * 60))

    @ma.validates_schema
    def check_audience(self, data: Mapping[str, Any], **_: Any) -> None:
        if not any(data.get(name) for name in AUDIENCE):
            raise ma.ValidationError(
                f"is empty; name at least one role, or one of: {', '.join(AUDIENCE[1:])}", "roles"
            )
        if data.get("escalate_to") and not data.get("acknowledge_minutes"):
            raise ma.ValidationError(
                "is missing though the rule escalates; say how long one may take",
                "acknowledge_minutes",
            )
        if bool(data.get("group_by")) != bool(data.get("group_minutes")):
            raise ma.ValidationError(
                "goes together with group_by; give both or neither", "group_minutes"
            )

    @ma.validates("when")
    def check_comparisons(self, condition: Mapping[str, Any], data_key: str) -> None:
        for name, wanted in condition.items():
            unknown = sorted(set(wanted) - set(COMPARISONS)) if isinstance(wanted, dict) else []
            if unknown:
                raise ma.ValidationError(
                    {name: f"has no comparison {unknown[0]}; use one of: {', '.join(COMPARISONS)}"}
                )

    @ma.validates("template")
    def check_template(self, name: str, data_key: str) -> None:
        missing = texts.missing_languages(name)
        if missing:
            raise ma.ValidationError(
                f"has no text in {', '.join(missing)}; add templates/{name}.{missing[0]}.j2"
            )

    @ma.validates_schema
    def check_fields(self, data: Mapping[str, Any], **_: Any) -> None:
        topics = [topic for topic in CONSUMED if topic_matches(data["event"], topic)]
        if not topics:
            raise ma.ValidationError(
                f"{data['event']} matches no event; use one of: {', '.join(CONSUMED)}",
                "event",
            )
        for topic in topics:
            known = CONSUMED[topic]().fields
            always = {name: field for name, field in known.items() if field.required}
            _check_known(topic, "when", data["when"], known)
            _check_known(topic, "subject", data["subject"], always)
            _check_known(topic, "group_by", data["group_by"], known)
        for closing in data["resolved_by"]:
            if closing not in CONSUMED:
                raise ma.ValidationError(
                    f"{closing} is no event; use one of: {', '.join(CONSUMED)}", "resolved_by"
                )
            _check_known(closing, "resolved_by", data["subject"], CONSUMED[closing]().fields)


def _check_known(topic: str, where: str, names: Iterable[str], known: Mapping[str, Any]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ma.ValidationError(
            f"{topic} has no field {unknown[0]} to go by; use one of: {', '.join(sorted(known))}",
            where,
        )


def read(text: str) -> tuple[Rule, ...]:
    """The rules written in ``text`` (YAML); raises RulesError, naming everything that is wrong."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RulesError(f"the rules are not YAML: {error}") from None
    if not isinstance(entries, list):
        raise RulesError("the rules are not a list; begin each rule with a hyphen")
    loaded = _load(entries)
    _check_names(loaded)
    return tuple(_rule(entry) for entry in loaded)


def _load(entries: list[Any]) -> list[dict[str, Any]]:
    try:
        loaded: list[dict[str, Any]] = RuleSchema(many=True).load(entries)
    except ma.ValidationError as error:
        messages = cast("dict[Any, Any]", error.messages)
        named = {_label(entries, key): value for key, value in messages.items()}
        raise RulesError("\n".join(f"{path}: {text}" for path, text in flatten(named))) from None
    return loaded


def _label(entries: list[Any], key: Any) -> str:
    """The rule's own name where it has one: easier to find than its position."""
    entry = entries[key] if isinstance(key, int) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else f"rule {key}"


def _check_names(loaded: list[dict[str, Any]]) -> None:
    names = [entry["name"] for entry in loaded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RulesError(f"{twice[0]}: name: stands there more than once; choose another name")


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(**{**entry, **{name: tuple(entry[name]) for name in LISTS}})


def effective(changes: Mapping[str, Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The shipped rules with a community's ``changes``: name → entry, empty where it is off."""
    if not changes:
        return shipped()
    kept = tuple(rule for rule in shipped() if rule.name not in changes)
    return kept + tuple(_rule(entry) for entry in _load([e for e in changes.values() if e]))


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules of the package."""
    return read((files("notifications") / "rules.yml").read_text("utf-8"))
