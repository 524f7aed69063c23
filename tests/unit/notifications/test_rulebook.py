"""The rules that ship, and how a wrong set of rules is refused."""

from pathlib import Path

import pytest
import yaml

from notifications import rulebook
from notifications.contracts import CONSUMED
from notifications.domain.codes import ChannelCode, StaffRole, Urgency
from notifications.domain.rules import topic_matches
from notifications.rulebook import RulesError, read

GOOD = {
    "name": "visit-missed",
    "event": "visit.missed",
    "subject": ["visit"],
    "roles": ["coordinator"],
    "template": "visit-missed",
}

MAIN_FLOW = {
    "household.verified": {StaffRole.DIRECTOR},
    "household.exited": {StaffRole.COORDINATOR},
    "need.closed": {StaffRole.COORDINATOR},
    "review.due": {StaffRole.COORDINATOR},
    "concern.raised": {StaffRole.SOCIAL_WORKER, StaffRole.DIRECTOR},
    "referral.requested": {StaffRole.SOCIAL_WORKER},
    "referral.returned": {StaffRole.COORDINATOR, StaffRole.SOCIAL_WORKER},
    "referral.overdue": {StaffRole.SOCIAL_WORKER, StaffRole.DIRECTOR},
    "feedback.mismatched": {StaffRole.SOCIAL_WORKER},
    "pairing.proposed": {StaffRole.COORDINATOR},
    "pairing.declined": {StaffRole.COORDINATOR},
    "pairing.started": {StaffRole.COORDINATOR},
    "pairing.ended": {StaffRole.COORDINATOR},
    "visit.missed": {StaffRole.COORDINATOR, StaffRole.SOCIAL_WORKER},
    "visit.unsafe": {StaffRole.SOCIAL_WORKER, StaffRole.DIRECTOR},
    "volunteer.unavailable": {StaffRole.COORDINATOR, StaffRole.SCHOOL_LIAISON},
    "clearance.expiring": {StaffRole.SCHOOL_LIAISON},
    "session.understaffed": {StaffRole.COORDINATOR, StaffRole.DIRECTOR},
    "enrolment.offered": {StaffRole.COORDINATOR},
    "pickup.overdue": {StaffRole.COORDINATOR, StaffRole.SOCIAL_WORKER},
    "gift.offered": {StaffRole.COORDINATOR},
    "gift.delivered": {StaffRole.COORDINATOR},
    "project.submitted": {StaffRole.DIRECTOR, StaffRole.ADMINISTRATOR},
    "project.overdue": {StaffRole.DIRECTOR, StaffRole.ADMINISTRATOR},
    "service.overdue": {StaffRole.COORDINATOR},
    "delivery.failed": {StaffRole.ADMINISTRATOR},
    "notification.escalated": {StaffRole.DIRECTOR},
}


def refusal(**changed: object) -> str:
    with pytest.raises(RulesError) as refused:
        read(yaml.safe_dump([{**GOOD, **changed}]))
    return str(refused.value)


@pytest.mark.parametrize("topic", MAIN_FLOW)
def test_every_event_of_the_main_flow_has_its_audience(topic: str) -> None:
    rules = [each for each in rulebook.shipped() if topic_matches(each.event, topic)]
    assert {role for each in rules for role in each.roles} == MAIN_FLOW[topic]


def test_every_shipped_rule_hears_an_event_that_is_consumed() -> None:
    for each in rulebook.shipped():
        assert any(topic_matches(each.event, topic) for topic in CONSUMED), each.name


@pytest.mark.parametrize("topic", CONSUMED)
def test_every_event_that_is_published_today_has_a_rule(topic: str) -> None:
    assert any(topic_matches(each.event, topic) for each in rulebook.shipped())


def test_a_rule_that_names_nobody_is_refused() -> None:
    assert "visit-missed.roles: is empty; name at least one role" in refusal(roles=[])


def test_an_escalation_needs_a_deadline_and_a_group_a_window() -> None:
    assert "acknowledge_minutes: is missing" in refusal(escalate_to=["director"])
    assert "group_minutes: goes together with group_by" in refusal(group_by=["aid_kind"])


def test_what_settles_a_rule_must_speak_of_its_subject() -> None:
    assert "nothing.said is no event" in refusal(resolved_by=["nothing.said"])
    assert "review.due has no field visit" in refusal(resolved_by=["review.due"])


def test_a_community_changes_a_rule_or_switches_it_off() -> None:
    changed = rulebook.effective({"visit-missed": {**GOOD, "urgency": "urgent"}, "review-due": {}})
    by_name = {each.name: each for each in changed}
    assert by_name["visit-missed"].urgency is Urgency.URGENT
    assert "review-due" not in by_name
    assert len(changed) == len(rulebook.shipped()) - 1


def test_an_unsafe_visit_is_urgent() -> None:
    (unsafe,) = [each for each in rulebook.shipped() if each.event == "visit.unsafe"]
    assert unsafe.urgency is Urgency.URGENT


def test_a_failed_mail_is_never_reported_by_mail() -> None:
    (failed,) = [each for each in rulebook.shipped() if each.event == "delivery.failed"]
    assert failed.channels == (ChannelCode.INAPP,)


def test_a_good_rule_is_read() -> None:
    (rule,) = read(yaml.safe_dump([GOOD]))
    assert rule.name == "visit-missed"
    assert rule.urgency is Urgency.ROUTINE


def test_a_wrong_role_is_refused_by_the_rules_name_with_the_roles_there_are() -> None:
    text = refusal(roles=["boss"])
    assert text.startswith("visit-missed.roles.0: ")
    assert "coordinator" in text


def test_an_event_that_nobody_publishes_is_refused() -> None:
    assert "visit-missed.event: visit.forgotten matches no event; use one of" in refusal(
        event="visit.forgotten"
    )


def test_a_subject_that_the_event_lacks_is_refused() -> None:
    assert "visit-missed.subject: visit.missed has no field vist" in refusal(subject=["vist"])


def test_a_subject_that_an_event_may_leave_out_is_refused() -> None:
    assert "visit.missed has no field outcome" in refusal(subject=["visit", "outcome"])


def test_a_condition_on_an_unknown_field_is_refused() -> None:
    assert "visit-missed.when: visit.missed has no field weather" in refusal(when={"weather": "x"})


def test_an_unknown_comparison_is_refused_with_those_there_are() -> None:
    text = refusal(when={"in_a_row": {"more_than": 2}})
    assert "visit-missed.when.in_a_row: has no comparison more_than; use one of: at_least" in text


def test_a_template_that_does_not_exist_is_refused_with_the_file_to_add() -> None:
    assert "add templates/nothing.zh-CN.j2" in refusal(template="nothing")


def test_an_unknown_key_is_refused() -> None:
    assert "visit-missed.urgancy: is not known here" in refusal(urgancy="today")


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(RulesError, match="visit-missed: name: stands there more than once"):
        read(yaml.safe_dump([GOOD, GOOD]))


@pytest.mark.parametrize("text", ["{", "name: x", "- just words"])
def test_what_is_no_list_of_rules_is_refused(text: str) -> None:
    with pytest.raises(RulesError):
        read(text)


def test_the_rules_ship_as_data_beside_the_code() -> None:
    assert (Path(rulebook.__file__).parent / "rules.yml").is_file()
