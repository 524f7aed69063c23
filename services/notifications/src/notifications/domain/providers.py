"""When a provider is left alone: put aside while it fails or drags, and never asked too often."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FAILURES = 2
"""So many in a row, and the provider is put aside."""
SLOW_SECONDS = 4.0
"""An answer that took longer is as bad as none: letters behind it are late."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)


@dataclass(slots=True)
class Provider:
    """What this process knows of one provider."""

    failures: int = 0
    pause: timedelta = FIRST_PAUSE
    aside_until: datetime | None = None
    handed: deque[datetime] = field(default_factory=deque)

    def aside(self, now: datetime) -> datetime | None:
        """Until when it is put aside; None where it may be tried."""
        return self.aside_until if self.aside_until and now < self.aside_until else None

    def answered(self, *, well: bool, seconds: float, now: datetime) -> None:
        """Note how a try went; after a pause a single try decides whether a longer one follows."""
        if well and seconds <= SLOW_SECONDS:
            self.failures, self.pause, self.aside_until = 0, FIRST_PAUSE, None
            return
        self.failures += 1
        if self.failures >= FAILURES:
            self.aside_until = now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def full_until(self, now: datetime, per_minute: int) -> datetime | None:
        """Until when nothing more may be handed over in this minute; None where it may."""
        minute = timedelta(minutes=1)
        while self.handed and self.handed[0] <= now - minute:
            self.handed.popleft()
        return self.handed[0] + minute if len(self.handed) >= per_minute else None
