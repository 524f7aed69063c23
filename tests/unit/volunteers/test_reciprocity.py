"""The shared ledger: double entry, and equal to a recount of the raw rows."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from unit.volunteers.camp import a_camp, an_adult, comes, confirm, enrol, on_the_day
from unit.volunteers.neighbourhood import (
    HERE,
    NEED,
    STAFF,
    TODAY,
    a_school,
    accept,
    at,
    hear,
    log,
    match,
    register,
    start,
    unhurried,
    visits_of,
)
from unit.volunteers.test_gifts import COLLEAGUE, ready
from unit.volunteers.test_gifts import step as gift_step
from unit.volunteers.test_teacher_desk import WORKER, an_item, asked
from unit.volunteers.test_teacher_desk import step as request_step
from volunteers.contracts.reciprocity import LedgerView
from volunteers.domain.reciprocity import Account, Exchange, Standing, Unit, accounts, by_month
from volunteers.queries.reciprocity import ledger
from volunteers.usecases import hours

OFFICE, SCHOOL, CLUB = (f"{HERE}-P{number:02}" for number in (1, 2, 3))
YEAR_END = date(2026, 12, 31)


def partners(session: Session) -> None:
    a_school(session, "P01", kind="office", name="永环社区")
    a_school(session, "P02")
    a_school(session, "P03", kind="association", name="太极拳协会")


def book(session: Session, until: date = YEAR_END) -> dict[str, Any]:
    found = ledger(session, {"community": HERE, "since": TODAY, "until": until})
    shown: dict[str, Any] = LedgerView().dump(found)
    return shown


def by_party(parties: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["party"]: each for each in parties}


def helped(session: Session, partner: str) -> None:
    """A volunteer of the partner makes three visits of an hour, which are verified."""
    register(session, partner=partner[-3:])
    hear(session)
    pairing = match(session)["proposed"][0]["pairing"]
    accept(session, pairing)
    start(session, pairing)
    made = visits_of(session, pairing)[:3]
    for visit in made:
        log(session, visit, "done")
    verify = {"community": HERE, "until": made[-1].on}
    hours.verify_hours(session, verify, now=at(made[-1].on), actor=STAFF)


def receipted(session: Session, **changes: Any) -> None:
    hear(session, f"{HERE}-H009-N1", aid_kind="hardship", service="supplies")
    gift = ready(session, **changes)
    gift_step(session, gift, "reserve", need=f"{HERE}-H009-N1")
    gift_step(session, gift, "deliver")
    gift_step(session, gift, "receipt", COLLEAGUE)


def test_each_partner_sees_what_it_gave_and_received(session: Session) -> None:
    partners(session)
    helped(session, SCHOOL)
    receipted(session, partner=CLUB, quantity=6)
    receipted(session)
    an_item(session)
    row = asked(session)
    request_step(session, "assign", row, staff=WORKER)
    request_step(session, "schedule", row, on=TODAY + timedelta(days=1), at="10:00")
    request_step(session, "finish", row)
    found = by_party(book(session)["parties"])
    none = dict.fromkeys(map(str, Unit), 0)
    assert found[SCHOOL]["given"] == none | {"hours": 3}
    assert found[SCHOOL]["received"] == none | {"services": 1}
    assert found[CLUB]["given"] == none | {"things": 6}
    assert found["residents"]["given"] == none | {"things": 1}
    assert found[OFFICE]["given"] == none | {"services": 1}
    assert found[OFFICE]["received"] == none | {"hours": 3, "things": 7}
    assert {key: each["standing"] for key, each in found.items()} == {
        OFFICE: "receives_more",
        SCHOOL: "gives_more",
        CLUB: "gives_more",
        "residents": "gives_more",
    }


def test_places_in_the_camp_go_from_its_host_to_the_school(session: Session) -> None:
    partners(session)
    a_camp(session, host=CLUB[-3:])
    for code in ("V001", "V002"):
        an_adult(session, code)
    for enrolment in enrol(session, "K001", "K002"):
        confirm(session, enrolment)
        comes(session, enrolment, on_the_day(9))
    months = book(session)["months"]
    assert [each["month"] for each in months] == ["2026-12"]
    found = by_party(months[0]["parties"])
    assert found[CLUB]["given"]["places"] == found[SCHOOL]["received"]["places"] == 2


def test_what_is_reversed_or_out_of_the_period_does_not_count(session: Session) -> None:
    partners(session)
    helped(session, SCHOOL)
    first = visits_of(session, f"{NEED}-A1")[0]
    undone = {"visit": first.id, "reason": "duplicate"}
    hours.reverse_hours(session, undone, now=at(YEAR_END), actor=STAFF)
    assert by_party(book(session)["parties"])[SCHOOL]["given"]["hours"] == 2
    short = book(session, until=first.on)
    assert by_party(short["parties"])[SCHOOL]["given"]["hours"] == 0


def test_months_add_up_to_the_whole(session: Session) -> None:
    partners(session)
    helped(session, SCHOOL)
    receipted(session, partner=CLUB)
    found = book(session)
    for whole in found["parties"]:
        mine = [by_party(month["parties"]).get(whole["party"]) for month in found["months"]]
        for side in ("given", "received"):
            for unit in map(str, Unit):
                assert sum(each[side][unit] for each in mine if each) == whole[side][unit]


names = some.sampled_from(("P1", "P2", "P3", "residents"))
exchanges = some.lists(
    some.builds(
        Exchange,
        month=some.sampled_from(("2026-11", "2026-12")),
        giver=names,
        receiver=names,
        unit=some.sampled_from(Unit),
        count=some.integers(0, 999),
    )
)


@unhurried
@given(exchanges)
def test_what_all_gave_is_what_all_received(made: list[Exchange]) -> None:
    for found in (accounts(made), *by_month(made).values()):
        for unit in Unit:
            given_ = sum(each.given[unit] for each in found)
            assert given_ == sum(each.received[unit] for each in found)


def test_in_balance_is_who_gives_at_most_twice_what_it_gets() -> None:
    def standing(given_: int, received: int) -> Standing:
        zero = dict.fromkeys(Unit, 0)
        account = Account("P", zero | {Unit.HOURS: given_}, zero | {Unit.PLACES: received})
        return account.standing

    assert [standing(*each) for each in ((0, 0), (2, 1), (1, 2), (3, 1), (0, 1))] == [
        Standing.NOTHING,
        Standing.BALANCED,
        Standing.BALANCED,
        Standing.GIVES_MORE,
        Standing.RECEIVES_MORE,
    ]
