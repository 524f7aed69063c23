"""Training that keeps papers valid, and honours: codes and pure rules."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from servicekit.codes import LabelledEnum


class HonourOf(LabelledEnum):
    """Who was honoured."""

    COMMUNITY = "community", "社区", "the community"
    PARTNER = "partner", "共建单位", "a partner"
    VOLUNTEER = "volunteer", "志愿者", "a volunteer"


class HonourLevel(LabelledEnum):
    """Who honours."""

    COMMUNITY = "community", "社区级", "the community"
    STREET = "street", "街道级", "the street"
    DISTRICT = "district", "区级", "the district"
    CITY = "city", "市级", "the city"
    PROVINCE = "province", "省级", "the province"
    NATION = "nation", "国家级", "the nation"


def completed_on(attended: Iterable[date], needed: int, last: date | None) -> date | None:
    """The day on which a course was completed: the ``needed``-th session since ``last`` time."""
    since = sorted(day for day in attended if last is None or day > last)
    return since[needed - 1] if len(since) >= needed else None


def valid_until(completed: date, months: int) -> date:
    """The last valid day: the same day of the month so many months later, or the month's last."""
    years, month = divmod(completed.month - 1 + months, 12)
    year, month = completed.year + years, month + 1
    return date(year, month, min(completed.day, monthrange(year, month)[1]))


def gated(
    papers: Mapping[str, date], courses: Mapping[str, Sequence[str]], trained: Mapping[str, date]
) -> dict[str, date]:
    """Papers as far as training keeps them valid.

    ``courses`` says which courses each kind of paper asks for, ``trained`` until when each of
    them holds. A paper whose course was never completed is none.
    """
    return {
        kind: min([last, *(trained[course] for course in courses.get(kind, ()))])
        for kind, last in papers.items()
        if all(course in trained for course in courses.get(kind, ()))
    }
