"""Forms, declared once: what is asked, how it is read for a service, and what was refused.

A form's ``words`` is the key of its button's phrase, ``<words>_done`` what is said afterwards; a
field's label is ``<words>_<name>``, or ``field_<name>`` where several forms ask for the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import g, request
from werkzeug.datastructures import MultiDict

from notifications.desk.phrases import PHRASES
from servicekit.errors import Invalid, ServiceError, flatten

CODES = re.compile(r"[\w-]+")
MOST_DIGITS = 9


@dataclass(frozen=True)
class Field:
    """A question. ``name`` may lead into lists and objects, as in ``pick_ups.0.phone``.

    ``kind`` is that of an ``input``, or ``area``; ``choice`` of a code list or of what the page
    offers under ``codes``, ``many`` of them; ``yes`` or not; ``lines`` of text; ``person`` by code,
    or ``people``, offered by the data list ``codes``; a ``file`` of JSON. ``label`` stands for the
    phrase; fields of one ``group`` stand together under it.
    """

    name: str
    kind: str = "text"
    needed: bool = True
    most: int = 200
    least: int = 1
    codes: str = ""
    value: str = ""
    times: int = 1
    label: str = ""
    group: str = ""

    def read(self, place: str) -> Any:
        """What was answered, as the contract wants it; None where nothing was."""
        texts = [text for each in request.form.getlist(self.name) if (text := each.strip())]
        return READERS.get(self.kind, _first)(texts, self.name, place)


@dataclass(frozen=True)
class Form:
    """What a service is asked for by ``method``, and the questions that go before."""

    method: str
    words: str
    fields: tuple[Field, ...] = ()

    def read(self, place: str) -> dict[str, Any]:
        """The answers of the request at hand; what was left empty is left out."""
        facts: dict[str, Any] = {}
        for field in self.fields:
            value = field.read(place)
            if value is not None:
                _put(facts, field.name.split("."), value)
        nested = {field.name.partition(".")[0] for field in self.fields if "." in field.name}
        return facts | {name: _listed(facts[name]) for name in nested & facts.keys()}

    def label(self, name: str) -> str:
        """The key of a field's phrase."""
        last = name.rpartition(".")[2]
        own = (f"{self.words}_{name}", f"{self.words}_{last}")
        return next((key for key in own if key in PHRASES), f"field_{last}")


@dataclass(frozen=True)
class Refused:
    """What was sent by which form, and what is wrong with it: by field, and as a whole."""

    words: str
    path: str
    given: MultiDict[str, str]
    fields: Mapping[str, list[str]]
    whole: list[str]

    @property
    def first(self) -> str:
        """The field to begin with."""
        return next(iter(self.fields), "")


def refuse(form: Form, error: ServiceError) -> None:
    """Remember for the page at hand what a service says of a form."""
    named: dict[str, list[str]] = {}
    whole: list[str] = []
    found = flatten(error.details) if isinstance(error, Invalid) else [("", error.message)]
    for path, text in found:
        name = next((each.name for each in form.fields if _about(path, each.name)), None)
        if name is None:
            whole.append(f"{path}: {text}" if path else text)
        else:
            named.setdefault(name, []).append(text)
    g.refused = Refused(form.words, request.path, request.form, named, whole)


def refused(form: Form, address: str) -> Refused | None:
    """What was wrong with this form just now."""
    found: Refused | None = g.get("refused")
    mine = found is not None and (found.words, found.path) == (form.words, address)
    return found if mine else None


def answers(field: Field, value: Any, bad: Refused | None) -> list[str]:
    """What stands in a field: as it was typed, else as it is known, else as it is mostly."""
    if bad is not None:
        return bad.given.getlist(field.name)
    known = field.value if value is None else value
    return [str(each) for each in (known if isinstance(known, list) else [known]) if each != ""]


def full_id(code: str, place: str) -> str:
    """An id; people type ``v012`` for somebody of their own community."""
    return code if code[:12].isdigit() and len(code) > 12 else f"{place}-{code.upper()}"


def _about(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _first(texts: list[str], _name: str, _place: str) -> Any:
    return texts[0] if texts else None


def _number(texts: list[str], _name: str, _place: str) -> Any:
    """Digits as a number; the owner says what is wrong with anything else."""
    text = texts[0] if texts else None
    plain = text is not None and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text or 0) if plain else text


def _person(texts: list[str], _name: str, place: str) -> Any:
    return full_id(texts[0], place) if texts else None


def _people(texts: list[str], _name: str, place: str) -> Any:
    return [full_id(code, place) for text in texts for code in CODES.findall(text)] or None


def _lines(texts: list[str], _name: str, _place: str) -> Any:
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()] or None


def _file(_texts: list[str], name: str, _place: str) -> Any:
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    try:
        found = json.loads(sent.read())
    except (ValueError, RecursionError):
        raise Invalid({name: ["is no file of a project; choose one that was exported"]}) from None
    return found


READERS: Mapping[str, Callable[[list[str], str, str], Any]] = {
    "number": _number,
    "person": _person,
    "people": _people,
    "many": lambda texts, _name, _place: texts or None,
    "yes": lambda texts, _name, _place: bool(texts),
    "lines": _lines,
    "file": _file,
}


def _put(facts: dict[str, Any], path: list[str], value: Any) -> None:
    here = facts
    for name, _ in pairwise(path):
        here = here.setdefault(name, {})
    here[path[-1]] = value


def _listed(part: Any) -> Any:
    """What has numbers for names is a list."""
    if not isinstance(part, dict):
        return part
    values = {name: _listed(value) for name, value in part.items()}
    return list(values.values()) if all(name.isdecimal() for name in values) else values
