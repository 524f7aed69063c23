"""The closed set of errors: what a caller sees, and what survives the wire."""

import json

import pytest

from servicekit.errors import (
    BY_NAME,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    ServiceError,
    Unavailable,
    flatten,
    problem_and_remedy,
    rebuild,
)

EVERY: list[ServiceError] = [
    NotFound("household", "210103008001-H999"),
    Invalid({"members": {0: {"name": ["is missing; give a value"]}}}),
    Conflict("the need has a primary; end that pairing first", pairing="P1"),
    Forbidden("this is not your community; ask a colleague", community="1"),
    Unavailable("households is away; try again later"),
]


def test_the_slugs_are_those_of_the_contract() -> None:
    slugs = {kind.slug for kind in BY_NAME.values()}
    assert slugs == {"not-found", "invalid", "conflict", "forbidden", "unavailable"}


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.slug)
def test_an_error_is_the_same_after_the_wire(error: ServiceError) -> None:
    args = json.loads(json.dumps(error.args))
    again = rebuild(type(error).__name__, args)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again is not None
    assert json.dumps(again.details) == json.dumps(error.details)


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.slug)
def test_every_message_names_problem_and_remedy(error: ServiceError) -> None:
    problem, remedy = problem_and_remedy(str(error))
    assert problem
    assert remedy


def test_details_are_for_machines() -> None:
    assert EVERY[0].details == {"kind": "household", "id": "210103008001-H999"}
    assert EVERY[2].details == {"pairing": "P1"}
    assert EVERY[4].details == {}


def test_an_invalid_message_names_each_field_by_its_path() -> None:
    error = Invalid(
        {
            "members": {0: {"name": ["is missing; give a value"]}},
            "_schema": ["is not an object; give its fields by name"],
            "slots": {2: {"_schema": ["is empty; fill it"]}},
        }
    )
    assert flatten(error.details) == [
        ("members.0.name", "is missing; give a value"),
        ("", "is not an object; give its fields by name"),
        ("slots.2", "is empty; fill it"),
    ]
    assert "members.0.name: is missing; give a value" in str(error)


def test_an_exception_that_is_none_of_ours_stays_foreign() -> None:
    assert rebuild("KeyError", ["x"]) is None


@pytest.mark.parametrize("args", [[], ["only a message"], ["message", "no details"]])
def test_a_foreign_services_error_of_our_name_is_understood(args: list[str]) -> None:
    error = rebuild("Conflict", list(args))
    assert isinstance(error, Conflict)
    assert error.details == {}
    assert str(error) == (args[0] if args else "Conflict")
