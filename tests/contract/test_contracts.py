"""The contract that others rely on: complete, in step with the code, and free of personal data."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import marshmallow as ma
import pytest
import yaml

from notifications import rulebook
from notifications.domain.rules import topic_matches
from servicekit.service import EXTERNAL
from sunshine import contracts
from sunshine.contracts import EventType, Handler

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / contracts.REFERENCE
FOUND = contracts.collect()
EVENTS = [FOUND.events[name] for name in sorted(FOUND.events)]
HEARD = [(handler, type_) for handler in FOUND.handlers for type_ in handler.views]
PERSONAL = re.compile(
    r"name|phone|mobile|tel$|address|street|building|identity|id_number|birth|age$|diagnos|health"
    r"|note|remark|text|comment|email|mail|guardian|photo"
)

any_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)


def test_the_committed_reference_is_what_the_code_says() -> None:
    assert contracts.differences(REFERENCE) == [], "write it anew with: make contracts"


def test_the_reference_is_the_same_each_time_it_is_made(tmp_path: Path) -> None:
    contracts.write(tmp_path)
    contracts._converter.cache_clear()
    contracts.collect.cache_clear()
    assert contracts.differences(tmp_path) == []


def test_a_check_tells_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contracts.write(tmp_path)
    (tmp_path / "rpc.md").write_text("old\n")
    (tmp_path / "asyncapi.yaml").unlink()
    (tmp_path / "schemas" / "need.lost.json").write_text("{}")
    assert contracts.main(["--check", "--folder", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "need.lost.json: describes nothing that exists" in told
    assert "asyncapi.yaml: is missing" in told
    assert re.search(r"rpc.md: \d+ lines to add, 1 to remove", told)
    assert contracts.main(["--folder", str(tmp_path)]) == 0
    assert contracts.main(["--check", "--folder", str(tmp_path)]) == 0


def test_every_service_is_there() -> None:
    assert {event.publisher for event in EVENTS} == {*contracts.SERVICES, EXTERNAL}
    assert {method.service for method in FOUND.methods} == set(contracts.SERVICES)


@any_event
def test_an_event_type_is_a_noun_and_a_past_verb(event: EventType) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(\.v[2-9])?", event.name)


@any_event
def test_of_every_event_that_a_service_publishes_a_shipped_rule_tells_somebody(
    event: EventType,
) -> None:
    if event.publisher in contracts.SERVICES:
        assert [rule for rule in rulebook.shipped() if topic_matches(rule.event, event.name)]


@any_event
def test_every_event_type_says_what_it_means(event: EventType) -> None:
    assert len(contracts.text_of(event.schema)) > 15


@any_event
def test_every_event_type_has_a_sample_that_is_valid(event: EventType) -> None:
    schema = contracts.document(event)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(event.sample)
    assert event.sample is not None
    event.schema(unknown=ma.RAISE).load(event.sample)


@any_event
def test_the_schema_refuses_a_sample_without_a_required_field(event: EventType) -> None:
    schema = contracts.document(event)
    for name in schema["required"]:
        short = {key: value for key, value in (event.sample or {}).items() if key != name}
        with pytest.raises(jsonschema.ValidationError, match=f"'{name}' is a required property"):
            jsonschema.validate(short, schema)


@any_event
def test_no_field_of_an_event_smells_of_a_person(event: EventType) -> None:
    names = {path.rpartition(".")[2] for path in paths(contracts.json_schema(event.schema))}
    assert [name for name in names if PERSONAL.search(name)] == []


@any_event
def test_no_text_of_an_event_is_free(event: EventType) -> None:
    """A published text is an id, a code, a date or a time: nothing that anybody wrote."""
    if event.publisher == EXTERNAL:
        return  # what others send is theirs; it is read field by field and not passed on
    free = [
        path
        for path, about in paths(contracts.json_schema(event.schema)).items()
        if "string" in about.get("type", "") and not about.keys() & {"pattern", "enum", "format"}
    ]
    assert free == []


def paths(schema: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """Every property by its path, nested ones too."""
    found = {}
    for name, about in schema.get("properties", {}).items():
        found[path + name] = about.get("items", about)
        found |= paths(about.get("items", about), f"{path}{name}.")
    return found


@any_event
def test_every_event_type_is_in_the_asyncapi_document(event: EventType) -> None:
    document = asyncapi()
    message = document["components"]["messages"][event.name]
    assert message["payload"] == contracts.json_schema(event.schema)
    exchange = "civil_affairs" if event.publisher == EXTERNAL else event.publisher
    assert event.name in document["channels"][f"{exchange}.events"]["messages"]
    if event.publisher != EXTERNAL:
        sent = document["operations"][f"{event.publisher}.publish"]["messages"]
        assert {"$ref": f"#/channels/{exchange}.events/messages/{event.name}"} in sent


def asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((REFERENCE / "asyncapi.yaml").read_text())
    return document


def test_the_asyncapi_document_has_the_structure_of_version_3() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for channel in document["channels"].values():
        assert channel["bindings"]["amqp"]["exchange"]["type"] == "topic"
        assert set(channel) <= {"address", "description", "messages", "bindings"}
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert operation["messages"]
        channel = operation["channel"]["$ref"]
        assert all(
            each["$ref"].startswith(f"{channel}/messages/") for each in operation["messages"]
        )
    for message in document["components"]["messages"].values():
        for example in message.get("examples", []):
            jsonschema.validate(example["payload"], message["payload"])
            jsonschema.validate(example["headers"], document["components"]["schemas"]["headers"])


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


@pytest.mark.parametrize(
    ("handler", "type_"), HEARD, ids=[f"{handler.queue}-{type_}" for handler, type_ in HEARD]
)
def test_what_a_service_hears_is_published_with_all_that_it_needs(
    handler: Handler, type_: str
) -> None:
    event = FOUND.events[type_]
    assert event.publisher in handler.sources
    assert handler.views[type_](unknown=ma.EXCLUDE).load(dict(event.sample or {}))
    said = set(contracts.json_schema(event.schema)["required"])
    needed = set(contracts.json_schema(handler.views[type_]).get("required", []))
    assert needed <= said


@pytest.mark.parametrize(
    ("handler", "type_"), HEARD, ids=[f"{handler.queue}-{type_}" for handler, type_ in HEARD]
)
def test_a_service_knows_every_code_that_it_may_hear(handler: Handler, type_: str) -> None:
    said = paths(contracts.json_schema(FOUND.events[type_].schema))
    heard = paths(contracts.json_schema(handler.views[type_]))
    for path in said.keys() & heard.keys():
        if "enum" in heard[path]:
            assert set(said[path].get("enum", ["anything"])) <= set(heard[path]["enum"]), path


@pytest.mark.parametrize("service", contracts.SERVICES)
def test_what_a_service_says_it_hears_is_what_its_handlers_hear(service: str) -> None:
    import importlib

    said = importlib.import_module(f"{service}.contracts").CONSUMED
    heard = {
        type_ for handler in FOUND.handlers if handler.service == service for type_ in handler.views
    }
    assert set(said) == heard


def test_every_queue_and_every_call_is_documented() -> None:
    events, calls = (REFERENCE / "events.md").read_text(), (REFERENCE / "rpc.md").read_text()
    assert [each.queue for each in FOUND.handlers if f"`{each.queue}`" not in events] == []
    named = [f"### {each.service}.{each.name}\n" for each in FOUND.methods]
    assert [name for name in named if name not in calls] == []


def test_no_queue_is_orphaned_by_renaming_a_handler() -> None:
    """Whoever renames one writes down how the old queue is emptied, and changes this list."""
    assert sorted(handler.queue for handler in FOUND.handlers) == [
        "households.follow_certificate",
        "households.follow_decertification",
        "households.follow_pairing",
        "households.follow_receipt",
        "households.follow_visits",
        "notifications.notice",
        "notifications.notice_request",
        "volunteers.close_need",
        "volunteers.copy_need",
        "volunteers.doubt_visit",
        "volunteers.follow_break",
        "volunteers.forget_household",
    ]
