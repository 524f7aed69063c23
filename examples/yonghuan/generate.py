"""Writes the sample community 永环社区: `python examples/yonghuan/generate.py [FOLDER]`.

Everything in it is invented. The seed is fixed, so a run rewrites the files byte for byte.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

import staff
from helpers import PARTNERS, Volunteer, volunteers
from homes import Home, certificate, homes
from needs import Need, impossible, needs
from people import Registry
from places import BUILDINGS

SEED = "yonghuan 2026"

HOUSEHOLDS = (
    "household", "building", "address", "latitude", "longitude", "phone", "gender_wanted",
    "minors_welcome", "consent", "role", "name", "identity_number", "disability", "grade",
)  # fmt: skip
NEEDS = (
    "household", "number", "aid_kind", "service", "urgency", "frequency", "minutes", "slots",
    "skills", "languages", "grade", "starts_on", "ends_on", "note",
)  # fmt: skip
VOLUNTEERS = (
    "code", "partner", "kind", "name", "gender", "birth_date", "identity_number", "phone",
    "skills", "languages", "availability", "aid_kinds", "capacity", "max_distance_m", "latitude",
    "longitude", "clearances", "guardian_name", "guardian_phone", "guardian_consented_on",
    "companion",
)  # fmt: skip

Row = Sequence[object]


def main(folder: Path) -> None:
    """Writes all seven files into `folder`."""
    registry = Registry(_chance("people"))
    households = homes(registry)
    helpers = volunteers(registry)
    wanted = needs(_chance("needs"), households)
    _write(folder / "partners.csv", ("code", "name", "kind"), PARTNERS)
    _write(folder / "households.csv", HOUSEHOLDS, (row for one in households for row in _home(one)))
    _write(folder / "volunteers.csv", VOLUNTEERS, map(_volunteer, helpers))
    _write(folder / "needs.csv", NEEDS, map(_need, wanted))
    _write(folder / "staff.csv", staff.COLUMNS, staff.rows(registry))
    _write(
        folder / "impossible.csv",
        ("household", "number", "cause", "why"),
        impossible(households, wanted),
    )
    certificates = ("household", "certified_on", "valid_until", "income_stable")
    _write(folder / "certified.csv", certificates, _certificates(households))


def _chance(purpose: str) -> Random:
    """A source of chance for one purpose, so that a change in one leaves the others alone."""
    return Random(f"{SEED} {purpose}")


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """UTF-8 without a mark, line ends `\\n`; the last column says that the row is invented."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*header, "synthetic"])
        writer.writerows([*row, "yes"] for row in rows)


def _listed(values: Iterable[str]) -> str:
    return "|".join(values)


def _home(home: Home) -> Iterator[Row]:
    """A row per member; what belongs to the household stands on the first one's only."""
    place = BUILDINGS[home.building]
    shared: Row = (
        home.building, home.address, place.latitude, place.longitude, home.phone,
        home.gender_wanted, home.minors_welcome, home.consent,
    )  # fmt: skip
    for member in home.members:
        number, grade = member.person.identity_number, member.grade or ""
        yield (
            home.code, *shared, member.role, member.person.name, number, member.disability, grade
        )  # fmt: skip
        shared = ("",) * len(shared)


def _need(need: Need) -> Row:
    wish = need.wish
    return (
        need.household, need.number, wish.aid_kind, wish.service, need.urgency, need.frequency,
        need.minutes, _listed(need.slots), _listed(need.skills), _listed(need.languages),
        need.grade or "", need.starts_on, need.ends_on or "", wish.note,
    )  # fmt: skip


def _volunteer(one: Volunteer) -> Row:
    guardian = one.guardian
    return (
        one.code, one.partner, one.kind, one.person.name, one.person.gender, one.person.born,
        one.person.identity_number, one.phone, _listed(one.skills), _listed(one.languages),
        _listed(one.availability), _listed(one.aid_kinds), one.capacity, one.max_distance_m,
        one.place.latitude, one.place.longitude, _listed(one.clearances),
        guardian.name if guardian else "", guardian.phone if guardian else "",
        (guardian.consented_on or "") if guardian else "", one.companion,
    )  # fmt: skip


def _certificates(households: list[Home]) -> Iterator[Row]:
    chance = _chance("certificates")
    for home in households:
        certified_on, valid_until, stable = certificate(chance)
        yield home.code, certified_on, valid_until, "yes" if stable else "no"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
