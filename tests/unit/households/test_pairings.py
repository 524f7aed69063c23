"""What the volunteers service says of pairings, in whatever order it comes."""

from itertools import permutations

import pytest

from households.domain.codes import NeedStatus
from households.models import Need
from servicekit.errors import NotFound
from unit.households.givens import HOME, Desk


@pytest.fixture
def need(desk: Desk) -> Need:
    """An open need that the volunteers know."""
    desk.register()
    desk.verify()
    need = desk.raise_need()
    desk.news()
    return need


def test_a_started_pairing_makes_its_need_matched(desk: Desk, need: Need) -> None:
    desk.pairing("started", 3, starts_on="2026-12-01", aid_kind="elderly")
    assert (need.status, need.pairing, need.version) == (NeedStatus.MATCHED, f"{HOME}-N1-A1", 1)
    assert desk.news() == []


def test_an_ended_pairing_raises_the_need_anew(desk: Desk, need: Need) -> None:
    desk.pairing("started", 3)
    desk.pairing("ended", 5, reason="volunteer_left", ended_on="2026-11-23")
    assert (need.status, need.pairing) == (NeedStatus.OPEN, None)
    (event,) = desk.news()
    assert (event["type"], event["data"]["version"], event["data"]["status"]) == (
        "need.raised",
        2,
        "open",
    )


def test_a_pairing_that_met_the_need_closes_it(desk: Desk, need: Need) -> None:
    desk.pairing("started", 3)
    desk.pairing("ended", 5, reason="need_met")
    assert need.status == NeedStatus.MET
    (event,) = desk.news()
    assert (event["type"], event["data"]["status"], event["data"]["reason"]) == (
        "need.closed",
        "met",
        "need_met",
    )


@pytest.mark.parametrize(
    ("reason", "status"), [("volunteer_left", NeedStatus.OPEN), ("need_met", NeedStatus.MET)]
)
@pytest.mark.parametrize(
    "order", sorted(set(permutations([("started", 3), ("ended", 5), ("ended", 5)])))
)
def test_order_and_number_do_not_matter(
    desk: Desk,
    need: Need,
    order: tuple[tuple[str, int], ...],
    reason: str,
    status: NeedStatus,
) -> None:
    for act, version in order:
        desk.pairing(act, version, reason=reason)
    assert (need.status, need.version, need.pairing) == (status, 2, None)
    assert len(desk.news()) == 1


def test_the_end_of_an_earlier_pairing_does_not_take_the_later_one_away(
    desk: Desk, need: Need
) -> None:
    desk.pairing("started", 3, "A1")
    desk.pairing("started", 3, "A2")
    desk.pairing("ended", 5, "A1", reason="handover")
    assert (need.status, need.pairing) == (NeedStatus.MATCHED, f"{HOME}-N1-A2")
    assert desk.news() == []


@pytest.mark.parametrize("outcome", ["met", "withdrawn", "referred", "suspended"])
def test_a_need_closed_meanwhile_stays_closed(desk: Desk, need: Need, outcome: str) -> None:
    desk.pairing("started", 3)
    desk.close_need(outcome)
    desk.news()
    desk.pairing("ended", 5, reason="other")
    desk.pairing("started", 1, "A2")
    assert need.status == outcome
    assert desk.news() == []


def test_a_need_that_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match=f"need {HOME}-N1 does not exist; "):
        desk.pairing("started", 3)
