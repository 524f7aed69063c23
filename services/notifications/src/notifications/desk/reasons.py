"""A match's explanation as the page draws it: bars, conditions, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

THOUSAND = 1000


@dataclass(frozen=True)
class Bar:
    """A factor: ``track`` and ``fill`` in percent of the widest factor's track."""

    label: str
    sentence: str
    points: int
    most: int
    track: float
    fill: float


@dataclass(frozen=True)
class Condition:
    """A hard filter's answer."""

    label: str
    sentence: str
    passed: bool


@dataclass(frozen=True)
class Reasons:
    """Why, or why not, a volunteer serves a need."""

    volunteer: str
    eligible: bool
    total: int
    best: int
    rank: int | None
    of: int | None
    bars: tuple[Bar, ...]
    conditions: tuple[Condition, ...]
    sentences: tuple[str, ...]
    cost: str

    @property
    def failed(self) -> tuple[Condition, ...]:
        return tuple(each for each in self.conditions if not each.passed)

    @classmethod
    def of_answer(cls, answer: Mapping[str, Any], locale: str) -> Self:
        """From the volunteers service's answer."""
        widest = max((row["weight"] for row in answer["factors"]), default=1) or 1
        conditions = (
            Condition(_said(row["label"], locale), _fact(row, locale), row["passed"])
            for row in answer["filters"]
        )
        return cls(
            volunteer=answer["volunteer"],
            eligible=answer["eligible"],
            total=answer["total"],
            best=answer["best"],
            rank=answer["rank"],
            of=answer["of"],
            bars=tuple(_bar(row, widest, locale) for row in answer["factors"]),
            conditions=tuple(conditions),
            sentences=tuple(answer["sentences"].get(locale, ())),
            cost=_said((answer.get("cost") or {}).get("sentence", {}), locale),
        )


@dataclass(frozen=True)
class Alternative:
    """Somebody else who could serve: rank and score, and what sets them apart from the first."""

    volunteer: str
    rank: int
    total: int
    label: str
    sentence: str
    points: int


def alternatives(
    answer: Mapping[str, Any], locale: str, *, besides: str
) -> tuple[Alternative, ...]:
    """From the volunteers service's answer, without the volunteer that the page is about."""
    return tuple(
        Alternative(
            volunteer=row["volunteer"],
            rank=row["rank"],
            total=row["total"],
            label=_said(row["label"], locale),
            sentence=_fact(row, locale),
            points=row["points"],
        )
        for row in answer["items"]
        if row["volunteer"] != besides
    )


def _bar(row: Mapping[str, Any], widest: int, locale: str) -> Bar:
    track = 100 * row["weight"] / widest
    most = row["weight"] * THOUSAND
    share = row["contribution"] / most if most else 0.0
    return Bar(
        label=_said(row["label"], locale),
        sentence=_fact(row, locale),
        points=row["contribution"],
        most=most,
        track=round(track, 2),
        fill=round(track * share, 2),
    )


def _said(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale) or texts.get("zh-CN") or ""


def _fact(row: Mapping[str, Any], locale: str) -> str:
    """What a sentence says, without the label that it begins with: that stands above it."""
    sentence = _said(row["sentence"], locale)
    return sentence.removeprefix(_said(row["label"], locale)).lstrip(":：，, ")
