"""The household's own voice: which visits it is called back about, and what it says of them."""

from __future__ import annotations

from datetime import date, timedelta

from servicekit.codes import LabelledEnum

DAYS = 7
"""Days after a visit in which the household is called; later nobody remembers well."""

PARTS = 10_000


class FeedbackStatus(LabelledEnum):
    """Whether the household has been called; the allowed steps: ``states.FEEDBACK``."""

    PLANNED = "planned", "待回访", "planned"
    DONE = "done", "已回访", "done"


class FeedbackOutcome(LabelledEnum):
    """What the household says of a visit."""

    CONFIRMED = "confirmed", "情况属实", "it was as reported"
    NOT_VISITED = "not_visited", "未曾到访", "nobody came"
    SOMEBODY_ELSE = "somebody_else", "来的不是本人", "somebody else came"
    TOO_SHORT = "too_short", "时长不符", "it was shorter than reported"
    UNREACHABLE = "unreachable", "未能联系上", "nobody could be reached"


MISMATCHES = frozenset(
    {FeedbackOutcome.NOT_VISITED, FeedbackOutcome.SOMEBODY_ELSE, FeedbackOutcome.TOO_SHORT}
)
"""What contradicts the report of a visit: its hours are looked at again."""


def is_chosen(digest: str, percent: float) -> bool:
    """Whether a visit is in the sample. ``digest``: hexadecimal, keyed, so that nobody outside can
    tell which visits are asked about."""
    return int(digest, 16) % PARTS < percent * PARTS / 100


def due_on(visited_on: date) -> date:
    """The day by which the household shall be called."""
    return visited_on + timedelta(days=DAYS)
