"""How long a household may hear nothing before somebody else is told: pure facts."""

from __future__ import annotations

from datetime import date

from volunteers.domain.codes import Frequency, SilenceLevel

CADENCE_DAYS = {
    Frequency.WEEKLY: 7,
    Frequency.TWICE_WEEKLY: 4,
    Frequency.FORTNIGHTLY: 14,
    Frequency.MONTHLY: 31,
}
"""What is wanted once has no cadence."""

LEVELS = (SilenceLevel.VOLUNTEER, SilenceLevel.COORDINATOR, SilenceLevel.SOCIAL_WORKER)


def silence_levels(frequency: Frequency, since: date, today: date) -> tuple[SilenceLevel, ...]:
    """Whom it concerns that the last help was given on ``since``, the nearest first.

    After one cadence the volunteer, after one and a half the coordinator, after two the social
    worker: a visit that is a day late is no silence, one that fails without another is.
    """
    cadence = CADENCE_DAYS.get(frequency)
    if cadence is None:
        return ()
    silent = (today - since).days
    return tuple(each for half, each in enumerate(LEVELS, 2) if 2 * silent > cadence * half)
