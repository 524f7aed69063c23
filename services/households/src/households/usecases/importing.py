"""Many records at once: each judged by itself, all stored or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households import contracts
from households.queries import rows
from households.usecases import needs, registration
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid, NotFound, ServiceError, flatten, problem_and_remedy
from servicekit.schemas import Schema, load

Report = dict[str, Any]


def import_households(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Report:
    """Register the households that are new; ImportReport."""

    def store(record: dict[str, Any]) -> bool:
        return registration.register(session, record, now=now)[1]

    return _import(session, data, contracts.HouseholdRecord(), store)


def import_needs(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Report:
    """Raise the needs that are new; ImportReport. Households go by their code."""

    def store(record: dict[str, Any]) -> bool:
        household = rows.household_id(record["community"], record["household"])
        return needs.raise_once(session, record | {"household": household}, now=now)[1]

    return _import(session, data, contracts.NeedRecord(), store)


def _import(
    session: Session,
    data: Mapping[str, Any],
    schema: Schema,
    store: Callable[[dict[str, Any]], bool],
) -> Report:
    """Store within a savepoint, so that a dry run does all that the real one would."""
    report: Report = {"accepted": 0, "unchanged": 0, "refused": []}
    savepoint = session.begin_nested()
    for place, record in enumerate(data["records"], start=1):
        try:
            loaded = load(schema, record)
            new = store({**loaded, "community": data["community"]})
            report["accepted" if new else "unchanged"] += 1
        except ServiceError as error:
            report["refused"] += _refusals(_line(record, place), error)
    report["stored"] = not (report["refused"] or data["dry_run"])
    if report["stored"]:
        savepoint.commit()
    else:
        savepoint.rollback()
    return report


def _line(record: Mapping[str, Any], place: int) -> int:
    line = record.get("line")
    return line if isinstance(line, int) else place


def _refusals(line: int, error: ServiceError) -> list[dict[str, Any]]:
    return [
        dict(
            zip(
                ("line", "field", "problem", "remedy"),
                (line, field, *problem_and_remedy(text)),
                strict=True,
            )
        )
        for field, text in _messages(error)
    ]


def _messages(error: ServiceError) -> list[tuple[str, str]]:
    if isinstance(error, Invalid):
        return flatten(error.details)
    if isinstance(error, NotFound):
        return [(error.details["kind"], error.message)]
    if isinstance(error, Conflict):
        return [(", ".join(error.details.get("fields", ["code"])), error.message)]
    raise error
