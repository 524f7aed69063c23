"""Things that a household has got close the need they were meant for, in whatever order."""

from itertools import permutations

import pytest

from households.domain.codes import NeedStatus
from households.models import Need
from servicekit.errors import NotFound
from unit.households.givens import Desk, a_need


def a_need_of_things(desk: Desk, frequency: str = "once") -> Need:
    desk.register()
    desk.verify()
    asks = {"aid_kind": "hardship", "service": "supplies", "skills": []}
    need = desk.raise_need(a_need(**asks, frequency=frequency))
    desk.news()
    return need


def test_a_receipt_meets_the_need(desk: Desk) -> None:
    need = a_need_of_things(desk)
    desk.receipted()
    assert (need.status, need.pairing) == (NeedStatus.MET, None)
    (event,) = desk.news()
    said = event["data"]
    assert (event["type"], said["status"], said["reason"]) == ("need.closed", "met", "need_met")


def test_a_need_that_comes_again_goes_on(desk: Desk) -> None:
    need = a_need_of_things(desk, "monthly")
    desk.receipted()
    assert (need.status, desk.news()) == (NeedStatus.OPEN, [])


HEARD = {
    "started": lambda desk: desk.pairing("started", 3),
    "ended": lambda desk: desk.pairing("ended", 5, reason="need_met"),
    "receipted": Desk.receipted,
    "receipted again": Desk.receipted,
}


@pytest.mark.parametrize("order", list(permutations(HEARD)))
def test_order_and_number_do_not_matter(desk: Desk, order: tuple[str, ...]) -> None:
    need = a_need_of_things(desk)
    for each in order:
        HEARD[each](desk)
    assert need.status is NeedStatus.MET
    assert desk.news_types() == ["need.closed"]


def test_what_was_withdrawn_stays_withdrawn(desk: Desk) -> None:
    need = a_need_of_things(desk)
    desk.close_need("withdrawn")
    desk.news()
    desk.receipted()
    assert (need.status, desk.news()) == (NeedStatus.WITHDRAWN, [])


def test_a_receipt_for_a_need_that_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.receipted()
