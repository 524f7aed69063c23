"""Which rules an event meets, and who is told because of them, and who is not and why."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from notifications.domain.codes import AidKind, ChannelCode, StaffRole, Urgency, Why
from notifications.domain.timing import Away, Preference, When, when
from servicekit.workdays import Workdays

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
    again are the same notification, however often the event arrives. With ``group_minutes`` alike
    ones (the same values of ``group_by``) within so many minutes become one notification.
    """

    name: str
    event: str
    subject: tuple[str, ...]
    template: str
    roles: tuple[StaffRole, ...] = ()
    people: tuple[str, ...] = ()
    pairing_coordinator: bool = False
    on_duty: bool = False
    addressed: bool = False
    urgency: Urgency = Urgency.ROUTINE
    when: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[ChannelCode, ...] = tuple(ChannelCode)
    acknowledge_minutes: int = 0
    escalate_to: tuple[StaffRole, ...] = ()
    rounds: int = 1
    resolved_by: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    group_minutes: int = 0


UNRULED = Rule(name="", event="", subject=(), template="")
"""What holds for notifications that no rule speaks of (any more)."""


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
    reachable: frozenset[ChannelCode] = frozenset({ChannelCode.INAPP})
    preference: Preference = field(default_factory=Preference)
    cover: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody is to be told, and why; ``on_behalf`` of an absent colleague perhaps."""

    person: Person
    why: Why
    on_behalf: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """The moment of an event: the community's staff, who of them is where, and its calendar."""

    staff: Sequence[Person]
    now: datetime
    zone: ZoneInfo
    workdays: Workdays
    on_duty: frozenset[str] = frozenset()
    coordinator: str | None = None

    def absence(self, person: Person) -> Away | None:
        return person.preference.absence(self.now.astimezone(self.zone).date())

    def when(self, person: Person, urgency: Urgency) -> When:
        """When ``person`` may be told of something, from now on."""
        covered = self.cover(person) is not None
        return when(
            self.now,
            urgency,
            person.preference,
            workdays=self.workdays,
            zone=self.zone,
            covered=covered,
        )

    def person(self, key: str) -> Person | None:
        return next((each for each in self.staff if each.id == key), None)

    def cover(self, person: Person) -> Person | None:
        """Who stands in for ``person`` today; None where the person is there."""
        return self.stand_in(person) if self.absence(person) else None

    def stand_in(self, person: Person) -> Person | None:
        """The first along the chain of those who stand in for each other who is there."""
        seen = {person.id}
        while (key := self._deputy(person)) and key not in seen:
            found = self.person(key)
            if found is None or not self.absence(found):
                return found
            seen.add(key)
            person = found
        return None

    def _deputy(self, person: Person) -> str | None:
        away = self.absence(person)
        return (away and away.cover) or person.cover


def notice_id(rule: str, subject: str, recipient: str) -> str:
    """The notification's natural key: ``<rule>:<subject>:<recipient>``."""
    return fitting(f"{rule}:{subject}:{recipient}")


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


def unmet(condition: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """The fields by which ``condition`` does not hold."""
    return [name for name, wanted in condition.items() if not _compare(data.get(name), wanted)]


def holds(condition: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """True where each named field has the wanted value; an absent field meets no condition."""
    return not unmet(condition, data)


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


def audience(
    rule: Rule, happening: Happening, scene: Scene
) -> tuple[list[Told], list[tuple[Person, Why]]]:
    """Who is told because of ``rule``, and of the others why not; in the order of the staff.

    Who is absent is told, and so is their cover. Where nobody is left, the administrators are.
    """
    told: list[Told] = []
    others: list[tuple[Person, Why]] = []
    for person in scene.staff:
        chosen, why = _reason(rule, happening, scene, person)
        if chosen:
            told.append(Told(person, why))
        else:
            others.append((person, why))
    if not told:
        leads = [each for each in scene.staff if each.role is StaffRole.ADMINISTRATOR]
        told = [Told(each, Why.NOBODY_ELSE) for each in leads]
    told += covers(told, scene)
    reached = {each.person.id for each in told}
    return told, [(person, why) for person, why in others if person.id not in reached]


def covers(told: Iterable[Told], scene: Scene) -> list[Told]:
    """Those who stand in for the absent ones of ``told`` and are not told anyway."""
    reached = {each.person.id for each in told}
    found: list[Told] = []
    for each in told:
        cover = scene.cover(each.person)
        if cover and cover.id not in reached:
            reached.add(cover.id)
            found.append(Told(cover, Why.COVER, on_behalf=each.person.id))
    return found


def _reason(rule: Rule, happening: Happening, scene: Scene, person: Person) -> tuple[bool, Why]:
    code = person.id.partition("-")[2]
    if code in rule.people:
        return True, Why.NAMED
    if rule.on_duty and person.id in scene.on_duty:
        return True, Why.ON_DUTY
    if rule.addressed and _addressed(happening, person, code):
        return True, Why.ADDRESSED
    if rule.pairing_coordinator and scene.coordinator:
        hers = person.id == scene.coordinator
        return hers, Why.PAIRING_COORDINATOR if hers else Why.OTHER_COORDINATOR
    roles = rule.roles or ((StaffRole.COORDINATOR,) if rule.pairing_coordinator else ())
    if person.role not in roles:
        return False, Why.OTHER_ROLE
    aid_kind = happening.data.get("aid_kind")
    cares = not aid_kind or not person.aid_kinds or aid_kind in person.aid_kinds
    return cares, Why.ROLE if cares else Why.OTHER_AID_KIND


def _addressed(happening: Happening, person: Person, code: str) -> bool:
    roles, staff = happening.data.get("roles") or (), happening.data.get("staff") or ()
    return person.role in roles or person.id in staff or code in staff


def channels_for(
    rule: Rule, person: Person, working: Container[ChannelCode]
) -> tuple[ChannelCode, ...]:
    """The channels that the person chose, the rule allows and that work, in the person's order.

    Never none at all: the inbox is always there.
    """
    chosen = tuple(
        code
        for code in person.channels
        if code in rule.channels and code in working and code in person.reachable
    )
    return chosen or (ChannelCode.INAPP,)


def first_steps(channels: Sequence[ChannelCode]) -> tuple[ChannelCode, ...]:
    """Where a notice goes at once: the inbox, and the first channel that carries it outside.

    The others take over where that one fails.
    """
    inbox = [code for code in channels if code is ChannelCode.INAPP]
    outside = [code for code in channels if code is not ChannelCode.INAPP]
    return (*inbox, *outside[:1])


def fitting(key: str) -> str:
    """``key``, or where it is too long for a column, its beginning and a digest of all of it."""
    if len(key) <= MAX_ID:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{key[: MAX_ID - len(digest) - 1]}+{digest}"
