"""Ages, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from households.domain.codes import ConsentGiver

ADULT = 18
"""Civil Code of the PRC, art. 17."""

ELDER = 60
"""Law on the Protection of the Rights and Interests of the Elderly, art. 2."""

NEEDS_GUARDIAN = 14
"""Personal Information Protection Law, art. 31: a guardian consents for under-14s."""


def age_on(born: date, day: date) -> int:
    """Full years; who was born on 29 February has the birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_minor(born: date | None, day: date) -> bool:
    """Whether somebody is under 18; yes, to be careful, where the birth date was erased."""
    return born is None or age_on(born, day) < ADULT


def guardian_missing(
    head: date, everybody: Sequence[date], givers: Iterable[ConsentGiver], day: date
) -> bool:
    """Whether there are under-14s for whom neither a guardian nor an adult head has consented."""
    if all(age_on(born, day) >= NEEDS_GUARDIAN for born in everybody):
        return False
    entitled = {ConsentGiver.GUARDIAN}
    if not is_minor(head, day):
        entitled.add(ConsentGiver.HEAD)
    return entitled.isdisjoint(givers)
