"""marshmallow, with messages that name the remedy and the field types that all services share."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from servicekit.errors import Invalid
from servicekit.events import storable

fields.Field.default_error_messages |= {
    "required": "is missing; give a value",
    "null": "is empty; give a value or leave the field out",
    "validator_failed": "is not accepted; see the contract",
}
fields.String.default_error_messages["invalid"] = "is not a text; put it in quotes"
fields.Integer.default_error_messages |= {
    "invalid": "is not a whole number; give digits only",
    "too_large": "is too large; give a smaller number",
}
fields.Float.default_error_messages |= {
    "invalid": "is not a number; give digits and a decimal point",
    "too_large": "is too large; give a smaller number",
    "special": "is not a finite number; give an ordinary one",
}
fields.Boolean.default_error_messages["invalid"] = "is neither true nor false; give one of them"
fields.List.default_error_messages["invalid"] = "is not a list; put it in square brackets"
fields.Nested.default_error_messages["type"] = "is not an object; give its fields by name"
fields.Date.default_error_messages["invalid"] = "is not a date; write it as 2026-11-23"
fields.Email.default_error_messages["invalid"] = "is not an e-mail address; write it as a@b.cn"
validate.Email.default_message = "is not an e-mail address; write it as a@b.cn"
validate.URL.default_message = "is not a web address; write it as https://a.cn/b"
validate.Range.message_min = "is too small; give a value {min_op} {{min}}"
validate.Range.message_max = "is too large; give a value {max_op} {{max}}"
validate.Range.message_all = "is out of range; give a value {min_op} {{min}} and {max_op} {{max}}"
validate.Length.message_min = "is too short; give at least {min}"
validate.Length.message_max = "is too long; give at most {max}"
validate.Length.message_all = "has the wrong length; give {min} to {max}"
validate.Length.message_equal = "has the wrong length; give {equal}"
validate.OneOf.default_message = "is not in the list; choose one of: {choices}"
validate.ContainsOnly.default_message = "has what is not in the list; choose from: {choices}"
validate.Regexp.default_message = "has the wrong form; write it as {regex}"


def check_weekday(day: int) -> None:
    if not 1 <= day <= 7:
        raise ma.ValidationError("is not a weekday; give 1 (Monday) to 7 (Sunday)")


class Schema(ma.Schema):
    """Reads strictly: a field it does not know is refused by name."""

    error_messages: dict[str, str] = {  # noqa: RUF012 - marshmallow's own way
        "unknown": "is not known here; remove it or check its spelling",
        "type": "is not an object; give its fields by name",
    }

    class Meta:
        unknown = ma.RAISE

    def load(self, data: Any, **kwargs: Any) -> Any:
        """As marshmallow's; refuses by field what no database can keep."""
        for each in data if isinstance(data, list) else [data]:
            if isinstance(each, Mapping) and any(map(_unstorable, each.values())):
                names = [field.data_key or name for name, field in self.load_fields.items()]
                message = "has a character that cannot be stored; remove it"
                if bad := {name: [message] for name in names if _unstorable(each.get(name))}:
                    raise ma.ValidationError(bad)
        return super().load(data, **kwargs)


def _unstorable(value: Any) -> bool:
    if isinstance(value, list):
        return any(_unstorable(text) for text in value if isinstance(text, str))
    return isinstance(value, str) and not storable(value)


class Shaped(fields.String):
    """A text that has one shape, which the contract shows."""

    pattern: re.Pattern[str]
    mistake: str

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": f"^(?:{self.pattern.pattern})$"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not self.pattern.fullmatch(text):
            raise ma.ValidationError(self.mistake)
        return text


class Community(Shaped):
    """A community, by its 12-digit statistical division code."""

    pattern = re.compile(r"[0-9]{12}")
    mistake = "is not a community; give its 12-digit statistical division code"


class Id(Shaped):
    """A natural key such as ``210103008001-H001-N1``."""

    pattern = re.compile(r"[0-9A-Za-z][\w.:/+-]{0,199}", re.ASCII)
    mistake = "is not an id; use letters, digits and - . : / +, at most 200 of them"


class TimeOfDay(Shaped):
    """A local time of day, ``15:30`` (24:00 is the end of the day)."""

    pattern = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
    mistake = "is not a time of day; write it as 15:30"


class ForeignData(Schema):
    """What another system's event carries: it speaks of a community, and has no version."""

    community = Community(required=True)


class EventData(ForeignData):
    """What an event carries: identifiers, codes and versions, never personal data."""

    version = fields.Integer(required=True, strict=True)


class Code(fields.Enum[Any]):
    """One value of a code list, as its string."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012 - marshmallow's own way
        "unknown": "is not in the code list; choose one of: {choices}"
    }

    def __init__(self, kind: type[enum.StrEnum], **kwargs: Any) -> None:
        super().__init__(kind, by_value=fields.String, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        # rows and payloads may hold the code as plain text
        member = None if value is None else self.enum(value)
        return super()._serialize(member, attr, obj, **kwargs)


class LocalDate(fields.Date):
    """A calendar date, ``2026-11-23``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)


class UtcTime(fields.AwareDateTime):
    """A moment, ISO 8601 with an offset; written in UTC."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012 - marshmallow's own way
        "invalid": "is not a moment; write it as 2026-11-23T08:30:00+00:00",
        "invalid_awareness": "has no time zone; add one, as in 2026-11-23T08:30:00+00:00",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value and value.astimezone(UTC), attr, obj, **kwargs)


class Slot(Schema):
    """A weekly stretch of local time: ISO weekday (1 = Monday), start and end."""

    weekday = fields.Integer(required=True, strict=True, validate=check_weekday)
    start = TimeOfDay(required=True)
    end = TimeOfDay(required=True)

    @ma.validates_schema
    def check_order(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["start"] >= data["end"]:
            raise ma.ValidationError(
                "is not after the start; swap them or split the slot at midnight", "end"
            )


def slots(**kwargs: Any) -> fields.Field[Any]:
    """A list of weekly slots."""
    return fields.List(fields.Nested(Slot), **kwargs)


class PageArgs(Schema):
    """Which part of a long list: page numbers start at 1."""

    page = fields.Integer(
        load_default=1, strict=True, validate=lambda n: check_range(n, 1, 1_000_000)
    )
    size = fields.Integer(load_default=50, strict=True, validate=lambda n: check_range(n, 1, 500))


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of a list: its items, and how many there are in all."""
    return Schema.from_dict(  # type: ignore[return-value]  # marshmallow types it as its own Schema
        {
            "items": fields.List(fields.Nested(item)),
            "total": fields.Integer(),
            "page": fields.Integer(),
            "size": fields.Integer(),
        },
        name=f"{item.__name__}Page",
    )


def load(schema: ma.Schema, data: Any, **kwargs: Any) -> dict[str, Any]:
    """``schema.load`` that refuses with the typed ``Invalid``."""
    try:
        loaded: dict[str, Any] = schema.load(data, **kwargs)
    except ma.ValidationError as error:
        raise Invalid(error.messages_dict) from None
    return loaded


def check_range(number: float, least: float, most: float) -> None:
    if not least <= number <= most:
        raise ma.ValidationError(f"is out of range; give {least} to {most}")


def check_not_after(day: date, latest: date, what: str) -> None:
    """Refuse ``day`` where it lies after ``latest``."""
    if day > latest:
        raise ma.ValidationError(f"{day} lies after {latest}; {what}")
