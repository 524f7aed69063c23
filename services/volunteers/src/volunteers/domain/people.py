"""Rules about a volunteer's own data: numbers that hold, and what is needed to become active."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable
from datetime import date

from stdnum.cn import ric

from volunteers.domain.calendar import age_on
from volunteers.domain.codes import AidKind, Gender, Lack

ADULT_AGE = 18
"""Civil Code of the PRC (民法典) art. 17: who has completed eighteen years is an adult."""

OLDEST = 120


def end_of_month(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def is_minor(born_by: date, today: date) -> bool:
    """Whether somebody born on ``born_by`` at the latest may still be under age."""
    return age_on(born_by, today) < ADULT_AGE


def birth_date_problem(birth_date: date, today: date) -> str | None:
    """What is wrong with a birth date, as ``problem; remedy``."""
    if birth_date >= today:
        return f"{birth_date} does not lie in the past; check the year"
    if age_on(birth_date, today) > OLDEST:
        return f"{birth_date} is more than {OLDEST} years ago; check the year"
    return None


def identity_number_problem(number: str, birth_date: date, gender: Gender) -> str | None:
    """What is wrong with a resident identity number (GB 11643), as ``problem; remedy``.

    stdnum's check digit is used and its place table is not: that ties a place to the birth year,
    although numbers are given out where people live later. It also folds full-width digits and
    believes birth years to come, so shape and date are checked here. No message repeats the number.
    """
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return "is not an identity number; give 17 digits and the check character 0-9 or X"
    if ric.calc_check_digit(number) != number[-1]:
        return "has a wrong check character; compare it with the card"
    if number[6:14] != birth_date.strftime("%Y%m%d"):
        return "does not agree with the birth date; correct one of the two"
    if (int(number[16]) % 2 == 1) is not (gender is Gender.MALE):
        return "does not agree with the gender; correct one of the two"
    return None


def lacking(
    *,
    minor: bool,
    availability: Collection[object],
    aid_kinds: Collection[str],
    languages: Collection[str],
    guardian_consent: bool,
    companion: str | None,
) -> list[Lack]:
    """What keeps a volunteer from becoming active; empty where nothing does."""
    wanting = {
        Lack.AVAILABILITY: not availability,
        Lack.AID_KINDS: not aid_kinds,
        Lack.LANGUAGES: not languages,
        Lack.GUARDIAN: minor and not guardian_consent,
        Lack.COMPANION: minor and companion is None,
    }
    return [lack for lack, wants in wanting.items() if wants]


def papers_asked(aid_kinds: Iterable[str], needed: Callable[..., frozenset[str]]) -> frozenset[str]:
    """The papers that the rules ask of somebody for these kinds of aid; schooling means children.

    ``needed`` says so for one kind, with and without minors.
    """
    return frozenset[str]().union(
        *(needed(kind, involves_minor=kind == AidKind.SCHOOLING) for kind in aid_kinds)
    )
