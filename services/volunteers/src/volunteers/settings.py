"""What the volunteers service can be told, beside what every service can."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit import settings


@dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """``propose_at_once``: answer a new need at once, not only in a run of ``match``.

    ``plan_days``: how many days ahead visits are planned; ``clearance_notice_days``: how long
    before its end a clearance is announced; ``daily_round_seconds``: between two daily rounds.
    """

    propose_at_once: bool = True
    plan_days: int = 28
    clearance_notice_days: int = 30
    daily_round_seconds: int = 3600
