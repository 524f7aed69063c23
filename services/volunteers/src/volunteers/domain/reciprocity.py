"""The shared ledger (共驻共建): who gave what to whom, by double entry, in balance or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servicekit.codes import LabelledEnum
from volunteers.domain.activities import ActivityKind


class Unit(LabelledEnum):
    """What is exchanged."""

    HOURS = "hours", "服务小时", "hours"
    PLACES = "places", "活动席位", "places"
    SERVICES = "services", "办事服务", "services"
    THINGS = "things", "物资", "things"


class Standing(LabelledEnum):
    """How what a party gave compares with what it received."""

    BALANCED = "balanced", "基本平衡", "in balance"
    GIVES_MORE = "gives_more", "付出较多", "gives more"
    RECEIVES_MORE = "receives_more", "受益较多", "receives more"
    NOTHING = "nothing", "暂无往来", "nothing yet"


RESIDENTS, COMMUNITY, SCHOOLS = "residents", "community", "schools"
"""Parties that are no partner: people who come by themselves; the office, and the schools, where
there is not exactly one of them."""

FOR_SCHOOL = frozenset({ActivityKind.CAMP, ActivityKind.TALK, ActivityKind.CIRCLE})
"""What serves pupils and parents; an open event serves the community."""

FAIR = 2
"""In balance: neither side is more than twice the other; each unit counts one."""


@dataclass(frozen=True)
class Exchange:
    """So much of a unit went from a giver to a receiver in a month, ``2026-11``."""

    month: str
    giver: str
    receiver: str
    unit: Unit
    count: int


Counts = dict[Unit, int]


@dataclass(frozen=True)
class Account:
    """What a party gave and received."""

    party: str
    given: Mapping[Unit, int]
    received: Mapping[Unit, int]

    @property
    def standing(self) -> Standing:
        given, received = sum(self.given.values()), sum(self.received.values())
        if not given and not received:
            return Standing.NOTHING
        if given > FAIR * received:
            return Standing.GIVES_MORE
        return Standing.RECEIVES_MORE if received > FAIR * given else Standing.BALANCED


def accounts(exchanges: Iterable[Exchange], parties: Iterable[str] = ()) -> list[Account]:
    """Each party's account, those of ``parties`` in any case; what one gives itself is nothing."""
    given, received = defaultdict[str, Counts](_zero), defaultdict[str, Counts](_zero)
    for each in exchanges:
        if each.giver != each.receiver:
            given[each.giver][each.unit] += each.count
            received[each.receiver][each.unit] += each.count
    found = sorted({*parties, *given, *received})
    return [Account(party, given[party], received[party]) for party in found]


def by_month(exchanges: Iterable[Exchange]) -> dict[str, list[Account]]:
    """The accounts of each month, in order."""
    months = defaultdict[str, list[Exchange]](list)
    for each in exchanges:
        months[each.month].append(each)
    return {month: accounts(months[month]) for month in sorted(months)}


def _zero() -> Counts:
    return dict.fromkeys(Unit, 0)
