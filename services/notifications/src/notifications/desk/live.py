"""Who has the desk open in this process, and what each of them is told at once."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import eventlet
import sqlalchemy as sa
from eventlet.event import Event as Signal
from sqlalchemy.orm import Session

from notifications import news, queries, texts
from notifications.models import Notification, StaffMember
from notifications.usecases.composing import content
from servicekit.telemetry import failed

KEEPALIVE_SECONDS = 20.0
LONGEST_SECONDS = 300.0
"""A stream ends after this long; the browser comes again, and its rights are looked at anew."""
BOARD_SECONDS = 0.5
"""Boards are told of changes twice a second at most: a burst of events is one change."""
SLICE, SLICE_SECONDS = 50, 0.01
"""So many pages at once hear that their board has changed, and between them whoever is told
something of their own."""


@dataclass(eq=False)
class Line:
    """One open page. What it is told waits in ``news``, each kind and id once."""

    person: str
    session: str
    places: frozenset[str]
    news: dict[str, dict[str, Any]] = field(default_factory=dict)
    signal: Signal = field(default_factory=Signal)
    closed: bool = False

    def tell(self, kind: str, **what: Any) -> None:
        self.news[f"{kind} {what.get('id', '')}"] = {"kind": kind, **what}
        self.wake()

    def wake(self) -> None:
        if not self.signal.ready():
            self.signal.send()

    def wait(self, seconds: float) -> list[dict[str, Any]]:
        """What is new, as soon as there is something; empty when nothing came in time."""
        if not self.news and not self.closed:
            with eventlet.Timeout(seconds, exception=False):
                self.signal.wait()
        self.signal = Signal()
        found, self.news = list(self.news.values()), {}
        return found


class Hub:
    """The open pages of this process. News of a commit is read once, however many look on."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._by_person: dict[str, set[Line]] = defaultdict(set)
        self._by_place: dict[str, set[Line]] = defaultdict(set)
        self._pending = news.News()
        self._behind: list[Line] = []
        self._next_boards = 0.0
        self._working = False
        news.listen(database.engine, self.hear)
        self._follower = eventlet.spawn(news.follow, database.engine)

    def open(self, person: str, session: str, places: frozenset[str]) -> Line:
        line = Line(person, session, places)
        self._by_person[person].add(line)
        for place in places:
            self._by_place[place].add(line)
        return line

    def close(self, line: Line) -> None:
        self._by_person[line.person].discard(line)
        for place in line.places:
            self._by_place[place].discard(line)

    def end(self, person: str, session: str | None = None) -> None:
        """Whoever signed out, or has another password, is told nothing more."""
        for line in self._by_person[person]:
            if session in (None, line.session):
                line.closed = True
                line.wake()

    def close_all(self) -> None:
        """The service ends: so do its streams."""
        self._follower.kill()
        for lines in self._by_person.values():
            for line in lines:
                line.closed = True
                line.wake()

    def hear(self, found: news.News) -> None:
        """Something was committed. Called inside a commit, so it only takes a note."""
        self._pending.add(found)
        if not self._working:
            self._working = True
            eventlet.spawn_n(self._work)

    def _work(self) -> None:
        try:
            while self._pending.notifications or self._pending.places or self._behind:
                people, self._pending.notifications = self._pending.notifications, set()
                self._tell_people(people)
                self._tell_boards()
                eventlet.sleep(SLICE_SECONDS)
        except Exception as error:  # noqa: BLE001 - the pages still look by themselves
            failed("desk.news_lost", error)
        finally:
            self._working = False

    def _tell_people(self, ids: set[str]) -> None:
        for row in self._read(ids):
            for line in list(self._by_person.get(row["recipient"], ())):
                line.tell(
                    "notice", **{key: row[key] for key in ("id", "title", "urgency", "state")}
                )

    def _tell_boards(self) -> None:
        if not self._behind and time.monotonic() >= self._next_boards:
            places, self._pending.places = self._pending.places, set()
            self._behind = [line for place in places for line in self._by_place.get(place, ())]
            self._next_boards = time.monotonic() + BOARD_SECONDS
        now, self._behind = self._behind[:SLICE], self._behind[SLICE:]
        for line in now:
            line.tell("board")

    def _read(self, ids: set[str]) -> list[dict[str, Any]]:
        """The named notifications of those who look on, each text written once a language."""
        if not ids or not any(self._by_person.values()):
            return []
        row = Notification
        wanted = (
            sa.select(row.id, row.recipient, row.urgency, row.state, row.rule, row.subject)
            .add_columns(StaffMember.locale)
            .join(StaffMember, StaffMember.id == row.recipient)
            .where(row.id.in_(ids))
        )
        titles: dict[Any, str] = {}
        with self._database.transaction() as session:
            found = session.execute(wanted).all()
            for each in found:
                key = (each.rule, each.subject, each.locale)
                if key not in titles:
                    titles[key] = _title(session, each.id, each.locale)
        return [
            {
                "recipient": each.recipient,
                "id": each.id,
                "title": titles[each.rule, each.subject, each.locale],
                "urgency": each.urgency,
                "state": each.state,
            }
            for each in found
        ]


def _title(session: Session, key: str, locale: str) -> str:
    """In codes: names are asked for when somebody reads, with their own rights."""
    template, data, source = content(session, queries.notification(session, key), locale)
    return texts.write_or_fall_back(template, locale, data, fallback=key, source=source).subject


def stream(hub: Hub, line: Line, seconds: float) -> Iterator[str]:
    """Server-sent events for one page, for at most ``seconds``; a silent client is noticed."""
    ends = time.monotonic() + seconds
    try:
        yield "retry: 2000\n\n"
        while not line.closed and (left := ends - time.monotonic()) > 0:
            found = line.wait(min(left, KEEPALIVE_SECONDS))
            for each in found:
                data = json.dumps(each, ensure_ascii=False)
                yield f"event: {each['kind']}\ndata: {data}\n\n"
            if not found and not line.closed:
                yield ": still here\n\n"
    finally:
        hub.close(line)
