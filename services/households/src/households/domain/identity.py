"""Resident identity numbers (居民身份证号, GB 11643-1999).

python-stdnum knows the check digit and the places. It also folds full-width digits, accepts births
in the future, and ties the place code to the year of birth, although numbers were first given out
in 1984 and elders carry later codes: so the birth date and the place are judged here.
"""

from __future__ import annotations

import re
from datetime import date

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent

EARLIEST_YEAR = 1900
COMPARE = "compare digits 7 to 14 with the identity card"
SHAPE = re.compile(r"[0-9]{17}[0-9X]")


def normal(text: str) -> str:
    """The number as it is stored and compared: no blanks around it, X in upper case."""
    return text.strip().upper()


def problem(number: str, today: date) -> str | None:
    """What is wrong with a normalised number and what to do, or None; never repeats it."""
    if not SHAPE.fullmatch(number):
        return "is not an identity number; give 17 digits and a digit or X, all half-width"
    if not _check_digit_fits(number):
        return "has a wrong check digit; compare it with the identity card"
    if not numdb.get("cn/loc").info(number[:2])[0][1]:
        return "names no known province; compare the first two digits with the identity card"
    return _birth_problem(number, today)


def birth_date(number: str) -> date:
    """The birth date in a number that has no problem."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _check_digit_fits(number: str) -> bool:
    try:
        ric.validate(number)
    except InvalidChecksum:
        return False
    except (InvalidComponent, KeyError):
        pass  # the birth date or the place, which are judged here; KeyError: a county it lacks
    return True


def _birth_problem(number: str, today: date) -> str | None:
    try:
        born = birth_date(number)
    except ValueError:
        return f"holds no real birth date; {COMPARE}"
    if born.year < EARLIEST_YEAR:
        return f"holds a birth date before {EARLIEST_YEAR}; {COMPARE}"
    if born >= today:
        return f"holds a birth date that is not in the past; {COMPARE}"
    return None
