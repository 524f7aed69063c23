"""What this service can be told beside what every service can."""

from __future__ import annotations

from dataclasses import dataclass

import servicekit.settings


@dataclass(frozen=True, kw_only=True)
class Settings(servicekit.settings.Settings):
    """``daily_round_seconds``: how often due reviews are looked for; each is announced once."""

    daily_round_seconds: float = 3600.0
