"""The main job on the sample: the same on every broker and database, and done only once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from servicekit.errors import Forbidden
from servicekit.testing import KEY
from stories import Rows, ServersPlace, Story, told
from sunshine import sample
from sunshine.contracts import REFERENCE
from sunshine.place import Place


@pytest.fixture(scope="module")
def on_embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    place = Place(tmp_path_factory.mktemp("embedded"), overrides={"FIELD_KEY": KEY})
    with told(place) as story:
        story.prepare()
        story.live()
        yield story


@pytest.fixture(scope="module")
def on_servers(
    tmp_path_factory: pytest.TempPathFactory,
    rabbitmq_uri: str,
    make_database: Callable[[str], str],
    on_embedded: Story,  # first the one, then the other: they share this process's clock
) -> Iterator[tuple[Story, Rows]]:
    embedded_rows = on_embedded.rows()
    urls = {name: make_database(name) for name in ("households", "volunteers", "notifications")}
    place = ServersPlace(tmp_path_factory.mktemp("servers"), rabbitmq_uri, urls)
    with told(place) as story:
        story.prepare()
        story.live()
        yield story, embedded_rows


def test_every_household_is_verified_and_most_needs_are_covered(on_embedded: Story) -> None:
    answer = on_embedded.system.call("households", "coverage", community=sample.COMMUNITY)
    assert answer["households"]["verified"] == 68
    assert len(answer["cells"]) == 68
    total = sum(row["total"] for row in answer["kinds"])
    matched = sum(row["matched"] for row in answer["kinds"])
    assert total >= 100
    assert matched / total >= 0.75


def test_every_need_that_is_not_covered_has_a_reason_in_both_languages(on_embedded: Story) -> None:
    items = on_embedded.system.call("volunteers", "unmatched", community=sample.COMMUNITY)["items"]
    still_open = sample.pages(on_embedded.system, "households", "find_needs", status="open")
    assert {item["need"] for item in items} == {need["id"] for need in still_open}
    assert len(items) >= 5
    for item in items:
        assert item["sentence"]["zh-CN"]
        assert item["sentence"]["en"]


def test_servers_and_embedded_give_the_same_rows(on_servers: tuple[Story, Rows]) -> None:
    story, embedded_rows = on_servers
    rows = story.rows()
    assert rows.keys() == embedded_rows.keys()
    for table, expected in embedded_rows.items():
        assert rows[table] == expected, table
    for table in ("volunteers.pairings", "volunteers.visits", "notifications.notifications"):
        assert rows[table], f"{table} is empty"


def test_importing_matching_and_certifying_again_changes_nothing(on_embedded: Story) -> None:
    before, events = on_embedded.rows(), len(ours(on_embedded))
    on_embedded.prepare()
    on_embedded.system.call("volunteers", "match", community=sample.COMMUNITY, dry_run=False)
    assert on_embedded.rows() == before
    assert ours(on_embedded)[events:] == []


def ours(story: Story) -> list[dict[str, Any]]:
    return [event for event in story.events if event["source"] != "civil_affairs"]


def test_every_event_on_the_wire_is_as_its_committed_schema_says(on_embedded: Story) -> None:
    seen = {event["type"] for event in on_embedded.events}
    assert {"household.certified", "need.raised", "pairing.started", "visit.missed"} <= seen
    for event in on_embedded.events:
        schema = json.loads((REFERENCE / "schemas" / f"{event['type']}.json").read_text())
        Draft202012Validator(schema).validate(event["data"])


def test_no_event_carries_personal_data(on_embedded: Story) -> None:
    texts = [str(event) for event in on_embedded.events]
    assert len(texts) > 500
    secrets = set(personal_data())
    assert len(secrets) > 500
    for text in texts:
        assert not [secret for secret in secrets if secret in text]


def personal_data() -> Iterator[str]:
    columns = {
        "name",
        "phone",
        "identity_number",
        "address",
        "guardian_name",
        "guardian_phone",
        "email",
        "note",
    }
    for file in ("households", "volunteers", "staff", "needs"):
        with (sample.find_examples() / f"{file}.csv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                yield from (text for column, text in row.items() if column in columns and text)


def test_staff_of_another_community_are_refused_at_the_door(on_embedded: Story) -> None:
    stranger = on_embedded.system.acting("210103008002-S01", "coordinator", "210103008002")
    pairing = f"{sample.COMMUNITY}-H005-N1-A1"
    for method, arguments in (
        ("match", {"community": sample.COMMUNITY}),
        ("get_pairing", {"pairing": pairing}),
        ("end_pairing", {"pairing": pairing, "on": "2026-12-24", "reason": "other"}),
    ):
        with pytest.raises(Forbidden):
            stranger.call("volunteers", method, **arguments)


def test_nothing_is_parked_or_left_on_its_way(on_embedded: Story) -> None:
    for service in ("households", "volunteers", "notifications"):
        status = on_embedded.system.call(service, "status")
        assert (status["outbox"], status["queued"], status["parked"]) == (0, 0, 0)
