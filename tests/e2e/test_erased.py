"""Whoever is erased is erased in every service's database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from households.service import HouseholdsService
from servicekit import clock
from servicekit.errors import Conflict
from stories import ServersPlace, Story, told
from sunshine import sample
from sunshine.system import settle


@pytest.fixture(scope="module")
def matched(
    tmp_path_factory: pytest.TempPathFactory,
    rabbitmq_uri: str,
    make_database: Callable[[str], str],
) -> Iterator[tuple[Story, list[dict[str, Any]]]]:
    """The sample, matched, on servers; and the pairings proposed."""
    urls = {name: make_database(name) for name in ("households", "volunteers", "notifications")}
    place = ServersPlace(tmp_path_factory.mktemp("servers"), rabbitmq_uri, urls)
    with told(place) as story:
        story.prepare()
        run = {"community": sample.COMMUNITY, "dry_run": False}
        yield story, story.system.call("volunteers", "match", **run)["proposed"]


def three_years_later(story: Story) -> None:
    """The round of the households service comes, and the clock goes back."""
    now = clock.now()
    service: Any = HouseholdsService()
    service.database = story.host.extension("households", "database")
    clock.travel(now + timedelta(days=1096))
    service.daily_round()
    settle(story.system)
    clock.travel(now)


def rows_about(story: Story, key: str, row: dict[str, Any]) -> list[str]:
    """Every row of every table that names ``key`` and the place where ``row`` lives."""
    everything = (str(each) for rows in story.rows().values() for each in rows)
    words = (key, str(row["latitude"]), str(row["longitude"]))
    return [each for each in everything if all(word in each for word in words)]


def living_apart(
    story: Story, pairings: Iterable[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairings of two who live apart, and the volunteer."""
    for each in pairings:
        household = each["need"].rpartition("-")[0]
        there = story.system.call("households", "get_household", household=household)
        here = story.system.call("volunteers", "get_volunteer", volunteer=each["volunteer"])
        if here["latitude"] != there["latitude"] and here["longitude"] != there["longitude"]:
            yield each, here


def test_of_an_erased_household_no_service_knows_where_it_lived(
    matched: tuple[Story, list[dict[str, Any]]],
) -> None:
    story, (proposed, *_) = matched
    household = proposed["need"].rpartition("-")[0]
    lived = story.system.call("households", "get_household", household=household)
    assert rows_about(story, household, lived)
    leaves = {"household": household, "reason": "own_wish", "on": str(sample.FIRST_DAY)}
    story.system.call("households", "exit_household", **leaves)
    settle(story.system)
    three_years_later(story)
    erased = story.system.call("households", "erase_household", household=household)
    assert (erased["erased_on"], erased["version"]) == ("2029-11-23", lived["version"] + 2)
    assert rows_about(story, household, lived) == []
    with pytest.raises(Conflict, match="has been erased"):
        story.system.call("volunteers", "explain_pairing", pairing=proposed["pairing"])


def test_of_an_erased_volunteer_no_pairing_tells_where_the_home_was(
    matched: tuple[Story, list[dict[str, Any]]],
) -> None:
    story, pairings = matched
    proposed, lived = next(living_apart(story, reversed(pairings)))
    volunteer = lived["id"]
    assert rows_about(story, volunteer, lived)
    story.system.call("volunteers", "release_volunteer", volunteer=volunteer, reason="moved")
    settle(story.system)
    story.system.call("volunteers", "erase_volunteer", volunteer=volunteer)
    assert rows_about(story, volunteer, lived) == []
    with pytest.raises(Conflict, match="has been erased"):
        story.system.call("volunteers", "explain_pairing", pairing=proposed["pairing"])
