"""Field shapes that several contracts share."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Community, Schema, check_range


def short_code(**kwargs: Any) -> fields.String:
    """A short code that is unique in its community, such as ``V001``."""
    problem = "is not a code; use at most 20 letters, digits and dashes"
    pattern = validate.Regexp(r"[0-9A-Za-z][0-9A-Za-z-]{0,19}\Z", error=problem)
    return fields.String(validate=pattern, **kwargs)


def personal_name(**kwargs: Any) -> fields.String:
    """A name of 1 to 100 characters that is not just spaces."""
    problem = "is not a name; give 1 to 100 characters"
    return fields.String(validate=validate.Regexp(r"(?=.*\S).{1,100}\Z", error=problem), **kwargs)


def number(least: float, most: float, **kwargs: Any) -> fields.Integer:
    """A whole number from ``least`` to ``most``."""
    return fields.Integer(strict=True, validate=lambda n: check_range(n, least, most), **kwargs)


def degrees(most: float, **kwargs: Any) -> fields.Float:
    """A coordinate (WGS 84); stored rounded to three decimals, about 100 m."""
    return fields.Float(validate=lambda n: check_range(n, -most, most), **kwargs)


class CommunityArgs(Schema):
    """One community."""

    community = Community(required=True)


def told(**kwargs: Any) -> fields.Dict:
    """A text in each language: ``{"zh-CN": …, "en": …}``."""
    return fields.Dict(keys=fields.String(), values=fields.String(), **kwargs)
