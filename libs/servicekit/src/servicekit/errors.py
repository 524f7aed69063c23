"""The closed set of errors that a service answers with.

Every message reads ``<problem>; <remedy>``, so that whoever meets it knows what to do next.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ServiceError(Exception):
    """An answer that is no result: a stable slug, a message for people, details for machines."""

    slug: ClassVar[str]

    def __init__(self, message: str, **details: Any) -> None:
        # both go into args, and so to the caller
        super().__init__(message, details)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return self.message


class NotFound(ServiceError):
    """What was asked for does not exist, or not yet."""

    slug = "not-found"

    def __init__(self, kind: str, key: str) -> None:
        message = f"{kind} {key} does not exist; check the id or register it first"
        super().__init__(message, kind=kind, id=key)


class Invalid(ServiceError):
    """Fields that are refused: ``{field: ["problem; remedy", ...]}``, nested as the data is."""

    slug = "invalid"

    def __init__(self, fields: dict[Any, Any]) -> None:
        super().__init__(" | ".join(f"{path}: {text}" for path, text in flatten(fields)))
        self.details = fields
        self.args = (self.message, fields)


class Conflict(ServiceError):
    """What was asked does not go together with what is there."""

    slug = "conflict"


class Forbidden(ServiceError):
    """The caller has no right to this."""

    slug = "forbidden"


class Unavailable(ServiceError):
    """The service asked, or something it needs, is away; asking again later may succeed."""

    slug = "unavailable"


BY_NAME = {kind.__name__: kind for kind in (NotFound, Invalid, Conflict, Forbidden, Unavailable)}


def flatten(fields: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested field messages as ``[("members.0.name", "is missing; give a value"), ...]``."""
    if isinstance(fields, dict):
        return [
            row
            for key, value in fields.items()
            for row in flatten(value, path if key == "_schema" else f"{path}.{key}".lstrip("."))
        ]
    if isinstance(fields, list):
        return [row for value in fields for row in flatten(value, path)]
    return [(path, str(fields))]


def problem_and_remedy(text: str) -> tuple[str, str]:
    """Split ``"<problem>; <remedy>"``."""
    problem, _, remedy = text.partition("; ")
    return problem, remedy


def rebuild(name: str, args: list[Any]) -> ServiceError | None:
    """The typed error that a reply carries, or None where it carries some other exception."""
    kind = BY_NAME.get(name)
    if kind is None:
        return None
    error = kind.__new__(kind)
    message, details = [*args, "", {}][:2] if args else (name, {})
    error.args = (str(message), details)
    error.message = str(message)
    error.details = details if isinstance(details, dict) else {}
    return error
