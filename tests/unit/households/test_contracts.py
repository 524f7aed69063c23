"""The contract: every published event has a sample, and no field where personal data could hide."""

from datetime import UTC, datetime

import pytest
from marshmallow import fields

from households import contracts as c
from households.domain import codes
from households.service import HouseholdsService
from servicekit.codes import LabelledEnum
from servicekit.schemas import Code, Id, LocalDate, load

FREE = (Id, Code, LocalDate, fields.Integer, fields.Float, fields.Boolean, fields.List)


@pytest.mark.parametrize("type_", c.PUBLISHED)
def test_every_published_event_has_a_valid_sample(type_: str) -> None:
    schema = c.PUBLISHED[type_]()
    sample = c.SAMPLES[type_]
    assert schema.dump(load(schema, sample)) == sample
    assert set(sample) == set(schema.fields)


def test_there_is_no_sample_of_what_is_not_published() -> None:
    external = {"household.certified", "household.decertified"}
    assert c.SAMPLES.keys() == c.PUBLISHED.keys() | external


@pytest.mark.parametrize("type_", c.PUBLISHED)
def test_events_have_no_field_for_free_text(type_: str) -> None:
    schema = c.PUBLISHED[type_]()
    texts = [
        name
        for name, field in schema.fields.items()
        if not isinstance(field, FREE) and name != "community"
    ]
    assert texts == []


def test_consumed_events_are_read_tolerantly() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
    for type_, schema in c.CONSUMED.items():
        sample = {
            "community": "210103008001",
            "household": "H001",
            "certified_on": "2026-11-01",
            "valid_until": "2027-10-31",
            "decertified_on": "2026-11-01",
            "reason": "income",
            "pairing": "210103008001-H001-N1-A1",
            "need": "210103008001-H001-N1",
            "visit": "210103008001-H001-N1-A1-20261121T0900",
            "on": "2026-11-21",
            "version": "2.0" if type_.startswith("household") else 3,
            "issued_at": moment,
        }
        assert load(schema(unknown="exclude"), sample)["community"] == "210103008001"


def test_every_code_has_a_label_in_both_languages() -> None:
    lists = [
        kind
        for kind in vars(codes).values()
        if isinstance(kind, type) and issubclass(kind, LabelledEnum) and kind is not LabelledEnum
    ]
    assert codes.CloseReason in lists
    for kind in lists:
        for code in kind:
            assert code.label("zh-CN")
            assert code.label("en")
            assert code.label("zh-CN") != code.label("en")


def test_every_consumed_event_has_a_handler_and_every_handler_a_schema() -> None:
    handled = {
        type_: schemas[type_]
        for method in vars(HouseholdsService).values()
        if (contract := getattr(method, "contract", None)) and isinstance(contract[2], dict)
        for type_, schemas in [(type_, contract[2]) for type_ in contract[0]]
    }
    assert handled == c.CONSUMED
