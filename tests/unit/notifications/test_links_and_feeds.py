"""Links that work without signing in: only for what they were made for, and revocable feeds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.domain.codes import FeedKind
from notifications.models import Feed
from notifications.usecases import feeds, links, preferences
from notifications.usecases.links import ACKNOWLEDGE, UNSUBSCRIBE, Links, opened, token
from servicekit.actors import Actor
from servicekit.errors import Forbidden, NotFound
from unit.notifications.happenings import COMMUNITY, NOW, OPERATOR, database, happens, person

S01, V001 = f"{COMMUNITY}-S01", f"{COMMUNITY}-V001"
HERSELF = Actor(S01, "coordinator", (COMMUNITY,))
STRANGER = Actor("210103008002-S01", "coordinator", ("210103008002",))
VISIT = {
    "id": f"{COMMUNITY}-H001-N1-A1-20261125T1500",
    "household": f"{COMMUNITY}-H001",
    "on": "2026-11-25",
    "start": "15:00",
    "end": "16:30",
    "state": "cancelled",
    "version": 2,
}


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "school_liaison")
        yield opened


def test_a_link_opens_to_what_it_was_made_for(session: Session) -> None:
    assert opened(session, token(session, ACKNOWLEDGE, "a:b:c")) == (ACKNOWLEDGE, "a:b:c")


@pytest.mark.parametrize(
    "forged", ["", "ack", "ack.YQ.0000", "ack.YQ.", "..", "ack.\udc80.é", "a.b.c"]
)
def test_nobody_makes_a_link_up(forged: str, session: Session) -> None:
    with pytest.raises(NotFound):
        opened(session, forged)


def test_a_link_for_one_thing_is_none_for_another(session: Session) -> None:
    mine = token(session, ACKNOWLEDGE, "a:b:c")
    for other in (
        mine.replace(ACKNOWLEDGE, UNSUBSCRIBE, 1),
        mine.replace(".", ".Y", 1),
        mine[:-1] + ("0" if mine[-1] != "0" else "1"),
    ):
        with pytest.raises(NotFound):
            opened(session, other)


def test_without_a_desk_there_are_no_links(session: Session) -> None:
    assert Links().unsubscribe(session, S01) == ""
    link = Links("https://desk.example.org/").unsubscribe(session, S01)
    assert link.startswith("https://desk.example.org/l/quiet.")
    assert len(link.rpartition(".")[2]) == links.LENGTH


def make(session: Session, kind: FeedKind, subject: str, actor: Actor = HERSELF) -> Feed:
    data = {"kind": kind, "subject": subject}
    row = feeds.make(session, data, token="t-1", now=NOW, actor=actor)
    session.flush()
    return row


def test_a_feeds_token_is_not_kept(session: Session) -> None:
    make(session, FeedKind.STAFF_WEEK, S01)
    assert "t-1" not in repr(session.execute(select(Feed.__table__)).all())
    assert feeds.opened(session, "t-1").subject == S01
    with pytest.raises(NotFound):
        feeds.opened(session, "t-2")


def test_a_revoked_feed_is_gone(session: Session) -> None:
    make(session, FeedKind.STAFF_WEEK, S01)
    with pytest.raises(Forbidden):
        feeds.revoke(session, {"subject": S01}, now=NOW, actor=STRANGER)
    assert feeds.revoke(session, {"subject": S01}, now=NOW, actor=HERSELF) == 1
    with pytest.raises(NotFound):
        feeds.opened(session, "t-1")


@pytest.mark.parametrize(
    ("kind", "subject"), [(FeedKind.STAFF_WEEK, S01), (FeedKind.VOLUNTEER_VISITS, V001)]
)
def test_a_stranger_makes_no_feed_here(kind: FeedKind, subject: str, session: Session) -> None:
    with pytest.raises(Forbidden):
        make(session, kind, subject, STRANGER)


def test_a_members_week_shows_duty_and_dates(session: Session) -> None:
    duty = {"community": COMMUNITY, "staff": S01, "starts_at": NOW}
    preferences.set_duty(session, {**duty, "ends_at": NOW + timedelta(hours=8)}, actor=OPERATOR)
    happens(session, "clearance.expiring")
    row = make(session, FeedKind.STAFF_WEEK, S01)
    calendar = Calendar.from_ical(feeds.staff_week(session, row, now=NOW))
    found = {str(each["summary"]): each.decoded("dtstart") for each in calendar.walk("VEVENT")}
    assert found["当值"] == NOW
    assert "志愿者 V001 证明即将到期" in found


def test_a_volunteers_visits_are_in_codes_and_can_be_cancelled() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    text = feeds.volunteer_visits([VISIT], zone=zone, now=NOW)
    (entry,) = Calendar.from_ical(text).walk("VEVENT")
    assert entry.decoded("dtstart") == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert str(entry["status"]) == "CANCELLED"
    assert str(entry["summary"]) == "到访 Visit H001"


def read_by_others(text: bytes) -> list[tuple[str, str | None, object, object]]:
    """Each entry's uid, title, begin and end, as two libraries agree that wrote none of it."""
    vobjects = [
        (each.uid.value, each.summary.value, each.dtstart.value, each.dtend.value)
        for each in vobject.readOne(text.decode()).vevent_list
    ]
    icals: list[tuple[str, str | None, object, object]] = [
        (each.uid, each.summary, each.dtstart, each.dtend)
        for each in IcsCalendarStream.calendar_from_ics(text.decode()).events
    ]
    assert vobjects == icals
    return icals


def test_two_other_calendars_read_the_feeds_alike(session: Session) -> None:
    duty = {"community": COMMUNITY, "staff": S01, "starts_at": NOW}
    preferences.set_duty(session, {**duty, "ends_at": NOW + timedelta(hours=8)}, actor=OPERATOR)
    happens(session, "clearance.expiring")
    row = make(session, FeedKind.STAFF_WEEK, S01)
    on_duty, told = read_by_others(feeds.staff_week(session, row, now=NOW))
    assert on_duty[1:] == ("当值", NOW, NOW + timedelta(hours=8))
    assert told[1] == "志愿者 V001 证明即将到期"
    visits = feeds.volunteer_visits([VISIT], zone=ZoneInfo("Asia/Shanghai"), now=NOW)
    (visit,) = read_by_others(visits)
    begins = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert visit == (
        f"{VISIT['id']}@sunshine",
        "到访 Visit H001",
        begins,
        begins + timedelta(minutes=90),
    )
