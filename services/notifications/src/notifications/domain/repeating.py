"""How often something takes place, as people choose it, and as a recurrence rule says it."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.codes import LabelledEnum

NUMBERED = dict(zip("1234567", ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))


class Repeat(LabelledEnum):
    """How often."""

    ONCE = "once", "只一次（或学校假期的每个工作日）", "once, or each workday of a break"
    WEEKLY = "weekly", "每周", "every week"
    FORTNIGHTLY = "fortnightly", "每两周", "every two weeks"
    MONTHLY = "monthly", "每月第一个", "the first of each month"


RULES = {
    Repeat.WEEKLY: "FREQ=WEEKLY",
    Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
    Repeat.MONTHLY: "FREQ=MONTHLY",
}


def rule_of(repeat: str, weekdays: Sequence[str]) -> str | None:
    """The rule (RFC 5545) for these weekdays, 1 to 7; without any, for that of the first day."""
    if repeat not in RULES:
        return None
    rule, first = RULES[Repeat(repeat)], "1" if repeat == Repeat.MONTHLY else ""
    days = ",".join(first + NUMBERED[day] for day in weekdays if day in NUMBERED)
    return f"{rule};BYDAY={days}" if days else rule
