"""Households are called about some of their visits; what contradicts the report is looked into."""

import hashlib
from datetime import timedelta

import pytest

from households.domain import feedback as rules
from households.domain.feedback import FeedbackStatus
from households.models import FeedbackCall
from households.usecases import feedback
from servicekit.errors import Conflict, Invalid, NotFound
from unit.households.givens import HERE, HOME, NOTE, TODAY, VISIT, Desk


@pytest.fixture
def planned(desk: Desk) -> FeedbackCall:
    """A visit about which the household is to be called."""
    desk.register()
    desk.visited()
    desk.news()
    return desk.session.get_one(FeedbackCall, f"{VISIT}-FB")


def test_a_visit_in_the_sample_is_to_be_asked_about_within_a_week(
    desk: Desk, planned: FeedbackCall
) -> None:
    assert planned.status is FeedbackStatus.PLANNED
    assert planned.due_on == TODAY + timedelta(days=7)
    desk.visited()
    assert desk.find_feedback(status="planned")["total"] == 1


def test_a_visit_that_is_not_in_the_sample_is_not_asked_about(desk: Desk) -> None:
    desk.register()
    data = {"visit": VISIT, "household": HOME, "on": TODAY}
    assert feedback.follow_visit(desk.session, data, percent=0) is None
    assert desk.find_feedback()["total"] == 0


def test_the_sample_is_as_large_as_it_shall_be() -> None:
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(10_000)]
    chosen = sum(rules.is_chosen(digest, 5) for digest in digests)
    assert 430 < chosen < 570  # 500, give or take three standard deviations
    assert not any(rules.is_chosen(digest, 0) for digest in digests)
    assert all(rules.is_chosen(digest, 100) for digest in digests)


def test_what_confirms_the_report_is_kept_and_told_nobody(
    desk: Desk, planned: FeedbackCall
) -> None:
    desk.record_feedback(satisfaction=5, note=NOTE)
    desk.record_feedback(satisfaction=5, note=NOTE)
    assert (planned.status, planned.satisfaction, planned.called_on) == ("done", 5, TODAY)
    assert planned.note == NOTE
    assert desk.news() == []


@pytest.mark.parametrize("outcome", ["not_visited", "somebody_else", "too_short"])
def test_what_contradicts_the_report_is_told(
    desk: Desk, planned: FeedbackCall, outcome: str
) -> None:
    desk.record_feedback(outcome)
    (event,) = desk.news()
    assert event["type"] == "feedback.mismatched"
    assert event["data"] == {
        "community": HERE,
        "version": 2,
        "feedback": planned.id,
        "household": HOME,
        "visit": VISIT,
        "outcome": outcome,
    }


def test_what_was_said_is_not_said_otherwise_later(desk: Desk, planned: FeedbackCall) -> None:
    desk.record_feedback("unreachable")
    with pytest.raises(Conflict, match="is done, with unreachable"):
        desk.record_feedback("confirmed")


def test_satisfaction_is_from_one_to_five(desk: Desk, planned: FeedbackCall) -> None:
    with pytest.raises(Invalid, match="satisfaction"):
        desk.record_feedback(satisfaction=6)


def test_a_call_that_nobody_planned_is_not_recorded(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.record_feedback()
