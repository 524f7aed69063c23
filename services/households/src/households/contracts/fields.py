"""Field types of this service's contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from typing import Any

import marshmallow as ma
from marshmallow import fields

from households.domain import places
from servicekit.schemas import Shaped, check_range

# controls cannot be stored everywhere (NUL) and have no place in a name; notes may have lines
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Words(fields.String):
    """Text of 1 to ``most`` characters; blanks around it don't count."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(validate=self.check, **kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, **kwargs).strip()

    def check(self, text: str) -> None:
        if not text:
            raise ma.ValidationError("is empty; give a value or leave the field out")
        if len(text) > self.most:
            raise ma.ValidationError(f"has {len(text)} characters; shorten it to {self.most}")
        if CONTROLS.search(text):
            raise ma.ValidationError("holds control characters; remove them")


class ShortCode(Shaped):
    """A code within a community or household, such as H001, M1 or N1."""

    pattern = re.compile(r"[0-9A-Za-z]{1,20}")
    mistake = "is not a code; use 1 to 20 letters and digits, as in H001"


def degrees_north(**kwargs: Any) -> fields.Float:
    """Degrees north, WGS-84, within China's extent."""
    return fields.Float(validate=lambda degrees: _check_extent(degrees, places.LATITUDES), **kwargs)


def degrees_east(**kwargs: Any) -> fields.Float:
    """Degrees east, WGS-84, within China's extent."""
    return fields.Float(
        validate=lambda degrees: _check_extent(degrees, places.LONGITUDES), **kwargs
    )


def count(least: int, most: int, **kwargs: Any) -> fields.Integer:
    """A whole number within bounds."""
    return fields.Integer(
        strict=True, validate=lambda number: check_range(number, least, most), **kwargs
    )


def between(least: int, most: int) -> Callable[[Sized], None]:
    """A validator of how many things a list holds."""

    def check(items: Sized) -> None:
        if not least <= len(items) <= most:
            raise ma.ValidationError(f"holds {len(items)} entries; give {least} to {most}")

    return check


def _check_extent(degrees: float, extent: tuple[float, float]) -> None:
    if not extent[0] <= degrees <= extent[1]:
        raise ma.ValidationError(
            f"is outside China ({extent[0]:g} to {extent[1]:g}); "
            "check that latitude and longitude are not swapped"
        )
