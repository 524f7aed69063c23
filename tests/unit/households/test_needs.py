"""Needs are raised, changed, closed and resumed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from households import contracts as c
from households.domain.codes import NeedStatus
from households.queries import views
from servicekit.errors import Conflict, Invalid, NotFound, flatten
from servicekit.schemas import load
from unit.households.givens import (
    HERE,
    HOME,
    NOTE,
    TODAY,
    Desk,
    Facts,
    a_child,
    a_head,
    a_household,
    a_need,
    another_household,
    tutoring,
)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With a verified household of a grandmother and a child."""
    desk.register(a_household(members=[a_head(), a_child()]))
    desk.verify()
    desk.news()
    return desk


def test_a_raised_need_is_told_with_all_that_matching_asks(desk: Desk) -> None:
    desk.change(restrictions={"gender": "female", "minors_welcome": False})
    desk.raise_need(tutoring(note=NOTE, ends_on="2027-06-30", skills=["tutoring_math", "reading"]))
    (event,) = desk.news()
    assert event["type"] == "need.raised"
    assert event["subject"] == f"{HOME}-N1"
    assert event["data"] == {
        "community": HERE,
        "version": 1,
        "need": f"{HOME}-N1",
        "household": HOME,
        "aid_kind": "schooling",
        "service": "tutoring",
        "urgency": "soon",
        "raised_on": "2026-11-23",
        "frequency": "weekly",
        "minutes": 60,
        "slots": [{"weekday": 6, "start": "09:00", "end": "11:00"}],
        "skills": ["reading", "tutoring_math"],
        "languages": ["mandarin"],
        "involves_minor": True,
        "grade": 5,
        "gender": "female",
        "minors_welcome": False,
        "starts_on": "2026-12-01",
        "ends_on": "2027-06-30",
        "latitude": 41.796,
        "longitude": 123.456,
        "status": "open",
    }


def test_the_need_of_an_applicant_waits_for_verification(desk: Desk) -> None:
    desk.register(another_household(2))
    need = desk.raise_need(a_need(household=f"{HERE}-H002"))
    assert (need.status, need.announced) == (NeedStatus.OPEN, False)
    assert desk.news_types() == ["household.registered"]


def test_what_nobody_has_heard_of_is_neither_changed_nor_closed_aloud(desk: Desk) -> None:
    desk.leave("own_wish")
    desk.register(a_household(code="H002"))
    need = desk.raise_need(a_need(household=f"{HERE}-H002"))
    desk.news()
    desk.change_need(need=need.id, minutes=90)
    desk.change(household=f"{HERE}-H002", restrictions={"gender": "male"})
    desk.leave("own_wish", household=f"{HERE}-H002")
    assert need.status == NeedStatus.WITHDRAWN
    assert desk.news_types() == ["household.exited"]


@pytest.mark.parametrize(("member", "involved"), [(None, False), ("M1", False), ("M2", True)])
def test_a_need_involves_a_minor_where_it_is_for_one(
    desk: Desk, member: str | None, involved: bool
) -> None:
    need = desk.raise_need(a_need(member=member))
    assert need.member_id == (f"{HOME}-{member}" if member else None)
    assert desk.news()[0]["data"]["involves_minor"] is involved
    assert views.need_view(need, day=TODAY)["involves_minor"] is involved


def test_the_child_may_have_come_of_age_when_the_need_is_raised_again(desk: Desk) -> None:
    desk.raise_need(a_need(member="M2"))
    desk.close_need("suspended", "away")
    desk.news()
    desk.now = datetime(2034, 3, 15, tzinfo=UTC)
    desk.resume_need()
    assert desk.news()[0]["data"]["involves_minor"] is False


def test_codes_are_given_or_counted(desk: Desk) -> None:
    needs = [
        desk.raise_need(a_need(service=service, skills=[], code=code))
        for service, code in [("company", None), ("shopping", "N7"), ("cleaning", None)]
    ]
    assert [need.code for need in needs] == ["N1", "N7", "N8"]


@pytest.mark.parametrize("code", [None, "N1"])
def test_raising_an_equal_need_again_changes_and_publishes_nothing(
    desk: Desk, code: str | None
) -> None:
    slots = [
        {"weekday": 6, "start": "09:00", "end": "11:00"},
        {"weekday": 2, "start": "14:00", "end": "16:00"},
    ]
    first = desk.raise_need(a_need(slots=slots, skills=["company", "shopping"], note=NOTE))
    desk.news()
    again = desk.raise_need(
        a_need(
            slots=[*reversed(slots), slots[0]],
            skills=["shopping", "company", "company"],
            note=f" {NOTE} ",
            code=code,
        )
    )
    assert again is first
    assert first.version == 1
    assert desk.news() == []


def test_an_equal_need_after_the_first_is_over_is_a_new_one(desk: Desk) -> None:
    desk.raise_need()
    desk.close_need("met", "need_met")
    assert desk.raise_need().code == "N2"
    assert desk.raise_need(a_need(code="N1")).status == NeedStatus.MET


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"minutes": 90}, ["minutes"]),
        ({"note": NOTE}, ["note"]),
        ({"member": "M2"}, ["member"]),
        ({"slots": [{"weekday": 6, "start": "08:00", "end": "11:00"}]}, ["slots.0.start"]),
        ({"urgency": "urgent", "skills": []}, ["urgency", "skills"]),
    ],
)
def test_other_facts_under_the_same_code_are_a_conflict_that_names_them(
    desk: Desk, changes: dict[str, Any], fields: list[str]
) -> None:
    desk.raise_need(a_need(code="N1"))
    with pytest.raises(Conflict, match="is raised with other facts in ") as refusal:
        desk.raise_need(a_need(code="N1", **changes))
    assert refusal.value.details["fields"] == fields


@pytest.mark.parametrize(
    ("need", "field", "told"),
    [
        (a_need(service="tutoring"), "service", "does not belong to elderly"),
        (tutoring(grade=None), "grade", "is missing and tutoring needs it"),
        (a_need(ends_on="2026-11-30"), "ends_on", "lies before the start"),
        (a_need(member="M9"), "member", "is not in this household"),
    ],
)
def test_what_does_not_go_together_is_refused_by_field(
    desk: Desk, need: Facts, field: str, told: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.raise_need(need)
    messages = dict(flatten(refusal.value.details))
    assert messages[field].startswith(f"{told}")
    assert "; " in messages[field]
    assert desk.news() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"aid_kind": "everything"}, "aid_kind"),
        ({"urgency": 3}, "urgency"),
        ({"minutes": 5}, "minutes"),
        ({"minutes": "60"}, "minutes"),
        ({"slots": []}, "slots"),
        ({"slots": [{"weekday": 8, "start": "09:00", "end": "10:00"}]}, "slots.0.weekday"),
        ({"slots": [{"weekday": 1, "start": "9:00", "end": "10:00"}]}, "slots.0.start"),
        ({"skills": ["flying"]}, "skills.0"),
        ({"languages": ["latin"]}, "languages.0"),
        ({"grade": 0}, "grade"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"note": ""}, "note"),
        ({"code": "N-1"}, "code"),
        ({"volunteer": "V001"}, "volunteer"),
    ],
)
def test_the_contract_names_the_field_and_the_remedy(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        load(c.RaiseNeed(), a_need(**changes))
    messages = dict(flatten(refusal.value.details))
    assert "; " in messages[field]


def test_no_need_is_raised_for_whom_nobody_knows_or_who_has_left(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.raise_need(a_need(household=f"{HERE}-H999"))
    desk.leave("own_wish")
    with pytest.raises(Conflict, match="is exited and no longer served; "):
        desk.raise_need()


def test_a_changed_need_is_told_in_a_new_version(desk: Desk) -> None:
    desk.raise_need()
    desk.news()
    need = desk.change_need(urgency="urgent", skills=["shopping"], ends_on="2027-01-31")
    assert need.version == 2
    (event,) = desk.news()
    assert (event["type"], event["data"]["version"]) == ("need.changed", 2)
    assert (event["data"]["urgency"], event["data"]["skills"]) == ("urgent", ["shopping"])
    desk.change_need(urgency="urgent", skills=["shopping"])
    assert desk.news() == []


def test_a_changed_note_stays_ours(desk: Desk) -> None:
    desk.raise_need()
    desk.news()
    need = desk.change_need(note=NOTE)
    assert (need.note, need.version) == (NOTE, 1)
    assert desk.change_need(note=None).note is None
    assert desk.news() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"service": "tutoring"}, "service"), ({"ends_on": "2026-01-01"}, "ends_on")],
)
def test_a_change_must_go_together_with_the_rest(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    need = desk.raise_need()
    with pytest.raises(Invalid) as refusal:
        desk.change_need(**changes)
    assert list(refusal.value.details) == [field]
    assert need.version == 1


def test_a_need_that_is_over_cannot_be_changed(desk: Desk) -> None:
    desk.raise_need()
    desk.close_need("withdrawn")
    with pytest.raises(Conflict, match="is withdrawn and cannot be changed; raise a new need"):
        desk.change_need(minutes=90)


@pytest.mark.parametrize("outcome", ["met", "withdrawn", "referred", "suspended"])
def test_a_closed_need_is_told_with_its_reason_once(desk: Desk, outcome: str) -> None:
    desk.raise_need()
    desk.news()
    need = desk.close_need(outcome, "hospital")
    assert (need.status, need.close_reason) == (outcome, "hospital")
    (event,) = desk.news()
    assert event["data"] == {
        "community": HERE,
        "version": 2,
        "need": f"{HOME}-N1",
        "household": HOME,
        "status": outcome,
        "reason": "hospital",
    }
    desk.close_need(outcome, "hospital")
    assert desk.news() == []


def test_a_closed_need_is_not_closed_otherwise(desk: Desk) -> None:
    desk.raise_need()
    desk.close_need("met", "need_met")
    with pytest.raises(Conflict, match="is met and cannot become withdrawn; met is final"):
        desk.close_need("withdrawn")


def test_reasons_are_codes_because_events_carry_them(desk: Desk) -> None:
    desk.raise_need()
    with pytest.raises(Invalid, match="reason: is not in the code list; choose one of: "):
        desk.close_need("withdrawn", "王桂兰不想要了")


def test_a_suspended_need_is_resumed_and_raised_anew(desk: Desk) -> None:
    desk.raise_need()
    desk.close_need("suspended", "hospital")
    desk.news()
    need = desk.resume_need()
    assert (need.status, need.close_reason) == (NeedStatus.OPEN, None)
    (event,) = desk.news()
    assert (event["type"], event["data"]["version"]) == ("need.raised", 3)
    desk.resume_need()
    assert desk.news() == []


def test_only_a_suspended_need_is_resumed(desk: Desk) -> None:
    desk.raise_need()
    desk.pairing("started", 2)
    with pytest.raises(Conflict, match="is matched and cannot be resumed; end its pairing"):
        desk.resume_need()
    desk.close_need("withdrawn")
    with pytest.raises(Conflict, match="is withdrawn and cannot become open; "):
        desk.resume_need()
