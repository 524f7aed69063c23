"""Reading, marking and acknowledging: who may, in which language, with whose names."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.contracts import InboxPage, NotificationView
from notifications.domain.codes import ChannelCode, DeliveryState, NotificationState
from notifications.models import Delivery
from notifications.rendering import Names, written
from notifications.usecases import inbox
from servicekit.actors import Actor
from servicekit.errors import Forbidden, NotFound, ServiceError, Unavailable
from servicekit.testing import published
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
ADMINISTRATOR = Actor(f"{COMMUNITY}-S08", "administrator", (COMMUNITY,))
STRANGER = Actor(f"{ELSEWHERE}-S08", "administrator", (ELSEWHERE,))


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator")
        person(opened, "S02", "coordinator", locale="en")
        yield opened


class Peers:
    """The other services, as far as names go; each question is kept."""

    def __init__(self, trouble: ServiceError | None = None) -> None:
        self.households = self.volunteers = self
        self.trouble = trouble
        self.asked: list[str] = []

    def reveal_household(self, *, household: str, purpose: str) -> dict[str, Any]:
        self._ask(household, purpose)
        members = [{"role": "child", "name": "王小明"}, {"role": "head", "name": "王秀英"}]
        return {"household": household, "members": members}

    def reveal_volunteer(self, *, volunteer: str, purpose: str) -> dict[str, Any]:
        self._ask(volunteer, purpose)
        return {"volunteer": volunteer, "name": "李建国"}

    def _ask(self, key: str, purpose: str) -> None:
        assert purpose == "notification"
        self.asked.append(key)
        if self.trouble is not None:
            raise self.trouble


def read(session: Session, staff: str, actor: Actor = OPERATOR, **asked: Any) -> dict[str, Any]:
    given = {"staff": staff, "unread_only": False, "page": 1, "size": 50, **asked}
    return inbox.read(session, given, actor=actor)


def titles(session: Session, staff: str, peers: Peers) -> list[str]:
    page = read(session, staff)
    return [item["title"] for item in written(page["items"], page["locale"], Names(peers))]


def acknowledge(session: Session, key: str, staff: str = S01, actor: Actor = HERSELF) -> Any:
    data = {"notification": key, "staff": staff}
    return inbox.acknowledge(session, data, now=NOW, actor=actor)


def own(keys: list[str], staff: str = S01) -> str:
    (key,) = [key for key in keys if key.endswith(staff)]
    return key


def test_the_newest_stands_first(session: Session) -> None:
    happens(session, "pairing.proposed", now=NOW)
    happens(session, "pairing.started", now=NOW + timedelta(hours=1))
    assert [item["rule"] for item in read(session, S01)["items"]] == [
        "pairing-started",
        "pairing-proposed",
    ]


def test_an_inbox_has_pages(session: Session) -> None:
    happens(session, "pairing.proposed")
    happens(session, "pairing.started")
    happens(session, "pairing.ended")
    pages = [read(session, S01, page=page, size=2) for page in (1, 2, 3)]
    assert [len(page["items"]) for page in pages] == [2, 1, 0]
    assert {page["total"] for page in pages} == {3}


def test_each_member_reads_in_their_own_language_and_with_names(session: Session) -> None:
    happens(session, "pairing.proposed")
    assert titles(session, S01, Peers()) == ["新结对待确认：王秀英（H001）（助老）"]
    assert titles(session, S02, Peers()) == ["New pairing to confirm: 王秀英 (H001)"]


@pytest.mark.parametrize(
    "trouble",
    [
        Unavailable("households is not there; start it"),
        Forbidden("not yours; ask a colleague"),
        NotFound("household", f"{COMMUNITY}-H001"),
    ],
)
def test_where_a_name_cannot_be_had_the_text_speaks_of_the_code(
    trouble: ServiceError, session: Session
) -> None:
    happens(session, "pairing.proposed")
    assert titles(session, S01, Peers(trouble)) == ["新结对待确认：H001（助老）"]
    assert titles(session, S02, Peers(trouble)) == ["New pairing to confirm: H001"]


def test_each_name_is_asked_for_once_however_many_lines_speak_of_it(session: Session) -> None:
    happens(session, "pairing.proposed")
    happens(session, "pairing.started")
    peers = Peers()
    titles(session, S01, peers)
    assert sorted(peers.asked) == [f"{COMMUNITY}-{code}" for code in ("H001", "V001", "V002")]


def test_an_owner_that_is_away_is_waited_for_once(session: Session) -> None:
    happens(session, "household.exited")
    happens(session, "household.exited", household=f"{COMMUNITY}-H002")
    peers = Peers(Unavailable("households is not there; start it"))
    titles(session, S01, peers)
    assert len(peers.asked) == 1


def test_a_notification_whose_text_is_broken_leaves_the_others_readable() -> None:
    items = [
        {"id": "gone:1:S01", "template": "gone", "data": {}},
        {
            "id": "review-due:1:S01",
            "template": "review-due",
            "data": {"household": f"{COMMUNITY}-H001", "due_on": "2027-01-01"},
        },
    ]
    broken, good = written(items, "zh-CN", Names(Peers()))
    assert broken["title"] == "gone:1:S01"
    assert good["title"].startswith("家庭 王秀英")


def test_a_member_reads_their_own_inbox_and_an_administrator_reads_it_too(
    session: Session,
) -> None:
    happens(session, "pairing.proposed")
    for actor in (HERSELF, ADMINISTRATOR, OPERATOR):
        assert read(session, S01, actor)["total"] == 1


@pytest.mark.parametrize("actor", [COLLEAGUE, STRANGER])
def test_nobody_reads_a_colleagues_inbox(actor: Actor, session: Session) -> None:
    with pytest.raises(Forbidden):
        read(session, S01, actor)
    with pytest.raises(Forbidden):
        inbox.mark_read(session, {"staff": S01, "notifications": ["x"]}, now=NOW, actor=actor)


@pytest.mark.parametrize("actor", [COLLEAGUE, STRANGER])
def test_nobody_opens_or_acknowledges_for_a_colleague(actor: Actor, session: Session) -> None:
    key = own(happens(session, "pairing.proposed"))
    with pytest.raises(Forbidden):
        inbox.get(session, {"notification": key}, actor=actor)
    with pytest.raises(Forbidden):
        acknowledge(session, key, actor=actor)
    assert published(session) == []


def test_acknowledging_marks_it_read_and_is_announced(session: Session) -> None:
    key = own(happens(session, "pairing.proposed"))
    shown = acknowledge(session, key)
    assert shown["state"] is NotificationState.ACKNOWLEDGED
    assert shown["acknowledged_at"] == shown["read_at"] == NOW
    assert shown["deliveries"][0]["state"] is DeliveryState.READ
    assert published(session) == [
        {
            "type": "notification.acknowledged",
            "subject": key,
            "data": {
                "community": COMMUNITY,
                "version": 2,
                "notification": key,
                "rule": "pairing-proposed",
                "subject": f"{COMMUNITY}-H001-N1-A1",
                "recipient": S01,
                "level": 0,
            },
        }
    ]


def test_acknowledging_twice_changes_nothing(session: Session) -> None:
    key = own(happens(session, "pairing.proposed"))
    assert acknowledge(session, key) == acknowledge(session, key)
    assert len(published(session)) == 1


def test_a_notification_of_somebody_else_is_not_in_ones_inbox(session: Session) -> None:
    key = own(happens(session, "pairing.proposed"), S02)
    with pytest.raises(NotFound, match=f"in the inbox of {S01}"):
        acknowledge(session, key)


def test_unread_only_leaves_out_what_was_read(session: Session) -> None:
    first = own(happens(session, "pairing.proposed"))
    second = own(happens(session, "pairing.started"))
    data = {"staff": S01, "notifications": [first, "unknown"]}
    assert inbox.mark_read(session, data, now=NOW, actor=HERSELF) == {"marked": 1}
    assert inbox.mark_read(session, data, now=NOW, actor=HERSELF) == {"marked": 0}
    assert [item["id"] for item in read(session, S01, unread_only=True)["items"]] == [second]


def test_reading_in_the_inbox_leaves_the_mail_alone(session: Session) -> None:
    person(session, "S03", "coordinator", email="s3@example.org", channels=["inapp", "email"])
    key = own(happens(session, "pairing.proposed"), f"{COMMUNITY}-S03")
    inbox.mark_read(
        session, {"staff": f"{COMMUNITY}-S03", "notifications": [key]}, now=NOW, actor=OPERATOR
    )
    states = dict(
        session.execute(
            select(Delivery.channel, Delivery.state).where(Delivery.notification == key)
        ).all()
    )
    assert states == {
        ChannelCode.INAPP: DeliveryState.READ,
        ChannelCode.EMAIL: DeliveryState.QUEUED,
    }


def test_what_is_read_fits_the_contract(session: Session) -> None:
    key = own(happens(session, "pairing.proposed"))
    page = read(session, S01)
    names = Names(Peers())
    dumped = InboxPage().dump({**page, "items": written(page["items"], page["locale"], names)})
    one = inbox.get(session, {"notification": key}, actor=HERSELF)
    (view,) = (NotificationView().dump(item) for item in written([one], one["locale"], names))
    assert dumped["items"][0]["created_at"] == "2026-11-23T01:00:00+00:00"
    assert dumped["items"][0]["body"].count("\n") == 1
    assert "data" not in dumped["items"][0]
    assert view["deliveries"][0]["channel"] == "inapp"
    assert view["data"]["household"] == f"{COMMUNITY}-H001"


def test_a_stranger_and_an_unknown_id_are_told_apart(session: Session) -> None:
    with pytest.raises(NotFound, match="staff member nobody does not exist"):
        read(session, "nobody")
    with pytest.raises(NotFound, match="notification nothing does not exist"):
        inbox.get(session, {"notification": "nothing"}, actor=OPERATOR)


def test_what_was_told_is_counted_by_local_days(session: Session) -> None:
    happens(session, "pairing.started")
    today = NOW.astimezone(session.info["zone"]).date()
    tomorrow = today + timedelta(days=1)
    for since, until, told in ((None, None, 1), (today, today, 1), (tomorrow, None, 0)):
        rows = queries.summary(session, COMMUNITY, since, until)
        assert sum(row["total"] for row in rows if row["recipient"] == S01) == told
    assert queries.summary(session, COMMUNITY, None, today - timedelta(days=1)) == []
