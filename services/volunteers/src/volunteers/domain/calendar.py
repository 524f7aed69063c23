"""The week's calendar and people's ages: pure facts about dates and times of day.

Times of day are local (Asia/Shanghai unless the service is set otherwise), weekdays are ISO
(1 is Monday), times are minutes since midnight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

MINUTES_OF_DAY = 24 * 60

SCHOOL_ENTRY_AGE = 6
"""Compulsory Education Law (义务教育法) art. 11: a child who has turned six enters school."""

SCHOOL_YEAR_STARTS = 9
"""The school year starts on 1 September; who turns six by 31 August enters that year."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A stretch of one weekday, `start` included and `end` excluded, in minutes since midnight."""

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday {self.weekday} is not 1..7; 1 is Monday, 7 is Sunday")
        if not 0 <= self.start < self.end <= MINUTES_OF_DAY:
            raise ValueError(
                f"a slot from minute {self.start} to {self.end} is not a stretch of one day; "
                "give a start before the end, at most 24:00"
            )

    @property
    def minutes(self) -> int:
        return self.end - self.start

    def to_data(self) -> dict[str, Any]:
        """As the contracts write it: `{"weekday": 6, "start": "09:00", "end": "11:30"}`."""
        return {"weekday": self.weekday, "start": clock(self.start), "end": clock(self.end)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Slot":
        return _slot(int(data["weekday"]), data["start"], data["end"])


@lru_cache(maxsize=10_000)
def _slot(weekday: int, start: str, end: str) -> Slot:
    """People are free at the same hours: each slot is read once."""
    return Slot(weekday, minutes_of(start), minutes_of(end))


@lru_cache(maxsize=MINUTES_OF_DAY + 1)
def clock(minutes: int) -> str:
    """`570` → `"09:30"`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """`"09:30"` → `570`; `"24:00"` is the end of the day. Raises ValueError otherwise."""
    hours, _, minutes = text.partition(":")
    whole = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or not 0 <= whole <= MINUTES_OF_DAY:
        raise ValueError(f"{text!r} is no time of day; write HH:MM between 00:00 and 24:00")
    return whole


def merged(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The same times in order, with slots that touch or overlap made one."""
    joined: list[Slot] = []
    for slot in sorted(slots, key=_begin):
        last = joined[-1] if joined else None
        if last and last.weekday == slot.weekday and slot.start <= last.end:
            joined[-1] = Slot(last.weekday, last.start, max(last.end, slot.end))
        else:
            joined.append(slot)
    return tuple(joined)


def without(slots: Iterable[Slot], busy: Iterable[Slot]) -> tuple[Slot, ...]:
    """What is left of these times when others are taken out, in order."""
    left = list(merged(slots))
    for taken in busy:
        left = [
            Slot(slot.weekday, start, end)
            for slot in left
            for start, end in _around(slot, taken)
            if start < end
        ]
    return tuple(left)


def _around(slot: Slot, taken: Slot) -> tuple[tuple[int, int], ...]:
    if slot.weekday != taken.weekday:
        return ((slot.start, slot.end),)
    return (slot.start, min(slot.end, taken.start)), (max(slot.start, taken.end), slot.end)


def _begin(slot: Slot) -> tuple[int, int]:
    return slot.weekday, slot.start


def common_slots(
    ours: Iterable[Slot], theirs: Iterable[Slot], minutes: int = 1
) -> tuple[Slot, ...]:
    """Where both have time for at least `minutes` on end, in order of the week."""
    others = merged(theirs)
    shared = [
        Slot(one.weekday, max(one.start, two.start), min(one.end, two.end))
        for one in merged(ours)
        for two in others
        if one.weekday == two.weekday
        and min(one.end, two.end) - max(one.start, two.start) >= max(1, minutes)
    ]
    return tuple(sorted(shared))


def longest_per_day(slots: Iterable[Slot]) -> dict[int, int]:
    """For each weekday that has a slot, the minutes of its longest one."""
    longest: dict[int, int] = {}
    for slot in slots:
        longest[slot.weekday] = max(slot.minutes, longest.get(slot.weekday, 0))
    return longest


def age_on(birth_date: date, today: date) -> int:
    """Completed years; who is born on 29 February turns a year older on 1 March of other years."""
    return (
        today.year
        - birth_date.year
        - ((today.month, today.day) < (birth_date.month, birth_date.day))
    )


def school_grade(birth_date: date, today: date) -> int:
    """The school year, 1..12, that a child of that birth date is in by rule; not clamped."""
    started = today.year if today.month >= SCHOOL_YEAR_STARTS else today.year - 1
    return age_on(birth_date, date(started, 8, 31)) - SCHOOL_ENTRY_AGE + 1
