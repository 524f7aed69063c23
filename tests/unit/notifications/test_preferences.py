"""What members say of themselves, and who may say it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import ChannelCode, Deferral
from notifications.usecases import preferences
from servicekit.actors import Actor
from servicekit.errors import Forbidden, Invalid
from unit.notifications.happenings import (
    COMMUNITY,
    ELSEWHERE,
    NOW,
    OPERATOR,
    database,
    happens,
    person,
)

S01, S02 = f"{COMMUNITY}-S01", f"{COMMUNITY}-S02"
HERSELF = Actor(S01, "coordinator", (COMMUNITY,))
COLLEAGUE = Actor(S02, "coordinator", (COMMUNITY,))


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator", email="s@example.org", channels=["inapp", "email"])
        person(opened, "S02", "coordinator")
        person(opened, "S03", "coordinator", community=ELSEWHERE)
        yield opened


def change(session: Session, actor: Actor = HERSELF, **facts: object) -> dict[str, object]:
    return preferences.change(session, {"staff": S01, **facts}, now=NOW, actor=actor)


def test_what_is_not_given_stays(session: Session) -> None:
    change(session, quiet_from="22:00")
    shown = change(session, channels=[ChannelCode.EMAIL, ChannelCode.INAPP])
    assert shown["quiet_from"] == "22:00"
    assert shown["channels"] == ["email", "inapp"]


def test_channels_are_tried_in_the_members_order(session: Session) -> None:
    change(session, channels=[ChannelCode.EMAIL, ChannelCode.INAPP])
    assert queries.person(session, S01).channels == (ChannelCode.EMAIL, ChannelCode.INAPP)


def test_a_channel_without_an_address_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="wecom has no address here; ask an administrator"):
        change(session, channels=[ChannelCode.WECOM])
    given = {"staff": S01, "addresses": {"wecom": "key-1"}}
    with pytest.raises(Forbidden):
        preferences.set_addresses(session, given, actor=HERSELF)
    preferences.set_addresses(session, given, actor=OPERATOR)
    assert change(session, channels=[ChannelCode.WECOM])["channels"] == ["wecom"]


def test_addresses_are_sealed_in_the_database(session: Session) -> None:
    row = preferences.set_addresses(
        session, {"staff": S01, "addresses": {"dingtalk": "token#SEC"}}, actor=OPERATOR
    )
    assert b"token" not in (row.addresses_sealed or b"")
    assert row.addresses == {"dingtalk": "token#SEC"}


def test_nobody_changes_a_colleague(session: Session) -> None:
    for act in (
        lambda: change(session, COLLEAGUE, quiet_from="09:00"),
        lambda: preferences.shown(session, S01, now=NOW, actor=COLLEAGUE),
        lambda: preferences.be_back(
            session, {"staff": S01, "first_on": date(2026, 11, 23)}, actor=COLLEAGUE
        ),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_cover_is_a_colleague_who_may_read_of_the_same_households(session: Session) -> None:
    assert change(session, cover=S02)["cover"] == S02
    with pytest.raises(Invalid, match="name a colleague"):
        change(session, cover=S01)
    with pytest.raises(Invalid, match="does not work for all these communities"):
        change(session, cover=f"{ELSEWHERE}-S03")


def test_an_absence_is_noted_changed_and_cancelled(session: Session) -> None:
    day = NOW.date()
    data = {"staff": S01, "first_on": day, "last_on": day, "cover": None}
    preferences.be_absent(session, data, actor=HERSELF)
    preferences.be_absent(session, {**data, "last_on": day + timedelta(days=3)}, actor=HERSELF)
    shown = preferences.shown(session, S01, now=NOW, actor=HERSELF)
    assert [row.last_on for row in shown["absences"]] == [day + timedelta(days=3)]
    assert shown["quiet_for"] is Deferral.ABSENCE
    assert preferences.be_back(session, data, actor=HERSELF) == 1
    assert preferences.be_back(session, data, actor=HERSELF) == 0
    with pytest.raises(Invalid, match="lies before the first day"):
        preferences.be_absent(session, {**data, "last_on": day - timedelta(days=1)}, actor=HERSELF)


def test_who_is_on_duty_is_told_while_it_lasts(session: Session) -> None:
    data = {
        "community": COMMUNITY,
        "staff": S02,
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=8),
    }
    preferences.set_duty(session, data, actor=OPERATOR)
    (during,) = happens(session, "visit.unsafe")
    assert during.endswith(S02)
    later = NOW + timedelta(hours=9)
    assert happens(session, "visit.unsafe", visit="210103008001-V2", now=later) == []


def test_a_day_is_worked_where_the_community_says_so(session: Session) -> None:
    saturday = NOW + timedelta(days=5)
    assert queries.scene(session, COMMUNITY, now=NOW).workdays(saturday.date()) is False
    data = {"community": COMMUNITY, "day": saturday.date(), "workday": True}
    preferences.set_day(session, data, actor=OPERATOR)
    assert queries.scene(session, COMMUNITY, now=NOW).workdays(saturday.date())
    assert not queries.scene(session, ELSEWHERE, now=NOW).workdays(saturday.date())


def test_unsubscribing_leaves_the_inbox(session: Session) -> None:
    preferences.leave_channel(session, S01, ChannelCode.EMAIL)
    assert queries.member(session, S01).channels == ["inapp"]
    change(session, channels=[ChannelCode.EMAIL])
    preferences.leave_channel(session, S01, ChannelCode.EMAIL)
    assert queries.member(session, S01).channels == [ChannelCode.INAPP]
