"""The teachers' desk, from the request to the rating."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from servicekit.db import audit_entries
from servicekit.errors import Conflict, Invalid
from servicekit.schemas import load
from servicekit.testing import published
from servicekit.workdays import published as is_workday
from unit.volunteers.camp import a_child
from unit.volunteers.neighbourhood import HERE, NOW, STAFF, TODAY
from volunteers.contracts import services as of
from volunteers.domain.services import REQUEST, ServiceState, due_on
from volunteers.models import ServiceRequest
from volunteers.usecases import services

R = ServiceState
ITEM = f"{HERE}-G01"
WORKER = f"{HERE}-S06"
TOMORROW = TODAY + timedelta(days=1)


def an_item(session: Session, **changes: Any) -> None:
    """Residence papers in five working days."""
    facts = {"community": HERE, "code": "G01", "title": "居住证办理", "working_days": 5}
    facts |= {"papers": ["身份证", "房屋证明"]}
    data = load(of.OfferService(), facts | changes)
    services.offer_service(session, data, now=NOW, actor=STAFF)
    session.flush()


def asked(session: Session, *missing: str, code: str = "L001") -> ServiceRequest:
    """A teacher asks for it."""
    bare = {"birth_date": None, "guardian": None, "consented_on": None, "health": None}
    a_child(session, code, **bare, name="孙老师", pick_ups=[])
    facts = {"item": ITEM, "participant": f"{HERE}-{code}", "place": "实验学校 301 室"}
    data = load(of.RequestService(), facts | {"missing": list(missing)})
    return services.request_service(session, data, now=NOW, actor=STAFF)


def step(session: Session, name: str, row: ServiceRequest, **facts: Any) -> ServiceRequest:
    act = getattr(services, f"{name}_service" if name != "hand_in" else "hand_in_papers")
    data = {"request": row.id, **facts}
    found: ServiceRequest = act(session, data, now=facts.pop("now", NOW), actor=STAFF)
    return found


def told(session: Session, type_: str) -> list[dict[str, Any]]:
    return [event["data"] for event in published(session) if event["type"] == type_]


def test_a_request_goes_its_way(session: Session) -> None:
    an_item(session)
    row = asked(session)
    assert (row.state, row.due_on) == (R.REQUESTED, date(2026, 11, 30))
    step(session, "assign", row, staff=WORKER)
    step(session, "schedule", row, on=TOMORROW, at="10:00")
    step(session, "schedule", row, on=TOMORROW, at="14:00")
    for _ in range(2):
        step(session, "finish", row)
        step(session, "rate", row, rating=5)
    assert (row.state, row.at, row.done_on, row.rating) == (R.DONE, "14:00", TODAY, 5)
    types = [event["type"] for event in published(session)]
    assert types == ["service.requested", "service.assigned", "service.done", "service.rated"]
    assert "孙老师" not in repr(published(session))
    assert "301" not in repr(published(session))


def test_asking_again_while_it_is_open_changes_nothing(session: Session) -> None:
    an_item(session)
    row = asked(session)
    assert asked(session) is row
    step(session, "withdraw", row)
    again = asked(session)
    assert (again.id, row.state) == (f"{ITEM}-L001-2", R.WITHDRAWN)


def test_nobody_comes_before_the_papers_are_there(session: Session) -> None:
    an_item(session)
    row = asked(session, "房屋证明")
    step(session, "assign", row, staff=WORKER)
    with pytest.raises(Conflict, match="房屋证明"):
        step(session, "schedule", row, on=TOMORROW, at="10:00")
    step(session, "hand_in", row, papers=["房屋证明"])
    assert step(session, "schedule", row, on=TOMORROW, at="10:00").state is R.SCHEDULED


def test_what_makes_no_sense_is_refused(session: Session) -> None:
    an_item(session)
    with pytest.raises(Invalid, match="not needed"):
        asked(session, "护照")
    row = asked(session)
    with pytest.raises(Conflict, match="from requested it may go to assigned, withdrawn"):
        step(session, "finish", row)
    with pytest.raises(Invalid, match="another community"):
        step(session, "assign", row, staff="210103008002-S01")
    step(session, "assign", row, staff=WORKER)
    with pytest.raises(Invalid, match="past"):
        step(session, "schedule", row, on=TODAY - timedelta(days=1), at="10:00")
    with pytest.raises(Conflict, match="once it is done"):
        step(session, "rate", row, rating=1)
    an_item(session, offered=False)
    with pytest.raises(Invalid, match="not offered"):
        asked(session, code="L002")


def test_somebody_else_may_take_over_and_hears_of_it(session: Session) -> None:
    an_item(session)
    row = asked(session)
    for worker in (WORKER, WORKER, f"{HERE}-S07"):
        step(session, "assign", row, staff=worker)
    staff = [each["staff"] for each in told(session, "service.assigned")]
    assert staff == [[WORKER], [f"{HERE}-S07"]]


def test_what_is_late_is_told_once_with_who_sees_to_it(session: Session) -> None:
    an_item(session)
    row = asked(session)
    step(session, "assign", row, staff=WORKER)
    assert services.tell_overdue(session, HERE, now=NOW + timedelta(days=7)) == 0
    late = NOW + timedelta(days=8)
    assert [services.tell_overdue(session, HERE, now=late) for _ in range(2)] == [1, 0]
    (event,) = told(session, "service.overdue")
    assert (event["state"], event["staff"]) == ("assigned", [WORKER])


def test_a_rating_is_not_changed(session: Session) -> None:
    an_item(session)
    row = asked(session)
    step(session, "assign", row, staff=WORKER)
    step(session, "schedule", row, on=TODAY, at="10:00")
    step(session, "finish", row)
    step(session, "rate", row, rating=2)
    with pytest.raises(Conflict, match="not changed"):
        step(session, "rate", row, rating=5)


def test_who_asks_is_shown_for_a_purpose_that_is_kept(session: Session) -> None:
    an_item(session)
    row = asked(session)
    reading = {"request": row.id, "purpose": "上门办理"}
    shown = services.reveal_request(session, reading, now=NOW, actor=STAFF)
    assert (shown["name"], shown["place"]) == ("孙老师", "实验学校 301 室")
    noted = session.execute(sa.select(audit_entries.c.subject, audit_entries.c.purpose)).all()
    assert noted == [(row.id, "上门办理")]


@given(st.dates(date(2026, 1, 1), date(2026, 11, 30)), st.integers(1, 15))
def test_as_many_working_days_pass_as_were_promised(asked_on: date, days: int) -> None:
    due = due_on(asked_on, days, is_workday)
    between = [asked_on + timedelta(days=n) for n in range(1, (due - asked_on).days + 1)]
    assert sum(map(is_workday, between)) == days
    assert is_workday(due)


def test_days_off_do_not_count_and_make_up_workdays_do() -> None:
    # the National Day of 2026: 1 to 7 October; Saturday the 10th is worked
    assert due_on(date(2026, 9, 30), 3, is_workday) == date(2026, 10, 10)


@given(st.sampled_from(ServiceState), st.sampled_from(ServiceState))
def test_requests_take_the_steps_of_the_design_and_no_others(
    now: ServiceState, to: ServiceState
) -> None:
    legal = {
        (R.REQUESTED, R.ASSIGNED),
        (R.ASSIGNED, R.SCHEDULED),
        (R.SCHEDULED, R.DONE),
        *((state, R.WITHDRAWN) for state in (R.REQUESTED, R.ASSIGNED, R.SCHEDULED)),
    }
    assert REQUEST.allows(now, to) is ((now, to) in legal)
