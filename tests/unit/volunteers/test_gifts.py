"""Donated things: every hand on their way, and to whom they go."""

from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    ELSEWHERE,
    HERE,
    NEED,
    NOW,
    STAFF,
    TODAY,
    a_school,
    hear,
    hear_closed,
    register,
    told,
    unhurried,
)
from volunteers.contracts import gifts as of
from volunteers.domain.codes import AidKind, Urgency
from volunteers.domain.gifts import GIFT, GiftKind, GiftState, MaterialNeed, ranked
from volunteers.models import Gift
from volunteers.queries import gifts as found
from volunteers.usecases import gifts

COLLEAGUE = Actor(f"{HERE}-S02", "coordinator", (HERE,))
LIAISON = Actor(f"{HERE}-S07", "school_liaison", (HERE,))
S = GiftState
WAY = (S.PLEDGED, S.COLLECTED, S.REPAIRED, S.RESERVED, S.DELIVERED, S.RECEIPTED)
EXPIRES = WAY[:4]


def offered(session: Session, **changes: Any) -> Gift:
    facts = {"community": HERE, "kind": "food", "title": "大米五公斤"} | changes
    return gifts.offer_gift(session, load(of.OfferGift(), facts), now=NOW, actor=STAFF)


def step(session: Session, gift: Gift, act: str, actor: Actor = STAFF, **facts: Any) -> Gift:
    data = {"gift": gift.id, "volunteer": None, "need": None} | facts
    moved: Gift = getattr(gifts, f"{act}_gift")(session, data, now=NOW, actor=actor)
    return moved


def ready(session: Session, **changes: Any) -> Gift:
    """A thing that has been looked over."""
    gift = offered(session, **changes)
    step(session, gift, "collect")
    return step(session, gift, "repair")


def a_need(session: Session, need: str = NEED, **changes: Any) -> str:
    return hear(session, need, aid_kind="hardship", service="supplies", **changes)


def test_a_thing_goes_from_the_pledge_to_the_receipt_and_every_hand_is_kept(
    session: Session,
) -> None:
    carrier = register(session)
    a_need(session)
    gift = offered(session, partner=a_school(session))
    step(session, gift, "collect", volunteer=carrier)
    step(session, gift, "repair")
    step(session, gift, "reserve", need=NEED)
    step(session, gift, "deliver", volunteer=carrier)
    step(session, gift, "receipt", COLLEAGUE)
    shown: Any = of.GiftDetails().dump(session.get_one(Gift, gift.id))
    assert [each["state"] for each in shown["steps"]] == list(WAY)
    hands = [(each["volunteer"], each["entered_by"]) for each in shown["steps"]]
    mine, theirs = (None, STAFF.id), (carrier, STAFF.id)
    assert hands == [mine, theirs, mine, mine, theirs, (None, COLLEAGUE.id)]
    assert (shown["household"], shown["version"]) == (f"{HERE}-H001", 6)
    assert len(told(session, "gift.offered")) == 1
    for type_, version in (("reserved", 4), ("delivered", 5), ("receipted", 6)):
        (said,) = told(session, f"gift.{type_}")
        assert (said["need"], said["household"], said["version"]) == (NEED, NEED[:-3], version)


def test_only_the_steps_of_the_table_are_allowed() -> None:
    legal = set(pairwise(WAY)) | {(state, S.EXPIRED) for state in EXPIRES}
    for current, wanted in product(GiftState, GiftState):
        assert GIFT.allows(current, wanted) == ((current, wanted) in legal)


ACTS = {
    "collect": S.COLLECTED,
    "repair": S.REPAIRED,
    "reserve": S.RESERVED,
    "deliver": S.DELIVERED,
    "receipt": S.RECEIPTED,
    "expire": S.EXPIRED,
}


@pytest.mark.parametrize("state", GiftState)
@pytest.mark.parametrize("act", ACTS)
def test_no_act_takes_a_step_that_is_not_in_the_table(
    session: Session, state: GiftState, act: str
) -> None:
    a_need(session)
    gift = offered(session)
    gift.state = state
    if state in WAY[3:]:
        gift.need_id, gift.household = NEED, NEED[:-3]
    session.flush()
    if GIFT.allows(state, ACTS[act]) or state is ACTS[act]:
        assert step(session, gift, act, COLLEAGUE, need=NEED).state is ACTS[act]
        return
    with pytest.raises(Conflict, match=f"cannot go from {state} to {ACTS[act]}; "):
        step(session, gift, act, COLLEAGUE, need=NEED)


def test_the_same_step_again_changes_nothing(session: Session) -> None:
    a_need(session)
    gift = ready(session)
    for act in ("reserve", "deliver"):
        version = step(session, gift, act, need=NEED).version
        assert step(session, gift, act, need=NEED).version == version
    step(session, gift, "receipt", COLLEAGUE)
    assert step(session, gift, "receipt", COLLEAGUE).version == 6
    assert len(told(session, "gift.receipted")) == 1


def test_who_brought_it_does_not_confirm_it_nor_who_does_not_speak_for_households(
    session: Session,
) -> None:
    a_need(session)
    gift = ready(session)
    step(session, gift, "reserve", need=NEED)
    step(session, gift, "deliver")
    with pytest.raises(Forbidden, match="have a colleague confirm it"):
        step(session, gift, "receipt")
    with pytest.raises(Forbidden, match="have its coordinator do it"):
        step(session, gift, "receipt", LIAISON)


def test_a_thing_is_meant_for_another_need_only_when_the_first_is_closed(session: Session) -> None:
    second = a_need(session, f"{HERE}-H002-N1")
    a_need(session)
    gift = ready(session)
    step(session, gift, "reserve", need=NEED)
    with pytest.raises(Conflict, match="from reserved to reserved"):
        step(session, gift, "reserve", need=second)
    hear_closed(session, "withdrawn")
    step(session, gift, "reserve", need=second)
    assert (gift.need_id, gift.household, gift.version) == (second, second[:-3], 5)


def test_only_open_needs_of_things_in_the_own_community_are_served(session: Session) -> None:
    gift = ready(session)
    hear(session)  # asks for company
    a_need(session, f"{ELSEWHERE}-H001-N1")
    with pytest.raises(Invalid, match="asks for no things now"):
        step(session, gift, "reserve", need=NEED)
    with pytest.raises(Invalid, match="another community's"):
        step(session, gift, "reserve", need=f"{ELSEWHERE}-H001-N1")


def test_what_is_nobodys_expires_after_its_last_day(session: Session) -> None:
    offered(session, use_by=(TODAY + timedelta(days=2)).isoformat())
    kept = offered(session)
    over = {"community": HERE, "today": TODAY + timedelta(days=3)}
    early = over | {"today": TODAY + timedelta(days=2)}
    assert gifts.expire_gifts(session, early, now=NOW, actor=STAFF) == {"expired": 0}
    for expired in (1, 0):
        assert gifts.expire_gifts(session, over, now=NOW, actor=STAFF) == {"expired": expired}
    assert [each["gift"] for each in told(session, "gift.expired")] == [f"{HERE}-G001"]
    assert kept.state is S.PLEDGED
    with pytest.raises(Invalid, match="lies in the past"):
        offered(session, use_by="2026-11-22")


def test_the_chain_of_custody_can_only_grow(session: Session) -> None:
    offered(session)
    for statement in ("UPDATE gift_steps SET entered_by = 'x'", "DELETE FROM gift_steps"):
        with pytest.raises(sa.exc.DatabaseError, match="append"):
            session.connection().exec_driver_sql(statement)


def test_things_are_listed_with_the_newest_first(session: Session) -> None:
    for _ in range(3):
        offered(session)
    data = {"community": HERE, "state": S.PLEDGED, "page": 1, "size": 2}
    page: Any = of.GiftPage().dump(found.find_gifts(session, data))
    assert [each["id"][-4:] for each in page["items"]] == ["G003", "G002"]
    assert page["total"] == 3


def test_a_thing_goes_where_it_suits_and_where_less_has_come_already(session: Session) -> None:
    a_need(session, f"{HERE}-H001-N1")
    a_need(session, f"{HERE}-H002-N1")
    hear(session, f"{HERE}-H002-N2", aid_kind="schooling", service="tutoring")
    books = ready(session, kind="books", title="故事书")
    best = found.suggest_needs(session, books.id, TODAY)["items"][0]
    assert (best["need"], best["reasons"]["suits"]) == (f"{HERE}-H002-N1", 40)
    rice = ready(session)
    step(session, rice, "reserve", need=f"{HERE}-H001-N1")
    best = found.suggest_needs(session, ready(session).id, TODAY)["items"][0]
    assert best["need"] == f"{HERE}-H002-N1"


a_material_need = some.builds(
    MaterialNeed,
    id=some.text("HN0123456789-", min_size=1, max_size=6),
    household=some.just("H1"),
    aids=some.frozensets(some.sampled_from(AidKind)),
    urgency=some.sampled_from(Urgency),
    raised_on=some.dates(date(2020, 1, 1), date(2027, 1, 1)),
    received=some.integers(0, 9),
)


@unhurried
@given(some.sampled_from(GiftKind), some.lists(a_material_need, unique_by=lambda each: each.id))
def test_the_order_of_needs_is_the_same_however_they_come(
    kind: GiftKind, needs: list[MaterialNeed]
) -> None:
    order = ranked(kind, needs, TODAY)
    assert order == ranked(kind, reversed(needs), TODAY)
    assert all(0 <= each.points <= 100 for each in order)
    assert [each.points for each in order] == sorted((each.points for each in order), reverse=True)
