"""Hours that can be believed, and what they are worth: pure rules.

志愿服务记录办法 (民函〔2012〕340号): what counts is the time of the service itself, without travel;
100, 300, 600, 1,000 and 1,500 hours make one to five stars.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from servicekit.codes import LabelledEnum
from volunteers.domain.matching.geometry import metres


class Evidence(LabelledEnum):
    """What hours beside a visit are believed for."""

    SIGN_IN = "sign_in", "签到表", "sign-in sheet"
    ORGANISER = "organiser", "组织方证明", "organiser's statement"
    RECORD = "record", "服务记录", "service record"
    PHOTO = "photo", "现场照片", "photograph"


class FlagKind(LabelledEnum):
    """Why hours are looked into."""

    OVERLAP = "overlap", "时间重叠", "two services at once"
    TRAVEL = "travel", "途中时间不够", "too far apart for the time between"
    LONG = "long", "远超计划时长", "much longer than planned"


class FlagState(LabelledEnum):
    """What came of looking into hours."""

    OPEN = "open", "待核查", "to be looked into"
    CLEARED = "cleared", "已排除", "explained"
    UPHELD = "upheld", "已确认", "upheld"


METRES_A_MINUTE = 250
"""15 km/h as the crow flies: on a bicycle along streets nobody is faster through a town."""
GRACE_MINUTES = 15
"""Visits are logged with the hour they were planned for; two in a row leave no time between."""
ROUNDED_M = 200
"""Both places are kept rounded to some 100 m."""
LONG_BY = 60
"""Minutes beyond the plan that want an explanation."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's service on a day: minutes of the day, and where, if it was at a household."""

    work: str
    start: int
    end: int
    planned: int | None = None
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """``work`` is in doubt, because of ``other`` where there are two; the later one is doubted."""

    kind: FlagKind
    work: str
    other: str | None
    minutes: int
    metres: int | None = None


def flags_of_day(stays: Iterable[Stay]) -> list[Flag]:
    """What cannot be, or wants an explanation, of one person's day."""
    ordered = sorted(stays, key=lambda stay: (stay.start, stay.end, stay.work))
    alone = [_long(stay) for stay in ordered]
    pairs = [_both(first, then) for first, then in combinations(ordered, 2)]
    return [flag for flag in (*alone, *pairs) if flag]


def _long(stay: Stay) -> Flag | None:
    beyond = stay.end - stay.start - (stay.planned or stay.end - stay.start)
    return Flag(FlagKind.LONG, stay.work, None, beyond) if beyond > LONG_BY else None


def _both(first: Stay, then: Stay) -> Flag | None:
    between = then.start - first.end
    if between < 0:
        shared = min(first.end, then.end) - then.start
        return Flag(FlagKind.OVERLAP, then.work, first.work, shared)
    if first.place is None or then.place is None:
        return None
    away = metres(*first.place, *then.place)
    possible = (between + GRACE_MINUTES) * METRES_A_MINUTE + ROUNDED_M
    return Flag(FlagKind.TRAVEL, then.work, first.work, between, away) if away > possible else None


@dataclass(frozen=True, slots=True)
class StarTable:
    """From ``since`` on: the hours that one star, two stars … ask for."""

    since: date
    hours: tuple[int, ...]


NATIONAL = StarTable(date(2012, 10, 23), (100, 300, 600, 1000, 1500))


def table_on(day: date, tables: Sequence[StarTable]) -> StarTable:
    """The table that holds on ``day``; the national one where no other does yet."""
    held = [table for table in tables if table.since <= day]
    return max(held, key=lambda table: table.since, default=NATIONAL)


def stars_for(minutes: int, table: StarTable) -> int:
    """How many stars so many minutes are worth."""
    return bisect_right(table.hours, minutes // 60)
