"""Which rules an event meets, and who is told because of them."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notifications.domain.codes import AidKind, ChannelCode, StaffRole, Urgency

MAX_ID = 200

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "not": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An event pattern and a condition → who is told, with which text, how urgently.

    ``subject`` names the fields whose values say what the notification is about: the same values
    again are the same notification, however often the event arrives.
    """

    name: str
    event: str
    subject: tuple[str, ...]
    roles: tuple[StaffRole, ...]
    template: str
    urgency: Urgency = Urgency.ROUTINE
    when: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[ChannelCode, ...] = tuple(ChannelCode)


@dataclass(frozen=True, slots=True)
class Happening:
    """What the rules look at: an event's type and its codes, dates as ISO text."""

    type: str
    community: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules need to know of a member of staff."""

    id: str
    role: StaffRole
    aid_kinds: frozenset[AidKind]
    channels: tuple[ChannelCode, ...]
    has_email: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One person is to be told one thing because of one rule."""

    rule: Rule
    subject: str
    recipient: str
    channels: tuple[ChannelCode, ...]

    @property
    def id(self) -> str:
        """The notification's natural key: ``<rule>:<subject>:<recipient>``."""
        return fitting(f"{self.rule.name}:{self.subject}:{self.recipient}")


Reaches = Callable[[ChannelCode, Person], bool]


def decide(
    rules: Iterable[Rule], happening: Happening, staff: Sequence[Person], reaches: Reaches
) -> list[Notice]:
    """Everything that is to be told because of ``happening``, in the order of rules and staff."""
    return [
        Notice(
            rule=rule,
            subject=subject_of(rule, happening),
            recipient=person.id,
            channels=channels_for(rule, person, reaches),
        )
        for rule in matching(rules, happening)
        for person in audience(rule, happening, staff)
    ]


def matching(rules: Iterable[Rule], happening: Happening) -> list[Rule]:
    """The rules whose pattern and condition ``happening`` meets."""
    return [
        rule
        for rule in rules
        if topic_matches(rule.event, happening.type) and holds(rule.when, happening.data)
    ]


def topic_matches(pattern: str, topic: str) -> bool:
    """Topic patterns as AMQP knows them: ``*`` is one word, ``#`` any number of words."""
    return _words_match(pattern.split("."), topic.split("."))


def _words_match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    head, rest = pattern[0], pattern[1:]
    if head == "#":
        return any(_words_match(rest, words[skipped:]) for skipped in range(len(words) + 1))
    return bool(words) and head in ("*", words[0]) and _words_match(rest, words[1:])


def holds(condition: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """True where each named field has the wanted value; an absent field meets no condition."""
    return all(_compare(data.get(name), wanted) for name, wanted in condition.items())


def _compare(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    if isinstance(wanted, Mapping):
        return all(
            isinstance(value, type(bound)) and COMPARISONS[name](value, bound)
            for name, bound in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return value in wanted
    return bool(value == wanted)


def subject_of(rule: Rule, happening: Happening) -> str:
    """What the notification is about: the values of the rule's subject fields, joined by ``/``."""
    return fitting("/".join(str(happening.data[name]) for name in rule.subject))


def audience(rule: Rule, happening: Happening, staff: Sequence[Person]) -> list[Person]:
    """Those of ``staff`` who have the role, and care for the event's kind of aid if it has one."""
    aid_kind = happening.data.get("aid_kind")
    return [
        person
        for person in staff
        if person.role in rule.roles
        and (not aid_kind or not person.aid_kinds or aid_kind in person.aid_kinds)
    ]


def channels_for(rule: Rule, person: Person, reaches: Reaches) -> tuple[ChannelCode, ...]:
    """The channels that the person chose, the rule allows and that work; never none at all."""
    chosen = tuple(
        code for code in person.channels if code in rule.channels and reaches(code, person)
    )
    return chosen or (ChannelCode.INAPP,)


def fitting(key: str) -> str:
    """``key``, or where it is too long for a column, its beginning and a digest of all of it."""
    if len(key) <= MAX_ID:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{key[: MAX_ID - len(digest) - 1]}+{digest}"
