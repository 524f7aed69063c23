"""When people are told: a whole year of the real calendar, hour by hour, against a plain oracle."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.codes import Deferral, DigestPeriod, Urgency
from notifications.domain.timing import Away, Preference, When, bucket, digest_day, when
from servicekit.workdays import workdays

ZONE = ZoneInfo("Asia/Shanghai")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=ZONE)
DAYS = 400
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# 国务院办公厅关于2026年部分节假日安排的通知: written down by hand, not taken from the library
HOLIDAYS = (
    (date(2026, 1, 1), 3),
    (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3),
    (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3),
    (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
)
MADE_UP = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
OFF = {first + DAY * number for first, length in HOLIDAYS for number in range(length)}
WORKED = {date.fromisoformat(f"2026-{day}") for day in MADE_UP}

SPRING_LEAVE = Away(date(2026, 3, 9), date(2026, 3, 20), cover="S02")
PREFERENCES = {
    "as it ships": Preference(),
    "no quiet hour": Preference(quiet_from=time(0), quiet_until=time(0)),
    "at lunch": Preference(quiet_from=time(12), quiet_until=time(13, 45)),
    "works on days off": Preference(rests_on_days_off=False),
    "on leave in March": Preference(absences=(SPRING_LEAVE,)),
    "daily digest": Preference(digest=DigestPeriod.DAILY, absences=(SPRING_LEAVE,)),
    "early digest": Preference(digest=DigestPeriod.DAILY, digest_at=time(6, 30)),
    "weekly digest": Preference(digest=DigestPeriod.WEEKLY, digest_weekday=5),
}
CALENDAR = workdays({})


def is_off(day: date) -> bool:
    if day.year > 2026:
        return not CALENDAR(day)  # not what is tested here
    return day in OFF or (day.isoweekday() > 5 and day not in WORKED)


def open_minutes(preference: Preference) -> bytearray:
    """For each minute of the year and the weeks after it: may the person be told?"""
    found = bytearray()
    start, end = (
        moment.hour * 60 + moment.minute
        for moment in (preference.quiet_from, preference.quiet_until)
    )
    quiet = [start <= m < end if start <= end else m >= start or m < end for m in range(1440)]
    working_day = bytes(not each for each in quiet)
    for number in range(DAYS):
        day = NEW_YEAR.date() + DAY * number
        away = any(each.first_on <= day <= each.last_on for each in preference.absences)
        resting = preference.rests_on_days_off and is_off(day)
        found += bytes(1440) if away or resting else working_day
    return found


def next_open(minutes: bytearray) -> list[int]:
    """For each minute the first open one from it on."""
    found, last = [0] * len(minutes), len(minutes)
    for number in range(len(minutes) - 1, -1, -1):
        last = number if minutes[number] else last
        found[number] = last
    return found


def at(
    moment: datetime, urgency: Urgency, preference: Preference, *, covered: bool = False
) -> When:
    return when(moment, urgency, preference, workdays=CALENDAR, zone=ZONE, covered=covered)


@pytest.mark.parametrize("name", PREFERENCES)
def test_every_hour_of_2026_is_told_at_the_next_allowed_minute(name: str) -> None:
    preference = PREFERENCES[name]
    minutes = open_minutes(preference)
    following = next_open(minutes)
    digests = preference.digest is not DigestPeriod.NONE
    for hour in range(365 * 24):
        moment, number = NEW_YEAR + hour * timedelta(hours=1), hour * 60
        assert at(moment, Urgency.URGENT, preference) == When(moment)
        for urgency in (Urgency.TODAY, Urgency.ROUTINE):
            told = at(moment, urgency, preference)
            arrives = (told.at - NEW_YEAR) // MINUTE
            assert arrives >= number
            assert minutes[arrives], f"{urgency} of {moment} is sent in quiet time, at {told.at}"
            if urgency is Urgency.TODAY or not digests:
                assert arrives == following[number]
                assert (told.why is None) is bool(minutes[number])
            else:
                assert told.why is Deferral.DIGEST
                assert arrives in digest_minutes(preference, minutes, following)


_digests: dict[int, set[int]] = {}


def digest_minutes(preference: Preference, minutes: bytearray, following: list[int]) -> set[int]:
    """Every minute at which a digest goes out: on each open day, or once a week on the first."""
    if id(preference) not in _digests:
        clock = preference.digest_at.hour * 60 + preference.digest_at.minute
        found = set()
        for number in range(DAYS - 30):
            day = NEW_YEAR.date() + DAY * number
            daily = preference.digest is DigestPeriod.DAILY
            if daily or day.isoweekday() == preference.digest_weekday:
                while not any(minutes[number * 1440 : (number + 1) * 1440]):
                    number += 1  # noqa: PLW2901 - its day is off
                found.add(following[number * 1440 + clock])
        _digests[id(preference)] = found
    return _digests[id(preference)]


@pytest.mark.parametrize("name", ["daily digest", "early digest", "weekly digest"])
def test_the_digest_is_made_on_the_day_that_news_wait_for(name: str) -> None:
    preference = PREFERENCES[name]
    for hour in range(0, 360 * 24, 7):
        moment = NEW_YEAR + hour * timedelta(hours=1)
        told = at(moment, Urgency.ROUTINE, preference)
        local = told.at.astimezone(ZONE)
        assert digest_day(local, preference, CALENDAR) == local.date()
        assert digest_day(local - MINUTE, preference, CALENDAR) is None


@pytest.mark.parametrize("day", sorted(OFF | WORKED), ids=str)
def test_the_library_knows_the_published_calendar(day: date) -> None:
    assert CALENDAR(day) is not is_off(day)


def test_an_override_goes_before_the_calendar() -> None:
    changed = workdays({date(2026, 11, 23): False, date(2026, 11, 28): True})
    assert not changed(date(2026, 11, 23))
    assert changed(date(2026, 11, 28))
    assert changed(date(2026, 11, 24))


def test_why_something_waits_is_said() -> None:
    preference = PREFERENCES["on leave in March"]
    reasons = {
        datetime(2026, 3, 2, 10, tzinfo=ZONE): None,
        datetime(2026, 3, 2, 23, tzinfo=ZONE): Deferral.QUIET_HOURS,
        datetime(2026, 3, 7, 10, tzinfo=ZONE): Deferral.DAY_OFF,
        datetime(2026, 3, 10, 10, tzinfo=ZONE): Deferral.ABSENCE,
    }
    for moment, why in reasons.items():
        assert at(moment, Urgency.TODAY, preference).why is why


def test_urgent_news_reach_the_absent_only_where_nobody_stands_in() -> None:
    moment = datetime(2026, 3, 10, 3, tzinfo=UTC)
    preference = PREFERENCES["on leave in March"]
    assert at(moment, Urgency.URGENT, preference).at == moment
    back = at(moment, Urgency.URGENT, preference, covered=True)
    assert (back.at, back.why) == (datetime(2026, 3, 23, 0, tzinfo=UTC), Deferral.ABSENCE)


@given(
    moment=st.integers(0, 365 * 24 * 3600),
    minutes=st.integers(1, 1440),
)
def test_alike_alerts_share_a_stretch_that_begins_and_ends_around_them(
    moment: int, minutes: int
) -> None:
    now = NEW_YEAR + timedelta(seconds=moment)
    start, end = bucket(now, minutes, ZONE)
    assert start <= now < end
    assert end - start == timedelta(minutes=minutes)
    assert bucket(start, minutes, ZONE) == (start, end)


def test_where_it_is_allowed_now_it_is_now_to_the_microsecond() -> None:
    now = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
    assert at(now, Urgency.TODAY, Preference()) == When(now)
