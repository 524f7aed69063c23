"""Lists in pages, and coverage."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Forbidden
from unit.households.givens import (
    ELSEWHERE,
    HEAD_NUMBER,
    HERE,
    HOME,
    Desk,
    a_household,
    a_need,
    another_household,
    tutoring,
)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The SQL that runs meanwhile."""
    seen: list[str] = []
    session.flush()
    session.expunge_all()
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def several(desk: Desk, number: int) -> None:
    desk.register()
    for each in range(2, number + 1):
        desk.register(another_household(each, building=str(each % 2)))


def test_pages_cover_all_once_in_an_order_that_stays(desk: Desk) -> None:
    several(desk, 7)
    pages = [desk.find_households(page=page, size=3) for page in (1, 2, 3, 4)]
    codes = [[item["code"] for item in page["items"]] for page in pages]
    assert codes == [["H001", "H002", "H003"], ["H004", "H005", "H006"], ["H007"], []]
    assert {page["total"] for page in pages} == {7}
    assert (pages[1]["page"], pages[1]["size"]) == (2, 3)


def test_households_are_found_by_what_is_asked(desk: Desk) -> None:
    several(desk, 4)
    desk.register(a_household(community=ELSEWHERE))
    desk.verify()
    desk.raise_need()

    def found(**wanted: object) -> list[str]:
        return [item["code"] for item in desk.find_households(**wanted)["items"]]

    assert found(status="verified") == ["H001"]
    assert found(building="1") == ["H003"]
    assert found(code="H00") == ["H001", "H002", "H003", "H004"]
    assert found(code="H%") == []
    assert found(aid_kind="elderly") == ["H001"]
    assert found(aid_kind="schooling") == []
    assert found(identity_number=f" {HEAD_NUMBER}") == ["H001"]
    assert found(identity_number="none") == []
    assert found(status="verified", building="0") == []
    desk.close_need("met", "need_met")
    assert found(aid_kind="elderly") == []


def test_a_person_is_looked_for_only_by_who_works_there(desk: Desk) -> None:
    desk.register()
    desk.actor = Actor("S01", "coordinator", (ELSEWHERE,))
    with pytest.raises(Forbidden, match="does not work for community"):
        desk.find_households(identity_number=HEAD_NUMBER)
    assert desk.find_households()["total"] == 1


def test_needs_are_found_by_status_and_aid_kind_the_oldest_first(desk: Desk) -> None:
    desk.register()
    desk.raise_need(a_need(code="N2"))
    desk.raise_need(tutoring(code="N1"))
    assert [item["code"] for item in desk.find_needs()["items"]] == ["N1", "N2"]
    assert [item["code"] for item in desk.find_needs(aid_kind="elderly")["items"]] == ["N2"]
    assert desk.find_needs(status="met")["total"] == 0
    assert desk.find_needs(page=2, size=1)["items"][0]["code"] == "N2"


@pytest.mark.parametrize("find", ["find_households", "find_needs", "coverage"])
def test_the_number_of_statements_does_not_grow_with_the_community(desk: Desk, find: str) -> None:
    counts = []
    for number in (2, 6):
        several(desk, number)
        for each in range(1, number + 1):
            desk.raise_need(a_need(household=f"{HERE}-H{each:03d}", member="M1"))
        with statements(desk.session) as seen:
            getattr(desk, find)()
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


def test_coverage_counts_needs_by_aid_kind_and_state(desk: Desk) -> None:
    several(desk, 3)
    desk.verify()
    for number, service in enumerate(("company", "shopping", "cleaning", "escort"), start=1):
        desk.raise_need(a_need(service=service, skills=[], code=f"N{number}"))
    desk.raise_need(a_need(household=f"{HERE}-H002"))
    desk.raise_need(tutoring(household=f"{HERE}-H002"))
    desk.pairing("started", 1)
    desk.pairing("started", 1, "B1", need=f"{HOME}-N2")
    desk.pairing("ended", 2, "B1", need=f"{HOME}-N2", reason="need_met")
    answer = desk.coverage()
    assert answer["households"] == {"verified": 1, "applicant": 2}
    elderly, disability, _hardship, schooling = answer["kinds"]
    assert elderly == {
        "aid_kind": "elderly",
        "total": 5,
        "open": 3,
        "matched": 1,
        "met": 1,
        "suspended": 0,
        "share": 0.4,
    }
    assert (schooling["total"], schooling["share"]) == (1, 0.0)
    assert (disability["total"], disability["share"]) == (0, 0.0)


def test_each_household_has_a_cell_with_its_worst_states(desk: Desk) -> None:
    several(desk, 4)
    desk.verify()
    desk.leave("own_wish", household=f"{HERE}-H004")
    desk.raise_need()
    desk.pairing("started", 1)
    assert desk.coverage()["cells"][0] == {
        "household": HOME,
        "code": "H001",
        "building": "7",
        "status": "verified",
        "needs": {"elderly": "matched"},
    }
    desk.raise_need(a_need(service="shopping"))
    desk.raise_need(tutoring())
    desk.close_need("withdrawn")
    cells = desk.coverage()["cells"]
    assert cells[0]["needs"] == {"elderly": "open", "schooling": "open"}
    assert [(cell["code"], cell["needs"]) for cell in cells[1:]] == [
        ("H002", {}),
        ("H003", {}),
        ("H004", {}),
    ]


def test_withdrawn_and_referred_needs_are_not_the_communitys_to_cover(desk: Desk) -> None:
    desk.register()
    desk.raise_need()
    desk.close_need("referred", "professional")
    answer = desk.coverage()
    assert answer["kinds"][0]["total"] == 0
    assert answer["cells"][0]["needs"] == {}
