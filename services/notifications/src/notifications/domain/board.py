"""The community board: each household with a mark for each of its aids, and how they add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from notifications.domain.codes import AidKind

MARKS = ("open", "suspended", "proposed", "accepted", "matched", "met")
"""The states of an aid, the worst first."""

COVERED = ("accepted", "matched", "met")
GONE = ("withdrawn", "referred")
BY_PAIRING = {
    "proposed": "proposed",
    "accepted": "accepted",
    "trial": "matched",
    "active": "matched",
    "paused": "suspended",
    "handover": "matched",
}
WEEK = timedelta(days=7)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Mark:
    """An aid of a household: its state, and the pairing that waits for a word."""

    kind: str
    state: str
    pairing: str | None


@dataclass(frozen=True)
class Cell:
    """A household on the board."""

    household: str
    code: str
    building: str | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Kind:
    """How far the needs of one aid are covered: state → number."""

    kind: str
    total: int
    covered: int
    states: Mapping[str, int]


def marks_of(needs: Iterable[Row], pairings: Iterable[Row]) -> dict[str, list[tuple[str, Mark]]]:
    """Household → (need, mark). A live pairing says more than the need: it knows it first."""
    live = {row["need"]: row for row in pairings if row["state"] in BY_PAIRING}
    found = defaultdict(list)
    for need in needs:
        if need["status"] not in GONE:
            found[need["household"]].append((need["id"], _mark(need, live.get(need["id"]))))
    return found


def _mark(need: Row, pairing: Row | None) -> Mark:
    if need["status"] == "open" and pairing is not None:
        state = BY_PAIRING[pairing["state"]]
        waiting = pairing["id"] if state in ("proposed", "accepted") else None
        return Mark(need["aid_kind"], state, waiting)
    return Mark(need["aid_kind"], need["status"], None)


def cells(households: Iterable[Row], marks: Mapping[str, list[tuple[str, Mark]]]) -> list[Cell]:
    """Every household; of several needs of one kind, the worst counts."""
    return [
        Cell(
            row["household"], row["code"], row["building"], _worst(marks.get(row["household"], []))
        )
        for row in households
    ]


def _worst(marks: Iterable[tuple[str, Mark]]) -> tuple[Mark, ...]:
    order = {kind.value: place for place, kind in enumerate(AidKind)}
    ranked = sorted(
        (mark for _, mark in marks),
        key=lambda mark: (order[mark.kind], MARKS.index(mark.state)),
    )
    return tuple(next(same) for _, same in groupby(ranked, key=lambda mark: mark.kind))


def by_building(found: Iterable[Cell]) -> list[tuple[str | None, list[Cell]]]:
    """The cells of each building, in the order of its number."""
    ordered = sorted(found, key=lambda cell: (_number(cell.building), cell.code))
    return [(name, list(same)) for name, same in groupby(ordered, key=lambda cell: cell.building)]


def _number(building: str | None) -> tuple[int, str]:
    text = building or ""
    digits = "".join(character for character in text if character.isdecimal())
    return (int(digits) if digits else 1_000_000, text)


def kinds(marks: Mapping[str, list[tuple[str, Mark]]]) -> list[Kind]:
    """The four aids, each with its numbers."""
    states: dict[str, dict[str, int]] = {kind.value: dict.fromkeys(MARKS, 0) for kind in AidKind}
    for _, mark in (each for found in marks.values() for each in found):
        states[mark.kind][mark.state] += 1
    return [
        Kind(kind, sum(counts.values()), sum(counts[state] for state in COVERED), counts)
        for kind, counts in states.items()
    ]


def weeks(today: date, count: int) -> list[tuple[date, date]]:
    """The last ``count`` weeks, Monday to Sunday, this one included."""
    monday = today - timedelta(days=today.weekday())
    starts = (monday - WEEK * back for back in reversed(range(count)))
    return [(start, start + WEEK - timedelta(days=1)) for start in starts]


def running(pairings: Iterable[Row], on: date) -> int:
    """How many needs had a running pairing on a day."""
    day = on.isoformat()
    return len(
        {
            row["need"]
            for row in pairings
            if row["starts_on"]
            and row["starts_on"] <= day
            and (row["ended_on"] is None or row["ended_on"] > day)
        }
    )
