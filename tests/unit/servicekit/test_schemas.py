"""Schemas: what is refused, and that each refusal names the problem and the remedy."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import marshmallow as ma
import pytest
from marshmallow import fields, validate

from servicekit.codes import LabelledEnum
from servicekit.errors import Invalid, flatten, problem_and_remedy
from servicekit.schemas import (
    Code,
    EventData,
    Id,
    LocalDate,
    PageArgs,
    Schema,
    TimeOfDay,
    UtcTime,
    check_not_after,
    load,
    page_of,
    slots,
)


class Kind(LabelledEnum):
    ELDERLY = "elderly", "助老", "elderly care"
    SCHOOLING = "schooling", "助学", "schooling"


class Child(Schema):
    name = fields.String(required=True)


class Everything(Schema):
    text = fields.String()
    texts = fields.List(fields.String())
    number = fields.Integer(strict=True)
    ratio = fields.Float()
    flag = fields.Boolean()
    day = LocalDate()
    moment = UtcTime()
    time = TimeOfDay()
    kind = Code(Kind)
    id = Id()
    slots = slots()
    child = fields.Nested(Child)
    range = fields.Integer(validate=validate.Range(1, 5))
    least = fields.Integer(validate=validate.Range(min=1))
    most = fields.Integer(validate=validate.Range(max=5))
    length = fields.String(validate=validate.Length(1, 3))
    short = fields.String(validate=validate.Length(max=3))
    long = fields.String(validate=validate.Length(min=3))
    exact = fields.String(validate=validate.Length(equal=3))
    choice = fields.String(validate=validate.OneOf(["a", "b"]))
    shape = fields.String(validate=validate.Regexp("[a-z]+$"))
    mail = fields.Email()


REFUSED: list[tuple[str, Any, str]] = [
    ("text", 5, "is not a text"),
    ("text", None, "is empty"),
    ("text", "a\0b", "cannot be stored"),
    ("text", "a\ud800b", "cannot be stored"),
    ("texts", ["fine", "a\0b"], "cannot be stored"),
    ("texts", "abc", "is not a list"),
    ("number", "5", "is not a whole number"),
    ("number", 1.5, "is not a whole number"),
    ("number", True, "is not a whole number"),
    ("ratio", "x", "is not a number"),
    ("ratio", float("nan"), "is not a finite number"),
    ("ratio", float("inf"), "is not a finite number"),
    ("flag", "perhaps", "is neither true nor false"),
    ("flag", {}, "is neither true nor false"),
    ("day", "2026-02-30", "is not a date"),
    ("day", "23.11.2026", "is not a date"),
    ("day", 20261123, "is not a date"),
    ("moment", "2026-11-23T08:30:00", "has no time zone"),
    ("moment", "soon", "is not a moment"),
    ("time", "25:00", "is not a time of day"),
    ("time", "8:30", "is not a time of day"),
    ("time", "24:01", "is not a time of day"),
    ("time", "08:30\n", "is not a time of day"),
    ("kind", "gardening", "is not in the code list; choose one of: elderly, schooling"),
    ("kind", 3, "is not a text"),
    ("id", "", "is not an id"),
    ("id", "-H001", "is not an id"),
    ("id", "a b", "is not an id"),
    ("id", "户-1", "is not an id"),
    ("id", "x" * 201, "is not an id"),
    ("id", "x\n", "is not an id"),
    ("child", "x", "is not an object"),
    ("child", {}, "is missing"),
    ("child", {"name": "x", "nick": "y"}, "is not known here"),
    ("slots", [{"weekday": 0, "start": "08:00", "end": "09:00"}], "is not a weekday"),
    ("slots", [{"weekday": 1, "start": "09:00", "end": "08:00"}], "is not after the start"),
    ("slots", [{"weekday": 1, "start": "09:00", "end": "09:00"}], "is not after the start"),
    ("slots", [{"weekday": 1, "start": "09:00"}], "is missing"),
    ("range", 6, "is out of range; give a value greater than or equal to 1 and less than"),
    ("least", 0, "is too small; give a value greater than or equal to 1"),
    ("most", 6, "is too large; give a value less than or equal to 5"),
    ("length", "abcd", "has the wrong length; give 1 to 3"),
    ("short", "abcd", "is too long; give at most 3"),
    ("long", "ab", "is too short; give at least 3"),
    ("exact", "ab", "has the wrong length; give 3"),
    ("choice", "c", "is not in the list; choose one of: a, b"),
    ("shape", "ABC", "has the wrong form; "),
    ("mail", "nobody", "is not an e-mail address; "),
    ("colour", "red", "is not known here"),
]


@pytest.mark.parametrize(("field", "value", "problem"), REFUSED)
def test_what_is_refused_names_field_problem_and_remedy(
    field: str, value: Any, problem: str
) -> None:
    with pytest.raises(Invalid) as caught:
        load(Everything(), {field: value})
    rows = flatten(caught.value.details)
    assert rows
    for path, text in rows:
        assert path.split(".")[0] == field
        assert problem in text
        assert all(problem_and_remedy(text))


def test_what_is_refused_is_not_quoted() -> None:
    secret = "210103194912310012"
    with pytest.raises(Invalid) as caught:
        load(Everything(), dict.fromkeys(Everything().fields, secret + "\n"))
    assert secret not in str(caught.value)


@pytest.mark.parametrize("data", [None, 5, "x", [1], [{}]])
def test_what_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(Invalid, match="is not an object; give its fields by name"):
        load(Everything(), data)


def test_good_values_are_read() -> None:
    read = load(
        Everything(),
        {
            "day": "2026-11-23",
            "moment": "2026-11-23T16:30:00+08:00",
            "time": "24:00",
            "kind": "elderly",
            "id": "210103008001-H001-N1-A1-20261125T1500",
            "slots": [{"weekday": 7, "start": "22:00", "end": "24:00"}],
        },
    )
    assert read["day"] == date(2026, 11, 23)
    assert read["moment"] == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert read["kind"] is Kind.ELDERLY


def test_values_are_written_as_plain_json() -> None:
    moment = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=8)))
    written = Everything().dump(
        {"moment": moment, "kind": Kind.ELDERLY, "day": date(2026, 11, 23), "child": None}
    )
    assert written == {
        "moment": "2026-11-23T08:30:00+00:00",
        "kind": "elderly",
        "day": "2026-11-23",
        "child": None,
    }


class Made(EventData):
    thing = Id(required=True)


def test_an_event_needs_a_community_and_a_version() -> None:
    with pytest.raises(Invalid) as caught:
        load(Made(), {"thing": "t1"})
    assert set(caught.value.details) == {"community", "version"}


@pytest.mark.parametrize(
    "community", ["21010300800", "2101030080011", "21010300800x", "２１０１０３００８００１"]
)
def test_a_community_is_its_12_digit_code(community: str) -> None:
    with pytest.raises(Invalid, match="12-digit statistical division code"):
        load(Made(), {"community": community, "version": 1, "thing": "t1"})


def test_reading_an_event_is_tolerant_where_its_consumer_says_so() -> None:
    data = {"community": "210103008001", "version": 1, "thing": "t1", "new": "a\0b"}
    assert "new" not in load(Made(unknown=ma.EXCLUDE), data)
    with pytest.raises(Invalid, match="new: is not known here"):
        load(Made(), data)


def test_pages_start_at_one_and_have_a_most() -> None:
    assert load(PageArgs(), {}) == {"page": 1, "size": 50}
    for bad in ({"page": 0}, {"size": 0}, {"size": 501}, {"page": -1}):
        with pytest.raises(Invalid, match="is out of range; give 1 to"):
            load(PageArgs(), bad)


def test_a_page_tells_how_many_there_are_in_all() -> None:
    page = {"items": [{"name": "a"}], "total": 7, "page": 2, "size": 1}
    assert page_of(Child)().dump(page) == page


def test_a_code_has_a_label_in_each_language() -> None:
    assert Kind.ELDERLY == "elderly"
    assert (Kind.ELDERLY.label("zh-CN"), Kind.ELDERLY.label("en")) == ("助老", "elderly care")
    assert (Kind.ELDERLY.label("en-GB"), Kind.ELDERLY.label("ko")) == ("elderly care", "助老")
    assert Kind("schooling") is Kind.SCHOOLING


def test_a_day_that_lies_too_late_is_refused_with_the_remedy() -> None:
    check_not_after(date(2026, 1, 1), date(2026, 1, 1), "give an earlier day")
    with pytest.raises(ma.ValidationError, match="2026-01-02 lies after 2026-01-01; give an ear"):
        check_not_after(date(2026, 1, 2), date(2026, 1, 1), "give an earlier day")
