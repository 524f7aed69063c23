"""Files of partners and volunteers: all lines are stored, or none and every refusal is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Invalid, flatten, problem_and_remedy
from servicekit.schemas import Schema, load
from volunteers.contracts.people import PartnerRecord, VolunteerRecord
from volunteers.domain.people import end_of_month
from volunteers.models import Partner
from volunteers.queries.lookup import local_day
from volunteers.usecases import partners, registering
from volunteers.usecases.people import screen_import

DIFFERS = "is registered with other data; change the registered one, or choose another code"
TWICE = "stands on more than one line; give each code once"


@dataclass
class Sheet:
    """A file on its way in: records by line, what is new, what is known, what is refused."""

    records: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int | None, problems: Mapping[str, Any]) -> None:
        """Note what is wrong with a line."""
        for name, text in flatten(problems):
            problem, remedy = problem_and_remedy(text)
            self.refused.append({"line": line, "field": name, "problem": problem, "remedy": remedy})

    def sort(self, record: dict[str, Any], problems: Mapping[str, Any], *, known: bool) -> None:
        """Put a record where it belongs."""
        if problems:
            self.refuse(record["line"], problems)
        elif known:
            self.unchanged += 1
        else:
            self.new.append(record)

    def result(self) -> dict[str, Any]:
        """What the caller is told. Refused lines come in the order of the file."""
        refused = sorted(self.refused, key=lambda row: (row["line"] or 0, row["field"]))
        return {"accepted": len(self.new), "unchanged": self.unchanged, "refused": refused}

    def store(self, add: Callable[[dict[str, Any]], object], *, dry_run: bool) -> dict[str, Any]:
        """Store what is new, if nothing is refused."""
        if not (dry_run or self.refused):
            for record in self.new:
                add(record)
        return self.result()


def _read(schema: Schema, records: Iterable[Mapping[str, Any]]) -> Sheet:
    sheet = Sheet()
    codes = Counter(str(record.get("code")) for record in records)
    for record in records:
        try:
            loaded = load(schema, record)
        except Invalid as error:
            line = record.get("line")
            sheet.refuse(line if isinstance(line, int) else None, error.details)
            continue
        if codes[loaded["code"]] > 1:
            sheet.refuse(loaded["line"], {"code": [TWICE]})
        else:
            sheet.records.append(loaded)
    return sheet


def import_partners(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Register all partners of a file, or none."""
    community = data["community"]
    sheet = _read(PartnerRecord(), data["records"])
    known = {
        partner.code: partner
        for partner in session.scalars(sa.select(Partner).where(Partner.community == community))
    }
    for record in sheet.records:
        same = known.get(record["code"])
        differs = same is not None and not partners.same_partner(same, record)
        problems = {"code": [DIFFERS]} if differs else {}
        sheet.sort(record, problems, known=same is not None)
    return sheet.store(
        lambda record: partners.add_partner(session, record | {"community": community}),
        dry_run=data["dry_run"],
    )


def import_volunteers(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Register all volunteers of a file, or none; the complete ones become active at once."""
    community, today = data["community"], local_day(session, now)
    sheet = _read(VolunteerRecord(), data["records"])
    known = registering.known_in(session, community)
    _add_lines(session, known, sheet.records)
    for record in sheet.records:
        line = record["line"]
        person = _without_line(record)
        problems = _problems(session, person, known, today)
        sheet.sort(person | {"line": line}, problems, known=person["code"] in known.registrations)

    def add(record: dict[str, Any]) -> None:
        person = _without_line(record)
        volunteer = registering.add_volunteer(session, community, person, now=now)
        screen_import(session, volunteer, now=now, today=today)

    return sheet.store(add, dry_run=data["dry_run"])


def _without_line(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "line"}


def _add_lines(
    session: Session, known: registering.Known, records: Iterable[Mapping[str, Any]]
) -> None:
    """Lines may name each other as companions, and must not share an identity number."""
    for record in records:
        known.born_by.setdefault(record["code"], end_of_month(record["birth_date"]))
        if record["identity_number"]:
            index = registering.identity_index(session, record["identity_number"])
            known.identities.setdefault(index, record["code"])


def _problems(
    session: Session, person: Mapping[str, Any], known: registering.Known, today: date
) -> registering.Problems:
    registered = known.registrations.get(person["code"])
    if registered is None:
        return registering.problems(session, person, known, today)
    same = registered == registering.registration_index(session, person)
    return {} if same else {"code": [DIFFERS]}
