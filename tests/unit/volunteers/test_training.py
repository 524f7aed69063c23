"""Training keeps papers valid; honours are kept with their evidence."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.schemas import load
from unit.volunteers.camp import a_camp, an_adult, sitting
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NOW,
    ROUND,
    STAFF,
    TODAY,
    a_school,
    hear,
    match,
    register,
    told,
)
from volunteers.contracts import training as of
from volunteers.domain.training import completed_on, gated, valid_until
from volunteers.models import Volunteer
from volunteers.queries import training as found
from volunteers.queries.activities import adults
from volunteers.usecases import honours, rounds, training

PAGE = {"community": HERE, "page": 1, "size": 50, "volunteer": None, "course": None}
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def course(session: Session, **changes: Any) -> str:
    """A course of two sessions that holds a year and keeps background checks valid."""
    data: dict[str, Any] = {"community": HERE, "code": "CP", "title": "儿童保护", "sessions": 2}
    data |= {"valid_months": 12, "gates": ["background_check"], **changes}
    offered = training.offer_course(session, load(of.OfferCourse(), data), now=NOW, actor=STAFF)
    session.flush()
    return offered.id


def attend(session: Session, key: str, volunteer: str, day: date) -> dict[str, int]:
    data = {"course": key, "on": day, "place": "社区活动室"}
    planned = training.plan_training(session, data, now=NOW, actor=STAFF)
    session.flush()
    record = {"training": planned.id, "attended": [volunteer]}
    return training.record_training(session, record, now=NOW, actor=STAFF)


def trained(session: Session, volunteer: str, **changes: Any) -> str:
    """Somebody has been to both sessions."""
    key = course(session, **changes)
    attend(session, key, volunteer, TODAY - timedelta(days=9))
    attend(session, key, volunteer, TODAY - timedelta(days=2))
    return key


def honour(session: Session, volunteer: str, **changes: Any) -> Any:
    data: dict[str, Any] = {
        "community": HERE,
        "code": "2026A",
        "of": "volunteer",
        "holder": volunteer,
    }
    data |= {"level": "district", "year": 2026, "title": "最美志愿者", "evidence": "证书存档案柜"}
    data = load(of.RecordHonour(), data | changes)
    return honours.record_honour(session, data, now=NOW, actor=STAFF)


def test_a_course_is_completed_by_its_last_session_and_once(session: Session) -> None:
    volunteer = register(session)
    key = course(session)
    assert attend(session, key, volunteer, TODAY) == {"attended": 1, "completed": 0}
    assert attend(session, key, volunteer, TODAY) == {"attended": 0, "completed": 0}
    yesterday = TODAY - timedelta(days=1)
    assert attend(session, key, volunteer, yesterday) == {"attended": 1, "completed": 1}
    assert attend(session, key, volunteer, yesterday) == {"attended": 0, "completed": 0}
    (event,) = told(session, "training.completed")
    assert event["valid_until"] == "2027-11-23"
    assert found.find_completions(session, PAGE)["total"] == 1


def a_childs_need(session: Session) -> str:
    return hear(session, aid_kind="schooling", involves_minor=True, grade=3)


def test_without_the_training_a_paper_does_not_count_in_matching(session: Session) -> None:
    volunteer = register(session, clearances=[CHECKED, {**CHECKED, "kind": "child_protection"}])
    a_childs_need(session)
    assert match(session, dry_run=True)["proposed"]
    key = course(session)
    assert not match(session, dry_run=True)["proposed"]
    for days in (9, 2):
        attend(session, key, volunteer, TODAY - timedelta(days=days))
    assert match(session, dry_run=True)["proposed"]


def test_training_that_ran_out_invalidates_the_paper(session: Session) -> None:
    volunteer = register(session, clearances=[CHECKED, {**CHECKED, "kind": "child_protection"}])
    a_childs_need(session)
    key = course(session, sessions=1)
    attend(session, key, volunteer, TODAY - timedelta(days=400))
    assert not match(session, dry_run=True)["proposed"]
    attend(session, key, volunteer, TODAY)
    assert match(session, dry_run=True)["proposed"]


def test_a_course_may_give_a_paper(session: Session) -> None:
    volunteer = register(session)
    trained(session, volunteer, gates=[], grants="first_aid")
    (paper,) = session.get_one(Volunteer, volunteer).clearances
    assert (paper.kind, paper.expires_on) == ("first_aid", date(2027, 11, 21))


def test_what_runs_out_is_told_once_unless_it_is_renewed(session: Session) -> None:
    volunteer = register(session)
    key = course(session, sessions=1)
    attend(session, key, volunteer, TODAY - timedelta(days=350))
    for _ in range(2):
        rounds.daily_round(session, HERE, now=NOW, actor=STAFF, **ROUND)
    assert len(told(session, "training.expiring")) == 1
    attend(session, key, volunteer, TODAY - timedelta(days=349))
    attend(session, key, volunteer, TODAY)
    rounds.daily_round(session, HERE, now=NOW, actor=STAFF, **ROUND)
    assert len(told(session, "training.expiring")) == 1


def test_what_is_said_of_courses_is_kept_to(session: Session) -> None:
    assert course(session) == course(session)
    with pytest.raises(Conflict, match="is another one"):
        course(session, valid_months=6)
    volunteer = register(session)
    with pytest.raises(Invalid, match="record it on that day or later"):
        attend(session, f"{HERE}-TC-CP", volunteer, TODAY + timedelta(days=1))


def test_honours_are_of_somebody_and_kept_with_their_evidence(session: Session) -> None:
    volunteer = register(session)
    assert honour(session, volunteer) is honour(session, volunteer)
    partner = a_school(session)
    honour(session, volunteer, code="2025B", of="partner", holder=partner, year=2025)
    honour(session, volunteer, code="2026C", of="community")
    page = found.find_honours(session, {**PAGE, "of": None, "year": None})
    assert [each.holder for each in page["items"]] == [volunteer, HERE, partner]
    assert len(told(session, "honour.awarded")) == 3
    with pytest.raises(Conflict, match="is another one"):
        honour(session, volunteer, title="优秀志愿者")
    with pytest.raises(Invalid, match="say which partner or volunteer"):
        honour(session, volunteer, code="X", holder=None)
    with pytest.raises(NotFound):
        honour(session, volunteer, code="X", of="partner")
    with pytest.raises(Invalid, match="has not come yet"):
        honour(session, volunteer, code="X", year=2027)


@given(DAYS, st.integers(1, 120))
def test_a_year_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    until = valid_until(day, months)
    assert (until.year - day.year) * 12 + until.month - day.month == months
    assert until.day == day.day or (until + timedelta(days=1)).day == 1


@given(st.sets(DAYS), st.integers(1, 4))
def test_a_course_is_completed_when_it_was_attended_often_enough(
    days: set[date], needed: int
) -> None:
    on = completed_on(days, needed, None)
    assert (on is None) == (len(days) < needed)
    assert on is None or sum(day <= on for day in days) == needed
    assert completed_on(days, needed, max(days, default=None)) is None


@given(DAYS, DAYS)
def test_a_paper_ends_with_its_training(paper: date, course_until: date) -> None:
    papers, gates = {"health": paper, "first_aid": paper}, {"health": ["C"]}
    assert gated(papers, gates, {"C": course_until}) == {
        "health": min(paper, course_until),
        "first_aid": paper,
    }
    assert gated(papers, gates, {}) == {"first_aid": paper}


def test_children_are_looked_after_only_by_who_has_the_training_on_that_day(
    session: Session,
) -> None:
    volunteer = register(session, clearances=[CHECKED])
    a_camp(session)
    key = course(session, sessions=1)
    refused = "has not completed .*-TC-CP for 2026-12-21; hold the course first"
    with pytest.raises(Invalid, match=refused):
        an_adult(session)
    attend(session, key, volunteer, TODAY - timedelta(days=360))  # holds to the 28th of November
    with pytest.raises(Invalid, match=refused):
        an_adult(session)
    attend(session, key, volunteer, TODAY)
    an_adult(session)
    assert adults(session, sitting(session)) == 1


def test_an_adult_whose_training_is_asked_for_later_counts_for_no_child(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    course(session)
    assert adults(session, sitting(session)) == 0
