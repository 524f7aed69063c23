"""What cannot be handled is parked: at once or after its last try, with its error and its bytes."""

# ruff: noqa: I001 (trial patches the process for eventlet first)
from trial import PARKED, Keeper, Stage, kept_by, settled, staged, tries

import json
from typing import Any

import pytest

from waiting import eventually
from wire import COMMUNITY, bytes_of

stage = pytest.fixture(params=["embedded", "classic", "quorum"])(staged)


def test_an_event_that_never_succeeds_is_parked_with_its_error_and_its_bytes(stage: Stage) -> None:
    body = b'{"community":"%s", "thing":"bad-1" ,"x": "\xe5\xbc\xa0"}' % COMMUNITY.encode()
    headers = {"x-mine": "kept", "ce-id": "e1", "ce-source": "outside", "ce-type": "thing.made"}
    with stage.running(Keeper):
        stage.wire.publish(
            body, content_type="application/json", headers=headers, message_id="m1", type="t"
        )
        eventually(lambda: stage.wire.waiting(PARKED) == 1)
        assert settled(stage)
    assert tries["bad-1"] == 3
    assert stage.kept() == []
    parked = stage.wire.take(PARKED)
    assert bytes_of(parked) == body
    assert parked.content_type == "application/json"
    assert {key: parked.properties.get(key) for key in ("message_id", "type")} == {
        "message_id": "m1",
        "type": "t",
    }
    assert parked.headers.items() >= headers.items()
    told = {key: parked.headers[f"x-{key}"] for key in ("attempt", "error-type", "error-message")}
    assert told == {
        "attempt": 3,
        "error-type": "Conflict",
        "error-message": "there is no room; make some",
    }
    assert parked.headers["x-origin-exchange"] == "outside.events"
    assert parked.headers["x-origin-routing-key"] == "thing.made"
    assert "in keep" in parked.headers["x-traceback"]
    assert not [name for name in parked.headers if "death" in name]


HOPELESS: list[tuple[bytes, dict[str, Any]]] = [
    (b"\x80\x04\x95pickle", {}),
    (b"not json", {"content_type": "application/json"}),
    (b"[1]", {"content_type": "text/plain"}),
    (b"{}", {"content_type": "application/cloudevents+json"}),
    (b"{}", {"headers": {"ce-id": "e1"}}),
    (b'{"a":' * 100_000, {"content_type": "application/data"}),
    (b"{}", {"content_type": "application/json"}),
    (b'{"community":"210103008001","thing":"wrong-1"}', {}),
    (b"\xff\xfe", {"content_encoding": "utf-8"}),
    (b'"\xe9"', {"content_encoding": "latin-1"}),
    (b"x", {"headers": {"compression": "gzip"}}),
    (b"x", {"headers": {"compression": "application/unheard-of"}}),
    (b"x", {"headers": {"x-origin-exchange": 5, "x-origin-routing-key": {"a": 1}}}),
    (b"x", {"headers": {"x-attempt": "many", "x-death": "old"}}),
    (b"x", {"headers": {"x-attempt": -7}}),
    (b"x", {"headers": {"x-attempt": None, "nameko.call_id_stack": 5}}),
]


def test_what_another_try_cannot_mend_is_parked_at_once(stage: Stage) -> None:
    with stage.running(Keeper):
        for number, (body, more) in enumerate(HOPELESS):
            stage.wire.publish(body, **more)
            stage.wire.things(f"t{number}")
        eventually(kept_by(stage, *(f"t{number}" for number in range(len(HOPELESS)))))
        eventually(lambda: stage.wire.waiting(PARKED) == len(HOPELESS))
    assert settled(stage)
    parked = [stage.wire.take(PARKED) for _ in HOPELESS]
    assert sorted(map(bytes_of, parked)) == sorted(body for body, _ in HOPELESS)
    assert {each.headers["x-error-type"] for each in parked} == {"Unreadable", "Invalid"}


def test_text_in_the_encoding_that_its_publisher_names_is_read(stage: Stage) -> None:
    data = {"community": COMMUNITY, "thing": "t1", "remark": "永环社区"}
    with stage.running(Keeper):
        body = json.dumps(data, ensure_ascii=False).encode("gb18030")
        stage.wire.publish(body, content_encoding="gb18030")
        eventually(kept_by(stage, "t1"))
        body = json.dumps(data | {"thing": "bad-1"}, ensure_ascii=False).encode("gb18030")
        stage.wire.publish(body, content_encoding="gb18030")
        eventually(lambda: stage.wire.waiting(PARKED) == 1)
    assert bytes_of(stage.wire.take(PARKED)) == body


def test_a_failing_event_with_a_strange_attempt_header_does_not_go_round_for_ever(
    stage: Stage,
) -> None:
    with stage.running(Keeper):
        for number, attempt in enumerate(("many", -7, 10**12, None, [1])):
            stage.wire.things(f"bad-{number}", headers={"x-attempt": attempt})
        eventually(lambda: stage.wire.waiting(PARKED) == 5)
    assert {stage.wire.take(PARKED).headers["x-attempt"] for _ in range(5)} == {3}


def test_a_parking_place_that_was_deleted_loses_nothing(stage: Stage) -> None:
    with stage.running(Keeper):
        stage.wire.things("wrong-1")
        eventually(lambda: stage.wire.waiting(PARKED) == 1)
        stage.wire.delete(PARKED, "keeper.keep.retry.100")
        stage.wire.things("wrong-2", "bad-1")
        eventually(lambda: tries["bad-1"] == 3)
        eventually(lambda: stage.wire.waiting(PARKED) == 2)
