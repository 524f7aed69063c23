"""What time it is: the one place where the clock is read.

Entry points ask it and hand the answer down; use cases take time as an argument.
A rehearsal (the demo, a test) may move the clock of its own process.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC, to the microsecond."""
    return datetime.now(UTC) + _offset


def travel(to: datetime) -> None:
    """Move this process's clock so that it reads ``to`` and runs on from there."""
    global _offset  # noqa: PLW0603 - the clock is process-wide by its nature
    _offset = to - datetime.now(UTC)


def return_to_present() -> None:
    """Undo every ``travel``."""
    global _offset  # noqa: PLW0603
    _offset = timedelta()
