"""On which days something takes place, by a recurrence rule (RFC 5545)."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import rrulestr

MOST_DAYS = 400
WORKING_WEEK = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def rule_problem(rule: str) -> str | None:
    """What is wrong with a rule, as ``problem; remedy``."""
    if "DTSTART" in rule.upper() or "\n" in rule or "UNTIL" in rule.upper():
        return "has a beginning or an end of its own; give them as starts_on and ends_on"
    if any(part in rule.upper() for part in ("SECONDLY", "MINUTELY", "HOURLY", "BYHOUR")):
        return "is finer than days; write it as FREQ=WEEKLY;BYDAY=SA"
    try:
        rrulestr(rule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - local days have no zone
    except (ValueError, TypeError):
        return "is not a recurrence rule; write it as FREQ=WEEKLY;BYDAY=SA"
    return None


def days_of(rule: str | None, first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last``; without a rule the first alone."""
    if rule is None:
        return [first]
    begin, end = (datetime.combine(day, time()) for day in (first, last))
    found = rrulestr(rule, dtstart=begin).replace(until=end)
    return list(dict.fromkeys(each.date() for each in islice(found, MOST_DAYS)))
