"""Events on the wire: three forms that are read, one that is written, and what cannot be read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from servicekit.events import MAX_BODY_BYTES, Event, Unreadable, event_id, read, write

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DATA = {"community": "210103008001", "thing": "东西-1", "version": 3}
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HEADERS = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "a", "ce-type": "thing.made"}


def receive(
    body: bytes | str,
    headers: dict[str, Any] | None = None,
    content_type: str | None = "application/json",
    message_id: str | None = None,
) -> Event:
    return read(
        body,
        content_type=content_type,
        headers=headers or {},
        exchange="civil_affairs.events",
        routing_key="household.certified",
        message_id=message_id,
        now=NOW,
    )


def as_bytes(content: Any) -> bytes:
    return json.dumps(content).encode()


def structured(**changes: Any) -> bytes:
    event = {"specversion": "1.0", "id": "e1", "source": "a", "type": "thing.made", "data": DATA}
    return as_bytes({name: value for name, value in (event | changes).items() if value is not None})


def test_the_same_thing_in_the_same_version_is_the_same_event() -> None:
    assert (
        event_id("need.raised", "210103008001-H001-N1", 2) == "need.raised:210103008001-H001-N1:2"
    )


@pytest.mark.parametrize("trace", [TRACE, None])
def test_what_is_written_reads_back_the_same(trace: str | None) -> None:
    event = Event("thing.made", "a", "东西-1", "thing.made:东西-1:3", NOW, DATA, trace)
    body, headers = write(event)
    assert receive(body, dict(headers)) == event


def test_an_event_is_written_in_binary_mode_with_every_attribute_of_the_contract() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    body, headers = write(Event("thing.made", "a", "t1", "thing.made:t1:3", elsewhere, DATA, TRACE))
    assert json.loads(body) == DATA
    assert headers == {
        "ce-specversion": "1.0",
        "ce-id": "thing.made:t1:3",
        "ce-source": "a",
        "ce-type": "thing.made",
        "ce-subject": "t1",
        "ce-time": "2026-11-23T08:30:00+00:00",
        "ce-dataschema": "urn:sunshine:a:thing.made",
        "traceparent": TRACE,
    }


def test_an_event_does_not_show_its_data_in_logs() -> None:
    assert "东西" not in repr(Event("thing.made", "a", "t1", "e1", NOW, DATA))


@pytest.mark.parametrize(
    "content_type",
    ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=utf-8"],
)
def test_structured_mode_is_understood(content_type: str) -> None:
    body = structured(subject="t1", time="2026-11-20T10:00:00Z", traceparent=TRACE)
    assert receive(body, content_type=content_type) == Event(
        "thing.made", "a", "t1", "e1", datetime(2026, 11, 20, 10, tzinfo=UTC), DATA, TRACE
    )


@pytest.mark.parametrize("prefix", ["ce-", "CE-", "cloudEvents:", "cloudEvents_"])
def test_every_sdk_spelling_of_the_attribute_headers_is_understood(prefix: str) -> None:
    headers = {f"{prefix}{key[3:]}": value for key, value in HEADERS.items()}
    event = receive(as_bytes(DATA), headers)
    assert (event.type, event.source, event.id, event.data) == ("thing.made", "a", "e1", DATA)


def test_attributes_decide_and_not_the_exchange() -> None:
    event = receive(as_bytes(DATA), HEADERS, content_type=None)
    assert (event.type, event.source) == ("thing.made", "a")


def test_the_trace_of_a_foreign_system_is_kept() -> None:
    assert receive(as_bytes(DATA), HEADERS | {"traceparent": TRACE}).traceparent == TRACE


@pytest.mark.parametrize("time", [None, "yesterday", 1795422600000, ""])
def test_an_event_without_a_readable_time_happened_when_it_arrived(time: Any) -> None:
    assert receive(as_bytes(DATA), HEADERS | {"ce-time": time}).time == NOW


def test_a_time_without_a_zone_is_utc() -> None:
    event = receive(as_bytes(DATA), HEADERS | {"ce-time": "2026-11-20T10:00:00"})
    assert event.time == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_bare_payload_takes_its_type_from_the_routing_key_and_its_source_from_the_exchange() -> (
    None
):
    event = receive(as_bytes(DATA), {"nameko.call_id_stack": ["x"]})
    assert (event.type, event.source) == ("household.certified", "civil_affairs")
    assert (event.subject, event.time, event.data) == ("", NOW, DATA)


def test_a_bare_payload_sent_again_is_the_same_event_and_another_one_is_not() -> None:
    first, again = receive(as_bytes(DATA)), receive(as_bytes(DATA))
    other = receive(as_bytes({**DATA, "version": 4}))
    assert first.id == again.id != other.id


def test_the_message_id_of_a_bare_payload_is_its_identity() -> None:
    assert receive(as_bytes(DATA), message_id="m-7").id == "m-7"


def test_the_same_bytes_of_another_type_are_another_event() -> None:
    def bare(routing_key: str) -> str:
        return read(
            b"{}",
            content_type=None,
            headers={},
            exchange="x.events",
            routing_key=routing_key,
            message_id=None,
            now=NOW,
        ).id

    assert bare("a.b") != bare("a.c")


BAD_BODIES = {
    "empty": (b"", "not JSON"),
    "text": (b"hello", "not JSON"),
    "not UTF-8": (b'{"name": "\xff\xfe"}', "not JSON in UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not JSON in UTF-8"),
    "pickle": (b"\x80\x04\x95\x10\x00", "not JSON"),
    "half": (b'{"a": 1', "not JSON"),
    "two documents": (b"{} {}", "not JSON"),
    "a list": (b"[1, 2]", "a JSON list"),
    "a text": (b'"x"', "a JSON str"),
    "null": (b"null", "a JSON NoneType"),
    "NaN": (b'{"a": NaN}', "not JSON"),
    "infinity": (b'{"a": -Infinity}', "not JSON"),
    "100,000 deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not JSON"),
    "6,000 digits": (b'{"a": ' + b"9" * 6_000 + b"}", "not JSON"),
    "too large": (b'{"a": "' + b"x" * MAX_BODY_BYTES + b'"}', "bytes; at most"),
}


@pytest.mark.parametrize(("body", "reason"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
@pytest.mark.parametrize("headers", [{}, HEADERS], ids=["bare", "binary"])
def test_a_bad_body_is_unreadable_and_says_why(
    body: bytes, reason: str, headers: dict[str, str]
) -> None:
    with pytest.raises(Unreadable, match=reason):
        receive(body, headers)


@pytest.mark.parametrize(("body", "reason"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_structured_body_is_unreadable_too(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        receive(body, content_type="application/cloudevents+json")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (structured(id=None), "attribute id"),
        (structured(id=""), "attribute id"),
        (structured(id=7), "attribute id"),
        (structured(source=None, type=None), "attribute source, type"),
        (structured(specversion="0.3"), "version 0.3 is not 1.0"),
        (structured(data=None), "no object under data"),
        (structured(data="text"), "no object under data"),
        (structured(data=[1]), "no object under data"),
        (structured(id="x" * 301), "id is longer than 300"),
        (structured(source="x" * 121), "source is longer than 120"),
        (structured(type="x" * 301), "type is longer than"),
        (structured(id="a\0b"), "id has a character"),
        (structured(subject="a\ud800b"), "subject has a character"),
    ],
)
def test_a_structured_event_without_what_it_needs_is_unreadable(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        receive(body, content_type="application/cloudevents+json")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ce-id": ""}, "attribute id"),
        ({"ce-id": 5}, "attribute id"),
        ({"ce-type": None}, "attribute type"),
        ({"ce-source": b"\xff"}, "attribute source"),
        ({"ce-specversion": "2.0"}, "version 2.0"),
        ({"ce-specversion": 5}, "version 5"),
    ],
)
def test_a_binary_event_without_what_it_needs_is_unreadable(
    change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason):
        receive(as_bytes(DATA), HEADERS | change)


def test_two_long_ids_are_never_taken_for_one() -> None:
    with pytest.raises(Unreadable, match="longer"):
        receive(as_bytes(DATA), HEADERS | {"ce-id": "x" * 400 + "1"})


def test_the_reason_does_not_quote_the_data() -> None:
    with pytest.raises(Unreadable) as caught:
        receive(b'{"name": "Zhang San", oops}')
    assert "Zhang" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_header_whose_name_is_no_text_is_passed_over() -> None:
    headers = {"ce-id": "e1", "ce-source": "maker", "ce-type": "thing.made", b"\xff": "x"}
    event = read(
        b"{}",
        content_type=None,
        headers=headers,  # type: ignore[arg-type]  # as py-amqp hands it over
        exchange="maker.events",
        routing_key="thing.made",
        message_id=None,
        now=datetime.now(UTC),
    )
    assert event.id == "e1"
