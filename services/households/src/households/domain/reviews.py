"""When eligibility is looked at again.

Yearly, half-yearly where the income is unstable: the intervals that the Ministry of Civil Affairs
sets for low-income households (民政部《最低生活保障审核确认办法》, 2021).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS_STABLE = 12
MONTHS_UNSTABLE = 6
MONTHS_GRACE = 6
"""How long help fades out before somebody decides anew."""


def after_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_review(checked_on: date, *, income_stable: bool, valid_until: date | None = None) -> date:
    """When the review after ``checked_on`` is due, at the latest when the certificate ends."""
    due = after_months(checked_on, MONTHS_STABLE if income_stable else MONTHS_UNSTABLE)
    return min(due, valid_until) if valid_until else due


def grace_review(since: date) -> date:
    """When the grace period that began on ``since`` is over."""
    return after_months(since, MONTHS_GRACE)
