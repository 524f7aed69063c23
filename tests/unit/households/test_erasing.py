"""A household is erased: nothing of it can be read any more, and everything still adds up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from households.models import Base, FeedbackCall, Household, Need
from households.usecases import erasing
from sealed import readable
from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden
from unit.households.givens import (
    HERE,
    HOME,
    NOTE,
    NOW,
    TODAY,
    Desk,
    a_household,
)

DIRECTOR = Actor(f"{HERE}-S09", "director", (HERE,))
COORDINATOR = Actor(f"{HERE}-S02", "coordinator", (HERE,))


def served_and_gone(desk: Desk) -> None:
    """A household with two needs, a settled concern and a call; it has left."""
    desk.take_up()
    desk.visited()
    desk.record_feedback("confirmed", note=NOTE)
    desk.raise_concern(note=NOTE)
    desk.close_concern()
    desk.leave("income")
    desk.news()


def counted(desk: Desk) -> Any:
    told = desk.coverage()
    return told | {"cells": [cell | {"building": None} for cell in told["cells"]]}


def test_nothing_of_a_household_can_be_read_and_it_is_still_counted(desk: Desk) -> None:
    served_and_gone(desk)
    assert readable(desk.session, Base)
    before = counted(desk)
    row = desk.erase()
    assert readable(desk.session, Base) == []
    assert (row.erased_on, row.building, row.latitude) == (TODAY, "", 41.8)
    assert {member.identity_index for member in row.members} == {""}
    assert [need.slots for need in row.needs] == [[], []]
    assert counted(desk) == before
    assert audit.verify(desk.session, HERE).intact


def test_the_others_are_told_which_news_of_it_is_the_last(desk: Desk) -> None:
    served_and_gone(desk)
    versions = {need.id: need.version for need in desk.session.scalars(sa.select(Need))}
    desk.erase()
    (told,) = desk.news()
    last = {each["need"]: each["version"] for each in told["data"]["needs"]}
    assert told["type"] == "household.erased"
    assert last == {need: version + 1 for need, version in versions.items()}


def test_erasing_again_changes_nothing(desk: Desk) -> None:
    served_and_gone(desk)
    version = desk.erase().version
    desk.news()
    assert desk.erase().version == version
    assert desk.news() == []


def test_who_is_served_or_worried_about_is_not_erased(desk: Desk) -> None:
    desk.register()
    desk.verify()
    with pytest.raises(Conflict, match=f"{HOME} is verified; record its exit first"):
        desk.erase()
    desk.raise_concern()
    desk.leave("own_wish")
    with pytest.raises(Conflict, match=f"not settled: {HOME}-C1; close them"):
        desk.erase()
    desk.close_concern()
    assert desk.erase().erased_on == TODAY


def test_only_who_decides_erases(desk: Desk) -> None:
    served_and_gone(desk)
    desk.actor = COORDINATOR
    with pytest.raises(Forbidden, match="ask the director or an administrator"):
        desk.erase()
    desk.actor = DIRECTOR
    assert desk.erase().erased_on == TODAY


def test_a_call_nobody_made_yet_is_dropped_and_a_late_report_plans_none(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.visited()
    desk.leave("income")
    desk.erase()
    desk.visited()
    assert desk.session.scalars(sa.select(FeedbackCall)).all() == []


AFTERWARDS: dict[str, Callable[[Desk], Any]] = {
    "registered": lambda desk: desk.register(),
    "verified": lambda desk: desk.verify(certified_on="2026-11-20"),
    "worried about": lambda desk: desk.raise_concern(),
}


@pytest.mark.parametrize("act", AFTERWARDS)
def test_who_was_erased_comes_back_only_by_another_code(desk: Desk, act: str) -> None:
    desk.register()
    desk.verify()
    desk.leave("income")
    desk.erase()
    with pytest.raises(Conflict, match="another code"):
        AFTERWARDS[act](desk)
    assert desk.register(a_household(code="H002")).erased_on is None


def test_an_old_certificate_that_comes_again_changes_nothing(desk: Desk) -> None:
    desk.register()
    certificate = {"household": "H001", "certified_on": "2026-11-01", "valid_until": "2027-10-31"}
    desk.hear("household.certified", **certificate)
    desk.leave("income")
    version = desk.erase().version
    desk.hear("household.certified", **certificate)
    assert desk.erase().version == version


def later(desk: Desk, days: int, keep: int = 1095) -> bool:
    """Whether the household is erased by the round so many days later."""
    desk.now = NOW + timedelta(days=days)
    erasing.erase_expired(desk.session, days=keep, now=desk.now, actor=desk.actor)
    desk.session.flush()
    return desk.session.get_one(Household, HOME).erased_on is not None


def test_who_left_is_erased_by_itself_when_the_time_is_over(desk: Desk) -> None:
    served_and_gone(desk)
    assert [later(desk, 1095), later(desk, 5000, keep=0), later(desk, 1096)] == [False, False, True]


def test_who_is_worried_about_is_kept_until_it_is_settled(desk: Desk) -> None:
    desk.register()
    desk.raise_concern()
    desk.leave("own_wish")
    assert not later(desk, 2000)
    desk.close_concern()
    assert later(desk, 2000)


def test_who_is_served_is_never_erased_by_itself(desk: Desk) -> None:
    desk.register()
    assert not later(desk, 5000)
