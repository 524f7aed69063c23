"""When visits take place, and how many in a row failed: pure facts of the calendar.

A visit is an appointment on the wall clock: it keeps its local date and times of day, which
stay right whatever happens to time zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from volunteers.domain.calendar import Slot, common_slots, merged
from volunteers.domain.codes import Frequency, VisitState

FAILED = (VisitState.MISSED, VisitState.NOT_HOME, VisitState.REFUSED)
"""The volunteer did not come, or came for nothing: what a row of failures counts."""
HELD = (VisitState.DONE, VisitState.PARTIAL)
"""Help was given: hours are reported, and a row of failures is over."""

WEEK = timedelta(days=7)
DAYS_BETWEEN = {
    Frequency.WEEKLY: WEEK,
    Frequency.TWICE_WEEKLY: WEEK,  # on each of its two weekdays
    Frequency.FORTNIGHTLY: 2 * WEEK,
}


@dataclass(frozen=True, slots=True, order=True)
class Appointment:
    """A visit to come: local date, and the slot of the week it takes."""

    on: date
    slot: Slot


def agreed_slots(
    frequency: Frequency,
    minutes: int,
    need: Sequence[Slot],
    availability: Sequence[Slot],
    taken: Sequence[Slot] = (),
) -> tuple[Slot, ...]:
    """The times of the week on which a pairing's visits take place.

    Where both have time, beside what the volunteer already has (``taken``) if that leaves room.
    An override may pair people whose times do not meet: then the household's time counts.
    """
    windows = common_slots(need, availability, minutes) or merged(need) or merged(availability)
    free = [slot for window in windows if (slot := _first_free(window, minutes, taken))]
    choices = free or [_cut(window, window.start, minutes) for window in windows]
    if frequency is Frequency.TWICE_WEEKLY:
        return _two_apart(choices)
    return tuple(choices[:1])


def _first_free(window: Slot, minutes: int, taken: Sequence[Slot]) -> Slot | None:
    start = window.start
    for busy in sorted(slot for slot in taken if slot.weekday == window.weekday):
        if start + minutes <= busy.start:
            break
        start = max(start, busy.end)
    return _cut(window, start, minutes) if start + minutes <= window.end else None


def _cut(window: Slot, start: int, minutes: int) -> Slot:
    return Slot(window.weekday, start, min(window.end, start + minutes))


def _two_apart(choices: Sequence[Slot]) -> tuple[Slot, ...]:
    """Two slots on days as far apart as the week allows; one where there is only one day."""
    pairs = [pair for pair in combinations(choices, 2) if _days_apart(*pair)]
    best = max(pairs, key=lambda pair: _days_apart(*pair), default=tuple(choices[:1]))
    return tuple(best)


def _days_apart(one: Slot, two: Slot) -> int:
    gap = abs(one.weekday - two.weekday)
    return min(gap, 7 - gap)


def appointments(
    frequency: Frequency, agreed: Iterable[Slot], starts_on: date, until: date
) -> list[Appointment]:
    """All visits of a pairing from ``starts_on`` to ``until``, both included, in order.

    Depends on nothing else, so planning again gives the same visits.
    """
    first = sorted(Appointment(_next_weekday(starts_on, slot.weekday), slot) for slot in agreed)
    if frequency is Frequency.ONCE:
        return [visit for visit in first[:1] if visit.on <= until]
    return sorted(
        Appointment(day, visit.slot) for visit in first for day in _days(frequency, visit.on, until)
    )


def _next_weekday(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


def _days(frequency: Frequency, first: date, until: date) -> Iterator[date]:
    day = first
    while day <= until:
        yield day
        step = DAYS_BETWEEN.get(frequency)
        day = day + step if step else _same_day_next_month(day, first)


def _same_day_next_month(day: date, first: date) -> date:
    """The second Tuesday follows the second Tuesday; a fifth one is followed by the fourth."""
    nth = min((first.day - 1) // 7, 3)
    month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _next_weekday(month, first.isoweekday()) + nth * WEEK


def failures_in_a_row(newest_first: Iterable[VisitState]) -> int:
    """How many of the latest visits failed since help was last given.

    Visits still planned, cancelled or unsafe neither count nor end the row.
    """
    count = 0
    for state in newest_first:
        if state in HELD:
            break
        count += state in FAILED
    return count
