"""What is too much for a volunteer goes to a professional, once that is allowed, and in time."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from households.domain import states
from households.domain.caring import ConcernStatus, ReferralStatus
from households.domain.codes import CloseReason, NeedStatus
from households.models import Concern, Referral
from servicekit.actors import Actor
from servicekit.db import audit_entries
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from unit.households.givens import (
    CONCERN,
    HERE,
    HOME,
    NOTE,
    REFERRAL,
    TODAY,
    VISIT,
    Desk,
    another_household,
)

LIAISON = Actor(f"{HERE}-S05", "school_liaison", (HERE,))
COORDINATOR = Actor(f"{HERE}-S01", "coordinator", (HERE,))
WORKER = Actor(f"{HERE}-S09", "social_worker", (HERE,))


@pytest.fixture
def concern(desk: Desk) -> Concern:
    """A concern about a household with one need."""
    desk.register()
    desk.verify()
    desk.raise_need()
    desk.actor = COORDINATOR
    desk.news()
    return desk.raise_concern(need=f"{HOME}-N1", visit=VISIT, note=NOTE, urgency="urgent")


def test_a_concern_is_told_by_its_urgency_and_not_by_what_it_says(
    desk: Desk, concern: Concern
) -> None:
    assert concern.status is ConcernStatus.OPEN
    assert concern.raised_by == COORDINATOR.id
    assert desk.news() == [
        {
            "type": "concern.raised",
            "subject": CONCERN,
            "data": {
                "community": HERE,
                "version": 1,
                "concern": CONCERN,
                "household": HOME,
                "urgency": "urgent",
                "need": f"{HOME}-N1",
                "visit": VISIT,
            },
        }
    ]


def test_the_same_concern_on_the_same_day_is_the_same(desk: Desk, concern: Concern) -> None:
    again = desk.raise_concern(need=f"{HOME}-N1", visit=VISIT)
    assert again is concern
    assert desk.news_types() == ["concern.raised"]
    desk.now += timedelta(days=1)
    assert desk.raise_concern(need=f"{HOME}-N1", visit=VISIT).id == f"{HOME}-C2"


def test_a_need_of_another_household_is_refused(desk: Desk) -> None:
    desk.register()
    desk.register(another_household(2))
    desk.raise_need()
    with pytest.raises(Invalid, match="another household"):
        desk.raise_concern(household=f"{HERE}-H002", need=f"{HOME}-N1")
    with pytest.raises(NotFound):
        desk.raise_concern(household=f"{HERE}-H999")


def test_what_a_concern_says_is_read_by_few_and_each_reading_is_noted(
    desk: Desk, concern: Concern
) -> None:
    assert desk.reveal_concern() == {"concern": CONCERN, "kind": "money", "note": NOTE}
    noted = sa.select(audit_entries.c.actor, audit_entries.c.subject, audit_entries.c.purpose)
    assert desk.session.execute(noted).all() == [(COORDINATOR.id, CONCERN, "home visit")]
    desk.actor = LIAISON
    with pytest.raises(Forbidden, match="does not deal with concerns"):
        desk.reveal_concern()
    (seen,) = desk.find_concerns()["items"]
    assert (seen["status"], seen["kind"]) == ("open", None)


def test_a_concern_can_be_closed_without_a_professional(desk: Desk, concern: Concern) -> None:
    assert desk.close_concern("unfounded").status is ConcernStatus.CLOSED
    desk.close_concern("unfounded")
    with pytest.raises(Conflict, match="closed is final"):
        desk.request_referral()
    assert desk.find_concerns(status="open")["total"] == 0


@pytest.mark.parametrize(("urgency", "days"), [("urgent", 1), ("soon", 3), ("routine", 10)])
def test_the_more_urgent_the_sooner_somebody_must_accept(
    desk: Desk, urgency: str, days: int
) -> None:
    desk.register()
    desk.raise_concern(urgency=urgency)
    desk.news()
    assert desk.request_referral().due_on == TODAY + timedelta(days=days)
    (event,) = desk.news()
    assert event["type"] == "referral.requested"
    assert event["data"]["due_on"] == (TODAY + timedelta(days=days)).isoformat()


def test_a_referral_goes_from_request_to_close_and_takes_the_need_along(
    desk: Desk, concern: Concern
) -> None:
    desk.request_referral()
    assert concern.status is ConcernStatus.REFERRED
    desk.consent_referral()
    desk.actor = WORKER
    assert desk.accept_referral().accepted_by == WORKER.id
    (need,) = concern.household.needs
    assert (need.status, need.close_reason) == (NeedStatus.REFERRED, CloseReason.PROFESSIONAL)
    assert desk.close_referral().status is ReferralStatus.CLOSED
    assert concern.status is ConcernStatus.CLOSED
    assert desk.news_types() == ["concern.raised", "referral.requested", "need.closed"]


def test_nobody_accepts_before_the_household_agrees(desk: Desk, concern: Concern) -> None:
    desk.request_referral()
    desk.actor = WORKER
    with pytest.raises(Conflict, match="requested and cannot become accepted"):
        desk.accept_referral()


def test_only_a_professional_accepts_and_closes(desk: Desk, concern: Concern) -> None:
    desk.request_referral()
    desk.consent_referral()
    for act in (desk.accept_referral, desk.close_referral):
        with pytest.raises(Forbidden, match="no social worker"):
            act()


def test_harm_to_a_child_is_reported_whoever_objects_and_nothing_else_is(desk: Desk) -> None:
    desk.register()
    desk.raise_concern()
    desk.request_referral()
    with pytest.raises(Invalid, match="harm to a child and domestic violence only"):
        desk.consent_referral("duty_to_report")
    desk.session.get_one(Concern, CONCERN).kind = "child_harm"  # type: ignore[assignment]
    desk.session.flush()
    desk.session.expire_all()
    assert desk.consent_referral("duty_to_report").status is ReferralStatus.CONSENTED


def test_a_consent_of_tomorrow_is_refused(desk: Desk, concern: Concern) -> None:
    desk.request_referral()
    with pytest.raises(Invalid, match="lies in the future"):
        desk.consent_referral(on=TODAY + timedelta(days=1))


@pytest.mark.parametrize("far", [0, 1, 2])
def test_whatever_stage_it_has_reached_a_referral_may_come_back(
    desk: Desk, concern: Concern, far: int
) -> None:
    steps: list[Callable[[], Referral]] = [desk.consent_referral, desk.accept_referral]
    desk.request_referral()
    desk.actor = WORKER
    for step in steps[:far]:
        step()
    desk.news()
    desk.return_referral("no_capacity")
    desk.return_referral("no_capacity")
    assert concern.status is ConcernStatus.OPEN
    (event,) = desk.news()
    assert (event["type"], event["data"]["reason"]) == ("referral.returned", "no_capacity")
    assert desk.request_referral("legal_aid").id == f"{CONCERN}-F2"


def test_a_concern_is_in_one_pair_of_hands_at_a_time(desk: Desk, concern: Concern) -> None:
    referral = desk.request_referral()
    assert desk.request_referral() is referral
    with pytest.raises(Conflict, match="referred already"):
        desk.request_referral("police")
    with pytest.raises(Invalid, match="with a professional"):
        desk.close_concern()
    assert desk.find_referrals(live=True)["total"] == 1


def test_what_nobody_accepts_in_time_is_told_once(desk: Desk, concern: Concern) -> None:
    due = desk.request_referral().due_on
    desk.news()
    assert desk.announce_referrals(today=due.isoformat()) == 0  # included
    late = due + timedelta(days=1)
    assert [desk.announce_referrals(today=late.isoformat()) for _ in range(2)] == [1, 0]
    (event,) = desk.news()
    assert event["type"] == "referral.overdue"
    assert event["data"] == {
        "community": HERE,
        "version": 2,
        "referral": REFERRAL,
        "concern": CONCERN,
        "household": HOME,
        "status": "requested",
        "due_on": due.isoformat(),
    }


def test_what_was_accepted_or_came_back_is_not_overdue(desk: Desk, concern: Concern) -> None:
    desk.request_referral()
    desk.consent_referral()
    desk.actor = WORKER
    desk.accept_referral()
    assert desk.announce_referrals(today="2028-01-01") == 0
    desk.return_referral()
    assert desk.announce_referrals(today="2028-01-01") == 0


def test_no_step_is_taken_that_is_not_in_the_table() -> None:
    tables: list[tuple[Any, Callable[..., None]]] = [
        (states.CONCERN, states.check_concern_step),
        (states.REFERRAL, states.check_referral_step),
    ]
    for table, check in tables:
        for now, to in product(table, repeat=2):
            if to in table[now]:
                check("F1", now, to)
            else:
                with pytest.raises(Conflict, match="cannot become"):
                    check("F1", now, to)


def test_dates_are_the_offices_own(desk: Desk) -> None:
    desk.register()
    desk.now = desk.now.replace(hour=17)  # past midnight in Shenyang
    assert desk.raise_concern().raised_on == date(2026, 11, 24)
