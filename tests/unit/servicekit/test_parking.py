"""Where a failed message goes, how long it stays there, and when it is given up."""

from types import SimpleNamespace
from typing import Any

import pytest
from amqp.serialization import dumps

from servicekit import parking
from servicekit.errors import Conflict, Invalid
from servicekit.events import Unreadable
from servicekit.publishing import Outgoing

DELAYS = (1000, 10_000)


def message(*, redelivered: bool = False, **headers: Any) -> Any:
    info = {"exchange": "maker.events", "routing_key": "thing.made", "redelivered": redelivered}
    return SimpleNamespace(
        body=b"{}",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        delivery_info=info,
        properties={},
        content_encoding=None,
        errors=[],
    )


def put_aside(message: Any, error: Exception, jitter: float = 0.0) -> Outgoing:
    return parking.put_aside(message, error, "keeper.keep", DELAYS, jitter=jitter)


def test_each_try_waits_longer_until_the_last_is_parked() -> None:
    places = [
        put_aside(message(x_attempt=attempt), Conflict("no; wait")).routing_key
        for attempt in range(3)
    ]
    assert places == ["keeper.keep.retry.1000", "keeper.keep.retry.10000", "keeper.keep.parked"]


@pytest.mark.parametrize(("jitter", "expiration"), [(0.0, "1000"), (0.5, "900"), (1.0, "800")])
def test_jitter_brings_a_message_back_up_to_a_fifth_sooner(jitter: float, expiration: str) -> None:
    letter = put_aside(message(), Conflict("no; wait"), jitter)
    assert letter.properties["expiration"] == expiration


def test_what_is_parked_never_expires() -> None:
    letter = put_aside(message(), Invalid({"thing": ["is odd; take another"]}))
    assert letter.routing_key == "keeper.keep.parked"
    assert "expiration" not in letter.properties


def test_a_message_that_was_taken_in_hand_too_often_is_parked_at_once() -> None:
    assert parking.unsettled(parking.IN_HAND_LIMIT) is None
    error = parking.unsettled(parking.IN_HAND_LIMIT + 1)
    assert error
    letter = put_aside(message(redelivered=True), error)
    assert letter.routing_key == "keeper.keep.parked"
    told = {name: letter.headers[f"x-error-{name}"] for name in ("type", "message")}
    assert told == {"type": "Unsettled", "message": "was taken in hand 20 times and never settled"}


@pytest.mark.parametrize(
    ("headers", "suspect"),
    [
        ({}, False),
        ({"x_attempt": 1}, True),
        ({"redelivered": True}, True),
        ({"x_attempt": "many"}, False),
        ({"x_attempt": -1}, False),
    ],
)
def test_what_failed_before_or_was_not_settled_is_a_suspect(
    headers: dict[str, Any], suspect: bool
) -> None:
    assert parking.is_suspect(message(**headers)) is suspect


def test_a_message_put_aside_asks_the_broker_for_no_copies() -> None:
    """A copy to the queue where it failed would go round for ever."""
    letter = put_aside(message(CC=["keeper.keep"], BCC=["keeper.keep"], kept=1), Invalid({}))
    assert letter.headers["kept"] == 1
    assert not {"CC", "BCC"} & letter.headers.keys()


def test_headers_that_fill_a_frame_leave_room_for_the_reason() -> None:
    letter = put_aside(message(padding="x" * 130_000, small="y"), Invalid({}))
    assert letter.headers["small"] == "y"
    assert len(dumps("F", [letter.headers])) < 131_072


def test_a_header_whose_name_is_no_text_can_be_written_again() -> None:
    odd = message()
    odd.headers = {b"\xff" * 255: "x"}
    assert dumps("F", [put_aside(odd, Invalid({})).headers])


def test_a_reason_that_quotes_half_a_character_can_be_written() -> None:
    letter = put_aside(message(), Unreadable("version \ud800 is not 1.0"))
    assert dumps("F", [letter.headers])
