"""When somebody may be told. Quiet hours, days off, absences and digests defer and drop nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.domain.codes import Deferral, DigestPeriod, Urgency
from servicekit.workdays import Workdays

DAY = timedelta(days=1)
LOOK_BACK = 20 * DAY
"""A digest whose day was off comes on the first day after it: no holiday is longer."""


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, both days included, and who stands in."""

    first_on: date
    last_on: date
    cover: str | None = None

    def on(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class Preference:
    """When a person wants to be told, in local time. Equal ends mean: no hour is quiet."""

    quiet_from: time = time(20)
    quiet_until: time = time(8)
    rests_on_days_off: bool = True
    digest: DigestPeriod = DigestPeriod.NONE
    digest_at: time = time(8, 30)
    digest_weekday: int = 1
    absences: tuple[Away, ...] = ()

    def absence(self, day: date) -> Away | None:
        return next((away for away in self.absences if away.on(day)), None)


@dataclass(frozen=True, slots=True)
class When:
    """The moment at which a delivery may go, and why not sooner."""

    at: datetime
    why: Deferral | None = None


def when(
    now: datetime,
    urgency: Urgency,
    preference: Preference,
    *,
    workdays: Workdays,
    zone: ZoneInfo,
    covered: bool = False,
) -> When:
    """The first moment from ``now`` on at which the person may be told.

    Urgent news pass through, unless the person is away and ``covered``: somebody else hears them.
    Routine news wait for the digest of who has one.
    """
    local = now.astimezone(zone)
    if urgency is Urgency.URGENT:
        if not (covered and preference.absence(local.date())):
            return When(now)
    elif urgency is Urgency.ROUTINE and preference.digest is not DigestPeriod.NONE:
        return When(
            _next_digest(local, preference, workdays).astimezone(now.tzinfo), Deferral.DIGEST
        )
    why = quiet(local, preference, workdays)
    if why is None:
        return When(now)
    return When(_next_allowed(local, preference, workdays).astimezone(now.tzinfo), why)


def quiet(local: datetime, preference: Preference, workdays: Workdays) -> Deferral | None:
    """Why a person is not to be told at a local moment; None where they are."""
    if preference.absence(local.date()):
        return Deferral.ABSENCE
    if preference.rests_on_days_off and not workdays(local.date()):
        return Deferral.DAY_OFF
    if _in_quiet_hours(local.time(), preference):
        return Deferral.QUIET_HOURS
    return None


def _in_quiet_hours(moment: time, preference: Preference) -> bool:
    start, end = preference.quiet_from, preference.quiet_until
    return start <= moment < end if start <= end else moment >= start or moment < end


def _next_allowed(local: datetime, preference: Preference, workdays: Workdays) -> datetime:
    """The first moment from ``local`` on that is not quiet."""
    for moment in _boundaries(local, preference):
        if quiet(moment, preference, workdays) is None:
            return moment
    raise AssertionError("unreachable: days go on for ever")


def _boundaries(local: datetime, preference: Preference) -> Iterator[datetime]:
    """``local``, and from then on every moment at which a quiet time can end."""
    yield local
    day = local.date()
    while True:
        for clock in sorted({time(0), preference.quiet_until}):
            moment = datetime.combine(day, clock, local.tzinfo)
            if moment > local:
                yield moment
        day += DAY


def _next_digest(local: datetime, preference: Preference, workdays: Workdays) -> datetime:
    """The next digest: at its time on a day that is not quiet, never inside quiet hours."""
    daily = preference.digest is DigestPeriod.DAILY
    day = local.date() - (DAY if daily else LOOK_BACK)
    while daily and _whole_day_quiet(day, preference, workdays):
        day -= DAY  # late in the evening, its digest may come only today
    while True:
        if daily or day.isoweekday() == preference.digest_weekday:
            moment = _on_a_day(day, preference, workdays, local)
            if moment >= local:
                return moment
        day += DAY


def _on_a_day(day: date, preference: Preference, workdays: Workdays, local: datetime) -> datetime:
    """The digest of ``day``; where nobody may be told that day, on the first day after it."""
    while _whole_day_quiet(day, preference, workdays):
        day += DAY
    moment = datetime.combine(day, preference.digest_at, local.tzinfo)
    return _next_allowed(moment, preference, workdays)


def _whole_day_quiet(day: date, preference: Preference, workdays: Workdays) -> bool:
    rests = preference.rests_on_days_off and not workdays(day)
    return rests or preference.absence(day) is not None


def digest_day(local: datetime, preference: Preference, workdays: Workdays) -> date | None:
    """The day of the digest whose time has come today; None where there is none (yet)."""
    start = datetime.combine(local.date(), time(0), local.tzinfo)
    moment = _next_digest(start, preference, workdays)
    return moment.date() if moment <= local else None


def bucket(now: datetime, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The stretch of local time, so many minutes long counted from midnight, that ``now`` is in."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), zone)
    length = timedelta(minutes=minutes)
    start = midnight + (now - midnight) // length * length
    return start, start + length
