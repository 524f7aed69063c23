"""Donated things: their code lists, the way they go, and which household's need one serves best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from servicekit.codes import LabelledEnum
from volunteers.domain.codes import AidKind, NeedStatus, Urgency
from volunteers.domain.states import Machine


class GiftKind(LabelledEnum):
    """What sort of thing is given."""

    CLOTHES = "clothes", "衣物", "clothes"
    BEDDING = "bedding", "床上用品", "bedding"
    FURNITURE = "furniture", "家具", "furniture"
    APPLIANCE = "appliance", "家电", "household appliance"
    ELECTRONICS = "electronics", "数码设备", "electronics"
    BOOKS = "books", "图书", "books"
    STATIONERY = "stationery", "文具", "school supplies"
    TOYS = "toys", "玩具", "toys"
    FOOD = "food", "食品", "food"
    MEDICAL_AID = "medical_aid", "辅助器具", "aids for the disabled"
    OTHER = "other", "其他", "other"


class GiftState(LabelledEnum):
    """Where a thing stands. Looked over and mended where needed: ``repaired``."""

    PLEDGED = "pledged", "已认捐", "pledged"
    COLLECTED = "collected", "已收取", "collected"
    REPAIRED = "repaired", "已检修", "looked over and repaired"
    RESERVED = "reserved", "已预留", "reserved"
    DELIVERED = "delivered", "已送达", "delivered"
    RECEIPTED = "receipted", "已签收", "receipted"
    EXPIRED = "expired", "已作废", "expired"


G = GiftState
GIFT = Machine[GiftState](
    "gift",
    {
        G.PLEDGED: (G.COLLECTED, G.EXPIRED),
        G.COLLECTED: (G.REPAIRED, G.EXPIRED),
        G.REPAIRED: (G.RESERVED, G.EXPIRED),
        G.RESERVED: (G.DELIVERED, G.EXPIRED),
        G.DELIVERED: (G.RECEIPTED,),
        G.RECEIPTED: (),
        G.EXPIRED: (),
    },
)
FREE = (G.PLEDGED, G.COLLECTED, G.REPAIRED)
"""Still nobody's: what may be matched, and what a date makes expire."""

RECEIVERS = frozenset({"coordinator", "social_worker", "director", "operator"})
"""Roles that may say for a household that it has got something."""

MATERIAL = "supplies"
"""The service of a need that things serve."""
WAITING = (NeedStatus.OPEN, NeedStatus.MATCHED)

SUITS: Mapping[GiftKind, tuple[AidKind, ...]] = {
    GiftKind.CLOTHES: (AidKind.HARDSHIP,),
    GiftKind.BEDDING: (AidKind.HARDSHIP, AidKind.ELDERLY, AidKind.DISABILITY),
    GiftKind.FURNITURE: (AidKind.HARDSHIP,),
    GiftKind.APPLIANCE: (AidKind.HARDSHIP, AidKind.ELDERLY),
    GiftKind.ELECTRONICS: (AidKind.SCHOOLING,),
    GiftKind.BOOKS: (AidKind.SCHOOLING,),
    GiftKind.STATIONERY: (AidKind.SCHOOLING,),
    GiftKind.TOYS: (AidKind.SCHOOLING,),
    GiftKind.FOOD: (AidKind.HARDSHIP, AidKind.ELDERLY),
    GiftKind.MEDICAL_AID: (AidKind.DISABILITY, AidKind.ELDERLY),
    GiftKind.OTHER: (),
}
"""Whom a kind of thing serves best: the aid of the need, or another that the household asks for."""

SUIT, FEWER = 40, 30
PRESSING: Mapping[Urgency, int] = {Urgency.URGENT: 20, Urgency.SOON: 10, Urgency.ROUTINE: 0}
LONGEST_DAYS, WAITED = 100, 10
"""Points: what suits, who has got less, what presses, who waits; a hundred at most."""


@dataclass(frozen=True)
class MaterialNeed:
    """A need that a thing may serve: ``aids`` are all that the household asks for."""

    id: str
    household: str
    aids: frozenset[AidKind]
    urgency: Urgency
    raised_on: date
    received: int


@dataclass(frozen=True)
class Ranked:
    """A need with its points, and what each reason gave."""

    need: MaterialNeed
    reasons: Mapping[str, int]

    @property
    def points(self) -> int:
        return sum(self.reasons.values())


def ranked(kind: GiftKind, needs: Iterable[MaterialNeed], today: date) -> list[Ranked]:
    """The needs that a thing of this kind may serve, the best first; ties go by their ids."""
    found = [Ranked(need, _reasons(kind, need, today)) for need in needs]
    return sorted(found, key=lambda each: (-each.points, each.need.id))


def _reasons(kind: GiftKind, need: MaterialNeed, today: date) -> dict[str, int]:
    waited = min(LONGEST_DAYS, max(0, (today - need.raised_on).days))
    return {
        "suits": SUIT if need.aids & set(SUITS[kind]) else 0,
        "received_less": FEWER // (1 + need.received),
        "urgency": PRESSING[need.urgency],
        "waiting": WAITED * waited // LONGEST_DAYS,
    }
