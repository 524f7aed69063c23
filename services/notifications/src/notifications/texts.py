"""Texts from Jinja2 templates, in a sandbox: what happened, what to do, by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, Template, TemplateError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.domain.codes import Locale
from notifications.domain.words import word

COMMUNITY_DIGITS = 12
TROUBLES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template can come to grief by: itself, or one of the filters with what it is given."""


class TextError(Exception):
    """A template cannot be used: it is broken, does what it may not, or lacks a field."""


@dataclass(frozen=True, slots=True)
class Text:
    """A subject of one line and a body of a few."""

    subject: str
    body: str


def write(
    template: str,
    locale: str,
    data: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
    *,
    source: str | None = None,
) -> Text:
    """The text of ``template`` for an event's ``data``.

    ``names`` gives people's names by id, as far as the reader may see them now; where one is
    absent the text speaks of the code. ``source`` is a later version than the one that ships.
    Raises TextError, for instance where a field is missing.
    """
    try:
        found = _found(template, locale, source)
        context = found.new_context({**data, "locale": locale, "names": names or {}})
        subject, body = (_block(found, context, block) for block in ("subject", "body"))
    except TROUBLES as error:
        raise TextError(f"{_file(template, locale)}: {type(error).__name__}") from error
    return Text(subject=" ".join(subject.split()), body=body.strip())


def write_or_fall_back(
    template: str,
    locale: str,
    data: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
    *,
    fallback: str,
    source: str | None = None,
) -> Text:
    """As ``write``; where the template cannot be used, ``fallback`` in both places: nobody is left
    without a notification because a text is broken, or older than the notification's data."""
    try:
        return write(template, locale, data, names, source=source)
    except TextError:
        return Text(fallback, fallback)


def missing_languages(template: str) -> list[str]:
    """The languages in which ``template`` does not exist."""
    shipped = set(_environment().list_templates())
    return [locale for locale in Locale if _file(template, locale) not in shipped]


def _file(template: str, locale: str) -> str:
    return f"{template}.{locale}.j2"


def _found(template: str, locale: str, source: str | None) -> Template:
    if source is None:
        return _environment().get_template(_file(template, locale))
    return _environment().from_string(source)


def _block(source: Template, context: Context, name: str) -> str:
    text = "".join(source.blocks[name](context))
    return text.replace("） ", "）")  # a full-width bracket brings its own space


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("notifications", "templates"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "name": _name, "short": short, "word": _word}
    environment.filters["title"] = _title
    return environment


def short(key: str) -> str:
    """An id without its community: ``210103008001-H001`` → ``H001``."""
    head, _, rest = key.partition("-")
    return rest if rest and head.isdigit() and len(head) == COMMUNITY_DIGITS else key


@pass_context
def _name(context: Context, key: str) -> str:
    """A person's or household's name with its code, or the code alone."""
    name = context["names"].get(key)
    if name is None:
        return short(key)
    return (
        f"{name} ({short(key)})"
        if context["locale"] == Locale.ENGLISH
        else f"{name}（{short(key)}）"
    )


@pass_context
def _day(context: Context, iso: str) -> str:
    day = date.fromisoformat(iso)
    if context["locale"] == Locale.ENGLISH:
        return f"{day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月{day.day}日"


@pass_context
def _word(context: Context, code: str, kind: str) -> str:
    return word(code, kind, context["locale"])


@pass_context
def _title(context: Context, item: Mapping[str, Any]) -> str:
    """The subject of another notification's text: ``item`` is its template and data."""
    return write(item["template"], context["locale"], item["data"], context["names"]).subject
