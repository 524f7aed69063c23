"""What the desk's pages say, in Chinese and English; and how they write moments and codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup, escape

from notifications.desk.phrases import PHRASES
from notifications.desk.visitor import current
from notifications.domain import codes
from notifications.domain.repeating import Repeat
from notifications.domain.words import LISTS
from notifications.texts import short
from servicekit import clock
from servicekit.codes import LabelledEnum

COMMUNITY = re.compile(r"(?<![0-9])[0-9]{12}-(?=[A-Z])")
WEEKDAYS = "一二三四五六日"
CODES: dict[str, type[LabelledEnum]] = {
    **LISTS,
    "role": codes.StaffRole,
    "urgency": codes.Urgency,
    "notification": codes.NotificationState,
    "delivery": codes.DeliveryState,
    "deferral": codes.Deferral,
    "why": codes.Why,
    "escalation": codes.EscalationState,
    "escalation_reason": codes.EscalationReason,
    "digest": codes.DigestPeriod,
    "repeat": Repeat,
}


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals["t"] = say
    app.jinja_env.globals |= {"care_codes": LISTS, "choices": choices}
    app.jinja_env.filters |= {
        "when": when,
        "day": day,
        "moment": moment,
        "short": short,
        "label": label,
        "points": points,
        "shorts": shorts,
        "weekday": weekday,
        "twice": lambda text: (text, text),
    }


def say(key: str, **facts: Any) -> str:
    """A phrase in the visitor's language. Facts are escaped, as everything in a page is."""
    text = PHRASES[key][english()]
    return text.format(**facts) if facts else text


def english() -> int:
    return int(current().locale == codes.Locale.ENGLISH)


def label(code: Any, kind: str) -> str:
    """A code's label; a code that is not known here is its own."""
    found = (each for each in CODES[kind] if each.value == code)
    return next((each.label(current().locale) for each in found), str(code))


def choices(field: Any, offered: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a field lets choose from: what the page offers, else its code list."""
    known = CODES.get(field.codes, ())
    return list(offered) or [(each.value, each.label(current().locale)) for each in known]


def local(at: datetime) -> datetime:
    return at.astimezone(current_app.extensions["desk"].zone)


def when(at: datetime) -> str:
    """A moment as people say it: today by its hour, later or earlier by its day."""
    here, now = local(at), local(clock.now())
    hour = f"{here:%H:%M}"
    days = (here.date() - now.date()).days
    if -1 <= days <= 1:
        return f"{say(('yesterday', 'today', 'tomorrow')[days + 1])} {hour}"
    return f"{day(here.date())} {hour}"


def day(on: date | str) -> str:
    """``11月23日 周一``, ``Mon 23 Nov``; with the year where it is another one."""
    on = date.fromisoformat(on) if isinstance(on, str) else on
    other_year = abs((local(clock.now()).date() - on) / timedelta(days=1)) > 300
    if english():
        return f"{on:%a} {on.day} {on:%b}" + (f" {on.year}" if other_year else "")
    year = f"{on.year}年" if other_year else ""
    return f"{year}{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]}"


def weekday(number: int) -> str:
    """1 is Monday."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return names[number - 1] if english() else f"周{WEEKDAYS[number - 1]}"


def moment(at: datetime) -> Markup:
    """A ``time`` element: as people say it, and exactly for machines."""
    return Markup('<time datetime="{}">{}</time>').format(local(at).isoformat(), escape(when(at)))


def shorts(text: str) -> str:
    """A sentence whose ids stand without their community."""
    return COMMUNITY.sub("", text)


def points(thousandths: int) -> str:
    """A score's thousandths as points with one decimal."""
    return f"{thousandths / 1000:.1f}"
