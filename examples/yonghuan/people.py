"""Invented people: a name, a gender, a birth date, an identity number, a telephone number.

The check digits are right and nobody is meant. Identity numbers carry a *city's* code, which the
police give to no one who lives in a district; telephone numbers come from 180 0000 xxxx, a block
that libphonenumber's tables place nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import names

REFERENCE_DATE = date(2026, 11, 23)

# Shenyang nine times out of ten. City codes are also the ones python-stdnum takes for every year
# of birth: it refuses 210103 for people born before 1983, when that code began.
CITIES = ("210100",) * 9 + ("210300", "220100", "230100")


@dataclass(frozen=True)
class Person:
    """One invented person; `born` is a local date."""

    name: str
    gender: str
    born: date
    identity_number: str

    @property
    def age(self) -> int:
        """Full years on the reference date."""
        return age_on(REFERENCE_DATE, self.born)

    @property
    def surname(self) -> str:
        """The family name; all of ours have one character."""
        return self.name[0]


def age_on(day: date, born: date) -> int:
    """Full years between two dates."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_digit(first17: str) -> str:
    """The eighteenth digit of an identity number: ISO 7064 MOD 11-2 (GB 11643-1999)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


def born_at_age(chance: Random, youngest: int, oldest: int) -> date:
    """A birth date that makes somebody between two ages (both included) on the reference date."""
    latest = REFERENCE_DATE.replace(year=REFERENCE_DATE.year - youngest)
    earliest = REFERENCE_DATE.replace(year=REFERENCE_DATE.year - oldest - 1)
    return latest - timedelta(days=chance.randrange((latest - earliest).days))


def born_for_grade(chance: Random, grade: int) -> date:
    """A birth date of a child in this grade: six by 31 August of its first school year."""
    return date(2020 - grade, 9, 1) + timedelta(days=chance.randrange(365))


class Registry:
    """Makes people and telephone numbers, never the same number twice."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._taken: set[str] = set()

    def person(self, gender: str, born: date, surname: str | None = None) -> Person:
        """Somebody new. Without `surname`, one is drawn."""
        return Person(self._name(gender, born, surname), gender, born, self._number(gender, born))

    def phone(self) -> str:
        """A new mobile number in E.164."""
        return self._new(lambda: f"+861800000{self.chance.randrange(10_000):04d}")

    def _name(self, gender: str, born: date, surname: str | None) -> str:
        def draw() -> str:
            family = surname or names.surname(self.chance)
            return family + names.given_name(self.chance, gender, born.year)

        return self._new(draw)

    def _number(self, gender: str, born: date) -> str:
        def draw() -> str:
            order = self.chance.randrange(1, 499) * 2 + (gender == "male")
            first17 = f"{self.chance.choice(CITIES)}{born:%Y%m%d}{order:03d}"
            return first17 + check_digit(first17)

        return self._new(draw)

    def _new(self, draw: Callable[[], str]) -> str:
        while (drawn := draw()) in self._taken:
            pass
        self._taken.add(drawn)
        return drawn
