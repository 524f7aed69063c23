"""What this service publishes, and what it understands of what others publish."""

import pytest

from notifications.contracts import CONSUMED, PUBLISHED, REQUESTED, SAMPLES, facts
from servicekit.errors import Invalid
from servicekit.schemas import load
from unit.notifications.happenings import HEARD


def test_every_published_event_has_a_valid_sample() -> None:
    assert SAMPLES.keys() == PUBLISHED.keys() | REQUESTED.keys()
    for type_, sample in SAMPLES.items():
        schema = {**PUBLISHED, **REQUESTED}[type_]()
        assert schema.dump(load(schema, sample)) == sample


def test_every_heard_event_is_tried_here() -> None:
    assert HEARD.keys() == CONSUMED.keys()


@pytest.mark.parametrize("type_", CONSUMED)
def test_an_event_may_carry_more_than_we_know(type_: str) -> None:
    told = load(CONSUMED[type_](unknown="exclude"), {**HEARD[type_], "added_later": 1})
    assert "added_later" not in facts(type_, told)


@pytest.mark.parametrize("type_", CONSUMED)
def test_an_event_without_its_community_is_refused(type_: str) -> None:
    without = {key: value for key, value in HEARD[type_].items() if key != "community"}
    with pytest.raises(Invalid, match="community: is missing"):
        load(CONSUMED[type_](unknown="exclude"), without)


def test_dates_are_kept_as_text() -> None:
    heard = load(CONSUMED["review.due"](unknown="exclude"), HEARD["review.due"])
    assert facts("review.due", heard)["due_on"] == "2027-01-01"
