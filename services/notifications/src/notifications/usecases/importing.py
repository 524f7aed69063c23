"""Import of staff: every line is checked, and all are stored or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications.contracts import StaffRecord
from notifications.models import StaffMember
from notifications.usecases import staff
from notifications.usecases.access import require_lead
from servicekit.actors import Actor
from servicekit.errors import Invalid, flatten, problem_and_remedy
from servicekit.schemas import load


@dataclass(frozen=True, slots=True)
class Line:
    """A record that can be stored, and the member it concerns where there is one already."""

    number: int
    data: dict[str, Any]
    found: StaffMember | None

    @property
    def unchanged(self) -> bool:
        return self.found is not None and not staff.differs(self.found, self.data)


def import_staff(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Register new members and bring known ones up to date.

    Nothing is stored where a line is refused, or on a dry run; the report is the same.
    """
    require_lead(actor, [data["community"]])
    lines, refused = _check(session, data["community"], data["records"], actor)
    news = [line for line in lines if not line.unchanged]
    if not refused and not data["dry_run"]:
        for line in news:
            _store(session, line, now)
    return {"accepted": len(news), "unchanged": len(lines) - len(news), "refused": refused}


def _store(session: Session, line: Line, now: datetime) -> None:
    if line.found is None:
        staff.add(session, line.data, now=now)
    else:
        staff.change(line.found, line.data)


def _check(
    session: Session, community: str, records: Sequence[Mapping[str, Any]], actor: Actor
) -> tuple[list[Line], list[dict[str, Any]]]:
    lines: list[Line] = []
    refused: list[dict[str, Any]] = []
    first_line: dict[str, int] = {}
    for position, record in enumerate(records, start=1):
        number = _number(record, position)
        try:
            data = _read(community, record, actor)
            _check_code(data["code"], first_line, number)
            lines.append(Line(number, data, session.get(StaffMember, staff.staff_id(data))))
        except Invalid as error:
            refused += _refusals(number, error)
    return lines, refused


def _number(record: Mapping[str, Any], position: int) -> int:
    number = record.get("line")
    return number if isinstance(number, int) else position


def _read(community: str, record: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The record with its defaults; an empty cell means that nothing was said."""
    said = {
        key: value for key, value in record.items() if key != "line" and value not in ("", None)
    }
    data = {"community": community, **load(StaffRecord(), said)}
    foreign = [place for place in staff.places_of(data) if not actor.may_see(place)]
    if foreign:
        raise Invalid({"communities": [f"{foreign[0]} is not yours; ask its administrator"]})
    return data


def _check_code(code: str, first_line: dict[str, int], number: int) -> None:
    first = first_line.setdefault(code, number)
    if first != number:
        raise Invalid(
            {"code": [f"{code} stands in line {first} too; give each member a code of its own"]}
        )


def _refusals(number: int, error: Invalid) -> Iterator[dict[str, Any]]:
    for path, text in flatten(error.details):
        problem, remedy = problem_and_remedy(text)
        yield {"line": number, "field": path, "problem": problem, "remedy": remedy}
