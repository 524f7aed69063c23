"""Which days are worked: China's published calendar with its make-up workdays, and overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

Workdays = Callable[[date], bool]


def workdays(overrides: Mapping[date, bool]) -> Workdays:
    """Whether a day is worked; what ``overrides`` says of a day goes before the calendar."""

    def is_workday(day: date) -> bool:
        return overrides[day] if day in overrides else published(day)

    return is_workday


@cache
def published(day: date) -> bool:
    """What the calendar says, weekends moved by the State Council included.

    Of years whose arrangement is not published yet it knows the statutory holidays only.
    """
    return bool(_china().is_working_day(day))


@cache
def _china() -> Any:
    from holidays import country_holidays  # slow to import

    return country_holidays("CN")
