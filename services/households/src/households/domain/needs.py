"""What a need may ask for, and what it means for whoever serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from households.domain.codes import AidKind, NeedStatus, Service
from households.domain.people import is_minor

S = Service

SERVICES: Mapping[AidKind, tuple[Service, ...]] = {
    AidKind.ELDERLY: (S.COMPANY, S.SHOPPING, S.CLEANING, S.ESCORT, S.PHONE_HELP),
    AidKind.DISABILITY: (S.ESCORT, S.SHOPPING, S.CLEANING, S.REHAB_COMPANY),
    AidKind.HARDSHIP: (S.CLEANING, S.REPAIR, S.LEGAL_ADVICE, S.JOB_ADVICE, S.SUPPLIES),
    AidKind.SCHOOLING: (S.TUTORING, S.READING, S.ART, S.SPORT),
}

WORST_FIRST = (NeedStatus.OPEN, NeedStatus.SUSPENDED, NeedStatus.MATCHED, NeedStatus.MET)
"""How badly a household stands; what was withdrawn or referred is not the community's to cover."""

COVERED = (NeedStatus.MATCHED, NeedStatus.MET)


def problems(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Per field, what does not go together in a need; empty where all is well."""
    found: dict[str, list[str]] = {}
    offered = SERVICES[facts["aid_kind"]]
    if facts["service"] not in offered:
        found["service"] = [
            f"does not belong to {facts['aid_kind']}; choose one of: {', '.join(offered)}"
        ]
    elif facts["service"] is Service.TUTORING and facts["grade"] is None:
        found["grade"] = [
            "is missing and tutoring needs it; give the pupil's school grade, 1 to 12"
        ]
    if facts["ends_on"] is not None and facts["ends_on"] < facts["starts_on"]:
        found["ends_on"] = [
            "lies before the start; give a date on or after starts_on, or leave it out"
        ]
    return found


def involves_minor(aid_kind: AidKind, *, for_somebody: bool, born: date | None, day: date) -> bool:
    """Whether somebody under 18 is served: schooling always; else the member the need is for."""
    return aid_kind is AidKind.SCHOOLING or (for_somebody and is_minor(born, day))


def next_code(codes: Iterable[str]) -> str:
    """``N3`` after N1 and N2."""
    numbers = [int(code[1:]) for code in codes if re.fullmatch(r"N[0-9]{1,9}", code)]
    return f"N{max(numbers, default=0) + 1}"
