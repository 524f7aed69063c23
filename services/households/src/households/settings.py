"""What this service can be told beside what every service can."""

from __future__ import annotations

from dataclasses import dataclass

import servicekit.settings


@dataclass(frozen=True, kw_only=True)
class Settings(servicekit.settings.Settings):
    """``daily_round_seconds``: how often due reviews, overdue referrals and households to
    erase are looked for.

    ``feedback_percent``: of so many visits in a hundred the household is asked how it was.
    ``retention_days``: a household that left is erased after so many days; 0: never.
    """

    daily_round_seconds: float = 3600.0
    feedback_percent: float = 5.0
    retention_days: int = 1095
