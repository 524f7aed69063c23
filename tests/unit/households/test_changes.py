"""A household changes its phone, its wishes, its home."""

import pytest

from households.domain.codes import HouseholdStatus, NeedStatus
from servicekit.errors import Conflict, Invalid, NotFound
from unit.households.givens import ADDRESS, ELSEWHERE, HOME, PHONE, TODAY, Desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a verified household whose need the volunteers know, and a suspended and a met one."""
    desk.register()
    desk.verify()
    desk.raise_need()
    desk.news()
    return desk


def test_phone_address_and_building_are_changed_and_nobody_is_told(desk: Desk) -> None:
    household = desk.change(phone="180-0000-9999", address="一号楼", building="1")
    assert (household.phone, household.address, household.building) == (
        "+8618000009999",
        "一号楼",
        "1",
    )
    assert desk.news() == []


def test_what_is_not_given_stays(desk: Desk) -> None:
    household = desk.change(building="1")
    assert (household.phone, household.address) == (PHONE, ADDRESS)


def test_a_phone_can_be_removed(desk: Desk) -> None:
    assert desk.change(phone=None).phone is None


def test_a_wrong_phone_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="phone: is not a phone number; "):
        desk.change(phone="none")


def test_whom_the_household_lets_in_changes_its_live_needs(desk: Desk) -> None:
    household = desk.change(restrictions={"gender": "female"})
    assert household.restriction.minors_welcome
    (event,) = desk.news()
    assert (event["type"], event["data"]["gender"], event["data"]["version"]) == (
        "need.changed",
        "female",
        2,
    )
    desk.change(restrictions={"gender": "female", "minors_welcome": True})
    assert desk.news() == []


def test_needs_that_are_over_are_not_changed(desk: Desk) -> None:
    desk.close_need("met", "need_met")
    desk.news()
    desk.change(restrictions={"minors_welcome": False})
    assert desk.news() == []


def test_a_household_that_has_left_cannot_be_changed(desk: Desk) -> None:
    desk.leave("own_wish")
    with pytest.raises(Conflict, match="is exited and no longer served; "):
        desk.change(building="1")
    with pytest.raises(Conflict, match="is exited and no longer served; "):
        desk.move()


def test_a_household_that_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.change(household=f"{ELSEWHERE}-H001", building="1")


def test_moving_within_the_community_tells_where_the_needs_are_now(desk: Desk) -> None:
    household = desk.move()
    assert (household.building, household.status) == ("9", HouseholdStatus.VERIFIED)
    moved, changed = desk.news()
    assert (moved["type"], moved["data"]["status"], moved["data"]["latitude"]) == (
        "household.moved",
        "verified",
        41.8,
    )
    assert (changed["type"], changed["data"]["longitude"]) == ("need.changed", 123.46)
    assert "永环社区" not in str((moved, changed))


def test_the_same_move_again_changes_nothing(desk: Desk) -> None:
    desk.move()
    desk.news()
    assert desk.move(latitude=41.80001).version == 3
    assert desk.news() == []


def test_moving_to_another_community_withdraws_the_needs(desk: Desk) -> None:
    household = desk.move(to_community=ELSEWHERE)
    assert (household.id, household.status, household.moved_to, household.left_on) == (
        HOME,
        HouseholdStatus.MOVED,
        ELSEWHERE,
        TODAY,
    )
    assert household.needs[0].status == NeedStatus.WITHDRAWN
    closed, moved = desk.news()
    assert (closed["type"], closed["data"]["reason"]) == ("need.closed", "moved")
    assert (moved["type"], moved["data"]["status"]) == ("household.moved", "moved")
    desk.move(to_community=ELSEWHERE)
    assert desk.news() == []


def test_who_has_moved_away_cannot_move_on_from_here(desk: Desk) -> None:
    desk.move(to_community=ELSEWHERE)
    with pytest.raises(Conflict, match="is moved and cannot become moved; moved is final"):
        desk.move(to_community="210103008003")
