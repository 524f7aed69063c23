"""What to do where a filter refuses a pair, and the words for codes in sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from volunteers.domain.calendar import Slot, clock
from volunteers.domain.codes import AidKind, ClearanceKind, Gender, Language, Skill
from volunteers.domain.matching import Verdict, verdict_sentence
from volunteers.domain.matching.recruits import Found

REMEDIES = {
    "scope": "choose a volunteer of this community, or of a partner that serves it",
    "active": "activate the volunteer first, or choose another",
    "aid_kind": "give a reason to override, or choose another volunteer",
    "capacity": "raise the volunteer's capacity with their consent, or choose another",
    "skills": "give a reason to override, or choose another volunteer",
    "clearances": "record a valid clearance first (grant_clearance), or choose another volunteer",
    "minor_consent": "record the guardian's consent and an active adult companion first",
    "minors_welcome": "choose an adult volunteer, or ask the household",
    "gender": "choose another volunteer, or ask the household",
    "restrictions": "choose another volunteer",
}
"""For what an override does not lift; see ``matching.OVERRIDABLE`` for the rest."""

LOCALES = ("zh-CN", "en")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_WORDS = {
    str(code): code for kind in (AidKind, ClearanceKind, Gender, Language, Skill) for code in kind
}


def refusal(verdict: Verdict) -> str:
    """A failed verdict as ``problem; remedy``."""
    problem = verdict_sentence(verdict, "en").removesuffix(".").replace("; ", ", and ")
    return f"{problem}; {REMEDIES[verdict.name]}"


def recruit_sentence(found: Found, locale: str) -> str:
    """Whom to look for, and which needs would be served then."""
    recruit, label = found.recruit, labels(locale)
    zh = locale.startswith("zh")
    comma = "、" if zh else ", "
    codes = [recruit.aid_kinds, recruit.skills, recruit.languages, recruit.clearances]
    wished = [label(recruit.gender)] if recruit.gender != "any" else []
    brings = comma.join([*(label(code) for some in codes for code in sorted(some)), *wished])
    times = comma.join(_time(slot, zh=zh) for slot in recruit.slots)
    where, closed = f"{recruit.latitude:.3f}, {recruit.longitude:.3f}", comma.join(found.closed)
    if zh:
        return f"一名志愿者（{brings}），{times}有空，住在{where}附近：可再服务{closed}。"
    return f"A volunteer ({brings}), free {times}, near {where}: {closed} would be served too."


def _time(slot: Slot, *, zh: bool) -> str:
    day = (f"周{'一二三四五六日'[slot.weekday - 1]}", WEEKDAYS[slot.weekday - 1])[not zh]
    return f"{day} {clock(slot.start)}-{clock(slot.end)}"


def labels(locale: str) -> Callable[[str], str]:
    """Turns codes into words of ``zh-CN`` or ``en``; what is no code stays as it is."""
    return partial(_label, locale=locale)


def _label(code: str, *, locale: str) -> str:
    if code == "any" and locale.startswith("zh"):
        return "不限"
    known = _WORDS.get(code)
    return known.label(locale) if known is not None else code
