"""What a community's board shows, asked of its owners once however many look on."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventlet.semaphore import Semaphore

from notifications import news
from notifications.domain import board
from servicekit.errors import Unavailable

FRESH_SECONDS = 10.0
WEEKS = 6
PAGE = 500


@dataclass(frozen=True)
class Week:
    """What was done in a week. ``visits``: state → number."""

    first: date
    visits: Mapping[str, int]
    hours: float
    running: int


@dataclass(frozen=True)
class Board:
    """All that the page draws. ``gaps`` is None where the matching does not answer."""

    cells: list[board.Cell]
    kinds: list[board.Kind]
    gaps: list[dict[str, Any]] | None
    weeks: list[Week]
    needs: int


class Boards:
    """The boards of this process: read anew when something happened, or after a while.

    They hold codes only, and the same for everybody who may see the community.
    """

    def __init__(self, engine: Any) -> None:
        self._known: dict[str, tuple[float, Board]] = {}
        self._locks: dict[str, Semaphore] = defaultdict(Semaphore)
        self._changes: dict[str, int] = defaultdict(int)
        news.listen(engine, self._hear)

    def _hear(self, found: news.News) -> None:
        for place in found.places:
            self._changes[place] += 1
            self._known.pop(place, None)

    def forget(self, community: str) -> None:
        """The visitor has changed something just now: the next look shows it."""
        self._known.pop(community, None)

    def of(self, community: str, peers: Any, today: date) -> Board:
        """The board, at most ten seconds old, and newer than the last news."""
        with self._locks[community]:
            read_at, known = self._known.get(community, (0.0, None))
            if known is not None and time.monotonic() - read_at < FRESH_SECONDS:
                return known
            changes, began = self._changes[community], time.monotonic()
            found = read(peers, community, today)
            if changes == self._changes[community]:  # else it may be older than the news
                self._known[community] = (began, found)
            return found


def read(peers: Any, community: str, today: date) -> Board:
    """Ask households and volunteers with the visitor's rights."""
    households = peers.households.coverage(community=community)["cells"]
    needs = list(_pages(peers.households.find_needs, community))
    pairings = list(_pages(peers.volunteers.find_pairings, community))
    marks = board.marks_of(needs, pairings)
    counted = sum(len(found) for found in marks.values())
    return Board(
        cells=board.cells(households, marks),
        kinds=board.kinds(marks),
        gaps=_gaps(peers, community),
        weeks=[_week(peers, community, week, pairings) for week in board.weeks(today, WEEKS)],
        needs=counted,
    )


def _gaps(peers: Any, community: str) -> list[dict[str, Any]] | None:
    try:
        found: list[dict[str, Any]] = peers.volunteers.unmatched(community=community)["items"]
    except Unavailable:
        return None
    return found


def _week(
    peers: Any, community: str, week: tuple[date, date], pairings: list[dict[str, Any]]
) -> Week:
    first, last = week
    span = {"from": first.isoformat(), "until": last.isoformat()}
    found = peers.volunteers.visits_summary(community=community, **span)
    return Week(first, found["states"], found["minutes"] / 60, board.running(pairings, last))


def _pages(method: Any, community: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        answer = method(community=community, page=page, size=PAGE)
        yield from answer["items"]
        if page * PAGE >= answer["total"]:
            return
        page += 1
