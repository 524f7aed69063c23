"""What the volunteers service can be told, beside what every service can."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit import settings


@dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """``propose_at_once``: answer a new need at once, not only in a run of ``match``.

    ``plan_days``: how many days ahead visits are planned; ``clearance_notice_days``: how long
    before its end a clearance is announced; ``daily_round_seconds``: between two daily rounds;
    ``lapse_grace_days``: how long after the end of a needed paper a volunteer lapses, and
    ``lapse_idle_days``: after how long without any service (0: never);
    ``public_url``: where the public finds ``/certificates/…``, as QR codes say it.

    ``offer_hours``: how long an offered place is kept; ``staff_notice_days``: how long before a
    session its lack of staff is told; ``late_pickup_minutes``: after its end, of children nobody
    collected; ``session_round_seconds``: between two looks at all that.

    ``project_notice_days``: how long a project is on public notice, counted in workdays with
    ``project_notice_workdays``.
    """

    propose_at_once: bool = True
    plan_days: int = 28
    clearance_notice_days: int = 30
    lapse_grace_days: int = 45
    lapse_idle_days: int = 365
    daily_round_seconds: int = 3600
    offer_hours: int = 48
    staff_notice_days: int = 7
    late_pickup_minutes: int = 15
    session_round_seconds: int = 60
    public_url: str = "http://127.0.0.1:8002"
    project_notice_days: int = 5
    project_notice_workdays: bool = True
