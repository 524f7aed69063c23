"""Camp, club, associations and teachers of the sample, over the broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from servicekit import clock
from servicekit.testing import KEY
from stories import Story, told
from sunshine import sample, together
from sunshine.importing import import_file
from sunshine.place import Place
from sunshine.system import Remote, settle
from volunteers.service import VolunteersService

DAY = sample.FIRST_DAY + timedelta(days=1)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    place = Place(tmp_path_factory.mktemp("together"), overrides={"FIELD_KEY": KEY})
    with told(place) as story:
        for kind in ("partners", "staff", "volunteers"):
            file = sample.find_examples() / f"{kind}.csv"
            import_file(story.system, sample.COMMUNITY, kind, file, dry_run=False)
        clock.travel(sample.at(DAY, 20))
        come_together(story.system, place.broker)
        yield story


def come_together(system: Remote, broker: str) -> None:
    """An evening on which all of it is under way."""
    together.meet(system)
    together.announce_break(broker, DAY + timedelta(days=21), DAY + timedelta(days=56))
    settle(system)
    together.open_camp(system, days=5)
    together.hold_talk(system, DAY)
    together.found_associations(system, DAY + timedelta(days=1), together.WEEKLY)
    together.offer_services(system)
    together.ask_for_services(system, DAY)
    settle(system)


def sessions(story: Story, kind: str) -> list[dict[str, Any]]:
    span = {"from": "2026-01-01", "until": "2027-12-31"}
    found = sample.pages(story.system, "volunteers", "find_sessions", **span)
    return [each for each in found if each["kind"] == kind]


def test_the_camp_is_on_the_working_days_of_the_break_that_the_school_told(story: Story) -> None:
    days = [each["on"] for each in sessions(story, "camp")]
    assert days[0] == (DAY + timedelta(days=21)).isoformat()
    assert len(days) == 25  # New Year is a public holiday


def test_no_day_has_more_children_than_its_adults_look_after(story: Story) -> None:
    opened = [each for each in sessions(story, "camp") if each["held"]]
    assert [each["held"] for each in opened] == [8] * 5
    assert {each["waiting"] for each in opened} == {together.CHILDREN - 8}
    for each in opened:
        assert each["held"] <= each["ratio"] * each["adults"]


def test_siblings_have_places_together_or_wait_together(story: Story) -> None:
    for each in sessions(story, "camp")[:5]:
        asked = {"session": each["id"], "size": 500}
        found = story.system.call("volunteers", "find_enrolments", **asked)["items"]
        sides: dict[str, set[bool]] = {}
        for row in found:
            sides.setdefault(row["party"], set()).add(row["state"] == "waitlisted")
        assert [party for party, side in sides.items() if len(side) > 1] == []


def test_the_talk_was_held_and_its_materials_are_there(story: Story) -> None:
    (talk,) = sessions(story, "talk")
    assert (talk["state"], talk["states"]) == ("closed", {"attended": 7, "absent": 1})
    (topic,) = story.system.call("volunteers", "list_topics", community=sample.COMMUNITY)
    assert topic["activity"] == talk["activity"]


def test_meetings_count_on_the_members(story: Story) -> None:
    found = sessions(story, "meeting")
    assert {each["state"] for each in found} == {"announced"}
    assert all(each["held"] in (3, 4) for each in found)


def test_teachers_requests_have_come_as_far_as_they_went(story: Story) -> None:
    found = sample.pages(story.system, "volunteers", "find_service_requests")
    states = Counter(each["state"] for each in found)
    assert states == {"requested": 1, "assigned": 1, "scheduled": 1, "done": 3}


def test_all_of_it_is_told_and_nothing_is_parked(story: Story) -> None:
    types = Counter(event["type"] for event in story.events)
    for wanted in ("session.announced", "enrolment.offered", "session.closed", "service.rated"):
        assert types[wanted], wanted
    for service in ("households", "volunteers", "notifications"):
        assert story.system.call(service, "status")["parked"] == 0


def test_the_rounds_take_back_old_offers_and_tell_of_days_without_adults(story: Story) -> None:
    clock.travel(sample.at(DAY + timedelta(days=4), 9))
    service: Any = VolunteersService()
    service.database = story.host.extension("volunteers", "database")
    service.session_round()
    service.daily_round()
    settle(story.system)
    opened = sessions(story, "camp")[0]
    assert opened["states"]["confirmed"] == opened["held"] == 8
    clock.travel(sample.at(DAY + timedelta(days=24), 9))
    service.session_round()
    settle(story.system)
    told = [each for each in story.events if each["type"] == "session.understaffed"]
    assert {each["data"]["adults"] for each in told} == {0, 2}
