"""The explanation of every event agrees with the mails that arrived and with the inboxes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from notifications import rulebook
from servicekit import clock
from servicekit.testing import KEY
from smtp import SmtpServer
from stories import Story, told
from sunshine import sample
from sunshine.cli import group
from sunshine.place import Place

DAYS, PAIRINGS = 2, 40
"""Some of the sample's story: enough of each kind of event."""
STAFF = [f"{sample.COMMUNITY}-S0{number}" for number in range(1, 10)]


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    server = SmtpServer(tmp_path_factory.mktemp("mail"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, mails: SmtpServer) -> Iterator[Story]:
    """A match and three days of visits; mail goes out in the evenings and the mornings after."""
    overrides = {"FIELD_KEY": KEY, "SMTP_URL": mails.url}
    place = Place(tmp_path_factory.mktemp("explained"), overrides=overrides)
    with told(place) as found:
        found.prepare()
        sample.accept_all(found.system, sample.match(found.system)[:PAIRINGS], lambda *_: None)
        for number in range(1, DAYS + 1):
            day = sample.FIRST_DAY + timedelta(days=number)
            for hour in (9, 20):
                clock.travel(sample.at(day, hour))
                if hour == 20:
                    sample.live_day(found.system, day, number)
                found.rows()  # waits until all is quiet
                send(found)
        yield found


def send(story: Story) -> None:
    while any(story.system.call("notifications", "send_due", limit=1000).values()):
        pass


@pytest.fixture(scope="module")
def explained(story: Story) -> list[dict[str, Any]]:
    """The explanation of everything that happened and that any rule could speak of."""
    patterns = {rule.event for rule in rulebook.shipped()}
    ids = {event["id"] for event in story.events if event["type"] in patterns}
    assert len(ids) > 300
    return [
        story.system.call("notifications", "explain_notice", event=event) for event in sorted(ids)
    ]


def recipients(explained: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in explained:
        for rule in each["rules"]:
            yield from rule.get("told") or ()


def test_what_it_says_was_mailed_is_what_arrived(
    explained: list[dict[str, Any]], mails: SmtpServer
) -> None:
    said = {
        delivery["id"]
        for each in (*recipients(explained), *steps(explained))
        for delivery in each["deliveries"]
        if delivery["channel"] == "email" and delivery["state"] == "sent"
    }
    arrived = [mail["X-Sunshine-Delivery"].strip() for mail in mails.messages()]
    assert len(arrived) == len(set(arrived)) > 50
    assert said == set(arrived)


def steps(explained: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those who were told by an escalation."""
    for each in explained:
        for rule in each["rules"]:
            yield from (rule.get("escalation") or {"steps": []})["steps"]


def test_what_it_says_is_in_an_inbox_is_there(
    story: Story, explained: list[dict[str, Any]]
) -> None:
    said = {each["notification"] for each in recipients(explained) if each["notification"]}
    found = {item["id"] for staff in STAFF for item in inbox(story, staff)}
    assert said | {step["notification"] for step in steps(explained)} == found


def inbox(story: Story, staff: str) -> Iterator[dict[str, Any]]:
    page, total = 1, 1
    while (page - 1) * 500 < total:
        answer = story.system.call("notifications", "inbox", staff=staff, page=page, size=500)
        yield from answer["items"]
        page, total = page + 1, answer["total"]


def test_nothing_was_sent_before_it_was_due_and_what_was_deferred_says_why(
    explained: list[dict[str, Any]],
) -> None:
    reasons = set()
    for each in recipients(explained):
        for delivery in each["deliveries"]:
            reasons.add(delivery["deferred_for"])
            if delivery["sent_at"]:
                assert delivery["sent_at"] >= delivery["due_at"]
    assert {"quiet_hours", "grouping", None} <= reasons


def test_everybody_is_told_or_has_a_reason_why_not(explained: list[dict[str, Any]]) -> None:
    met = [rule for each in explained for rule in each["rules"] if rule["met"]]
    assert met
    for rule in met:
        both = [each["staff"] for each in rule["told"] + rule["not_told"]]
        assert sorted(both) == STAFF


def test_a_rule_that_was_not_met_names_the_field(explained: list[dict[str, Any]]) -> None:
    unmet = [rule for each in explained for rule in each["rules"] if not rule["met"]]
    assert {field for rule in unmet for field in rule["unmet"]} >= {"urgency"}


def test_a_set_of_rules_is_tried_on_what_happened(story: Story) -> None:
    answer = story.system.call("notifications", "check_rules", community=sample.COMMUNITY)
    assert answer["problems"] == []
    assert answer["events"] > 300
    counted = {(row["rule"], row["staff"]): row["count"] for row in answer["items"]}
    assert counted["pairing-proposed", STAFF[0]] > 0
    wrong = story.system.call(
        "notifications", "check_rules", community=sample.COMMUNITY, rules="- {name: x}"
    )
    assert any("x.event: is missing" in line for line in wrong["problems"])
    text = (Path(rulebook.__file__).parent / "rules.yml").read_text("utf-8")
    same = story.system.call("notifications", "check_rules", community=sample.COMMUNITY, rules=text)
    assert same["items"] == answer["items"]


def test_a_digest_says_which_visits_are_planned(story: Story) -> None:
    facts = {"community": sample.COMMUNITY, "code": "S77", "name": "新人", "role": "coordinator"}
    staff = story.system.call("notifications", "register_staff", **facts)["id"]
    today = (sample.FIRST_DAY + timedelta(days=DAYS)).isoweekday()
    weekly = {"digest": "weekly", "digest_weekday": today, "digest_at": "19:00"}
    story.system.call("notifications", "set_preferences", staff=staff, **weekly)
    send(story)
    (item,) = inbox(story, staff)
    assert item["rule"] == "digest"
    assert "计划到访" in item["body"]


def test_the_commands_show_it(tmp_path: Path) -> None:
    """On a system of their own: they start it, ask, and stop it."""
    wrong = tmp_path / "rules.yml"
    wrong.write_text("- {name: x}")
    run = CliRunner().invoke(group, ["--data", str(tmp_path / "v"), "rules", "check", str(wrong)])
    assert run.exit_code == 1
