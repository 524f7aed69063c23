"""CSV files into the system: checked as a whole first, imported as a whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicekit.errors import Invalid
from sunshine.system import System

Row = dict[str, Any]
Record = dict[str, Any]
CHUNK = 2000


@dataclass(frozen=True)
class Kind:
    """What a file holds: who imports it, and how a row (or several) becomes a record."""

    service: str
    method: str
    records: Callable[[list[Row]], list[Record]]


@dataclass(frozen=True)
class Result:
    """What became of a file."""

    accepted: int
    unchanged: int
    refused: list[dict[str, Any]]
    report: Path | None


def import_file(system: System, community: str, kind: str, file: Path, *, dry_run: bool) -> Result:
    """Check every row; where all are good and it is no dry run, store them in one transaction.

    Refused rows go to ``<file>.refused.csv`` beside the input: line, field, problem, remedy.
    """
    what = KINDS[kind]
    records = what.records(read_rows(file))
    answer = system.call(
        what.service, what.method, community=community, records=records, dry_run=True
    )
    report = write_refused(file, answer["refused"]) if answer["refused"] else None
    if not dry_run and not answer["refused"]:
        answer = system.call(
            what.service, what.method, community=community, records=records, dry_run=False
        )
    return Result(answer["accepted"], answer["unchanged"], answer["refused"], report)


def read_rows(file: Path) -> list[Row]:
    """The rows of a CSV file (UTF-8), each with its ``line``."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restkey="")
            return [{**row, "line": str(reader.line_num)} for row in reader]
    except UnicodeDecodeError:
        problem = "is not UTF-8; save it from the spreadsheet as CSV UTF-8"
        raise Invalid({str(file): [problem]}) from None


def write_refused(file: Path, refused: Iterable[dict[str, Any]]) -> Path:
    """The refused rows, beside the input."""
    target = file.with_suffix(".refused.csv")
    columns = ["line", "field", "problem", "remedy"]
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(refused)
    return target


def _record(row: Row, **converters: Callable[[str], Any]) -> Record:
    """The row's filled cells, converted; a cell that cannot be is left as it is, to be refused."""
    record: Record = {"line": int(row["line"])}
    for column, text in row.items():
        if column in {"line", "synthetic"} or not isinstance(text, str) or not text.strip():
            continue
        record[column] = _converted(converters.get(column, str), text.strip())
    return record


def _converted(convert: Callable[[str], Any], text: str) -> Any:
    try:
        return convert(text)
    except ValueError:
        return text


def _codes(text: str) -> list[str]:
    return text.split("|")


def _slots(text: str) -> list[Record]:
    return [_slot(part) for part in text.split("|")]


def _slot(text: str) -> Record:
    weekday, _, times = text.partition(" ")
    start, _, end = times.partition("-")
    return {"weekday": _converted(int, weekday), "start": start, "end": end}


def _clearances(text: str) -> list[Record]:
    names = ("kind", "issued_on", "expires_on")
    return [dict(zip(names, part.split(":"), strict=False)) for part in text.split("|")]


def _consent(text: str) -> list[Record]:
    return [
        dict(zip(("purpose", "given_on"), part.split(":"), strict=False))
        for part in text.split("|")
    ]


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"


def _partners(rows: list[Row]) -> list[Record]:
    return [_record(row) for row in rows]


def _staff(rows: list[Row]) -> list[Record]:
    return [_record(row, channels=_codes, aid_kinds=_codes) for row in rows]


def _volunteers(rows: list[Row]) -> list[Record]:
    return [_volunteer(row) for row in rows]


def _volunteer(row: Row) -> Record:
    record = _record(
        row,
        skills=_codes,
        languages=_codes,
        aid_kinds=_codes,
        availability=_slots,
        clearances=_clearances,
        capacity=int,
        max_distance_m=int,
        latitude=float,
        longitude=float,
    )
    guardian = {
        field: record.pop(f"guardian_{field}")
        for field in ("name", "phone", "consented_on")
        if f"guardian_{field}" in record
    }
    return record | ({"guardian": guardian} if guardian else {})


def _households(rows: list[Row]) -> list[Record]:
    return [_household(group) for group in _grouped(rows, "household")]


def _grouped(rows: list[Row], column: str) -> Iterator[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get(column, ""), []).append(row)
    yield from groups.values()


MEMBER = ("role", "name", "identity_number", "disability", "grade")


def _household(rows: list[Row]) -> Record:
    record = _record(
        {column: text for column, text in rows[0].items() if column not in MEMBER},
        latitude=float,
        longitude=float,
        consent=_consent,
        minors_welcome=_yes,
    )
    record["code"] = record.pop("household", "")
    restrictions = {
        field: record.pop(column)
        for field, column in (("gender", "gender_wanted"), ("minors_welcome", "minors_welcome"))
        if column in record
    }
    return record | {"restrictions": restrictions, "members": [_member(row) for row in rows]}


def _member(row: Row) -> Record:
    kept = {column: row.get(column, "") for column in MEMBER} | {"line": row["line"]}
    member = _record(kept, grade=int)
    del member["line"]
    return member


def _needs(rows: list[Row]) -> list[Record]:
    return [_need(row) for row in rows]


def _need(row: Row) -> Record:
    record = _record(row, minutes=int, grade=int, slots=_slots, skills=_codes, languages=_codes)
    if "number" in record:
        record["code"] = record.pop("number")
    return record


KINDS = {
    "partners": Kind("volunteers", "import_partners", _partners),
    "volunteers": Kind("volunteers", "import_volunteers", _volunteers),
    "households": Kind("households", "import_households", _households),
    "needs": Kind("households", "import_needs", _needs),
    "staff": Kind("notifications", "import_staff", _staff),
}
