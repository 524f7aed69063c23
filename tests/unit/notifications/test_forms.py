"""The desk's forms: every word is there in both languages, and answers become what is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

import households
import notifications.desk.pages
import volunteers
from notifications.desk import forms
from notifications.desk.forms import Field, Form
from notifications.desk.phrases import PHRASES
from notifications.desk.problems import CHINESE
from notifications.desk.words import CODES
from notifications.domain.repeating import rule_of
from servicekit.errors import Conflict, Invalid

PLACE = "210103008001"


def declared() -> Iterator[Form]:
    """The forms of all pages."""
    modules = [path.stem for path in Path(notifications.desk.pages.__file__).parent.glob("*.py")]
    names = [f"notifications.desk.pages.{name}" for name in modules if name != "__init__"]
    for name in (*names, "notifications.desk.project_forms"):
        yield from (each for each in vars(import_module(name)).values() if isinstance(each, Form))


def test_every_form_says_what_it_asks_and_what_it_did() -> None:
    found = list(declared())
    assert len(found) > 40
    shown = [(form, field) for form in found for field in form.fields if field.kind != "hidden"]
    wanted = {key for form in found for key in (form.words, f"{form.words}_done")}
    wanted |= {form.label(field.name) for form, field in shown if not field.label}
    assert wanted - PHRASES.keys() == set()


def test_every_code_list_that_a_form_names_is_known() -> None:
    kinds = {field.codes for form in declared() for field in form.fields if field.codes}
    lists = {"fit", "volunteers", "participants", "holders", "activities"}
    assert kinds - CODES.keys() - lists == set()


def test_answers_are_read_as_the_contract_wants_them() -> None:
    asked = (
        *(Field("title"), Field("many", "many"), Field("number", "number")),
        *(Field("yes", "yes"), Field("no", "yes"), Field("lines", "lines")),
        *(Field("who", "person"), Field("people", "people"), Field("empty", needed=False)),
        *(Field("rows.0.name"), Field("rows.0.size", "number"), Field("rows.1.name")),
    )
    sent = {
        "title": " 名称 ",
        "many": ["a", "b"],
        "number": "12",
        "yes": "yes",
        "lines": "身份证\n\n 户口簿 ",
        "who": "v012",
        "people": ["v001, V002", "210103008001-V003", ""],
        "empty": " ",
        "rows.0.name": "x",
        "rows.0.size": "many",
        "rows.1.name": "y",
    }
    with Flask("forms").test_request_context(method="POST", data=sent):
        facts = Form("ask", "ask", asked).read(PLACE)
    assert facts == {
        "title": "名称",
        "many": ["a", "b"],
        "number": 12,
        "yes": True,
        "no": False,
        "lines": ["身份证", "户口簿"],
        "who": f"{PLACE}-V012",
        "people": [f"{PLACE}-V001", f"{PLACE}-V002", f"{PLACE}-V003"],
        "rows": [{"name": "x", "size": "many"}, {"name": "y"}],
    }


def test_what_is_refused_stands_by_its_field_or_above_the_form() -> None:
    form = Form("ask", "ask", (Field("title"), Field("rows.0.size", "number")))
    with Flask("forms").test_request_context("/here", method="POST", data={"title": "x"}):
        wrong = {"rows": {"0": {"size": ["is missing; give a value"]}}, "other": ["is bad; mend"]}
        forms.refuse(form, Invalid(wrong))
        found = forms.refused(form, "/here")
        assert found is not None
        assert found.fields == {"rows.0.size": ["is missing; give a value"]}
        assert found.whole == ["other: is bad; mend"]
        assert forms.answers(form.fields[0], "known", found) == ["x"]
        assert forms.refused(form, "/there") is None
        forms.refuse(form, Conflict("it is closed; open it"))
        found = forms.refused(form, "/here")
        assert found is not None
        assert found.whole == ["it is closed; open it"]


@pytest.mark.parametrize(
    ("repeat", "weekdays", "rule"),
    [
        ("once", ["2"], None),
        ("weekly", [], "FREQ=WEEKLY"),
        ("weekly", ["2", "6"], "FREQ=WEEKLY;BYDAY=TU,SA"),
        ("fortnightly", ["3"], "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ("monthly", ["6"], "FREQ=MONTHLY;BYDAY=1SA"),
        ("weekly", ["12", "9"], "FREQ=WEEKLY"),
        ("never", ["9"], None),
    ],
)
def test_how_often_becomes_a_recurrence_rule(
    repeat: str, weekdays: list[str], rule: str | None
) -> None:
    assert rule_of(repeat, weekdays) == rule


def test_problems_in_chinese_are_well_formed() -> None:
    for pattern, chinese in CHINESE:
        re.compile(pattern)
        assert re.search("[一-鿿]", chinese)


ASKED_ON_THE_DESK = {
    volunteers: (
        "activities associations attending certificates clubs enrolling gifts growth honours hours"
        " pairings participants projects services settling staffing stars topping_up training"
    ),
    households: "concerns feedback referrals",
}


class Sentences(ast.NodeVisitor):
    """What a module refuses with: ``problem; remedy``, 7 standing for whatever is put in."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        if ast.unparse(node.func) in {"Conflict", "Invalid"}:
            for argument in node.args:
                Texts(self.found).visit(argument)


class Texts(Sentences):
    def __init__(self, found: list[str]) -> None:
        self.found = found

    def visit_Constant(self, node: ast.Constant) -> None:
        if "; " in str(node.value):
            self.found.append(str(node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = (str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
        if "; " in (text := "".join(parts)):
            self.found.append(text)


@pytest.mark.parametrize("service", ASKED_ON_THE_DESK, ids=lambda service: service.__name__)
def test_what_is_refused_on_the_desk_is_said_in_chinese(service: ModuleType) -> None:
    told = Sentences()
    for name in ASKED_ON_THE_DESK[service].split():
        module = Path(str(service.__file__)).parent / "usecases" / f"{name}.py"
        told.visit(ast.parse(module.read_text(encoding="utf-8")))
    assert len(told.found) > 3
    unknown = [each for each in told.found if not any(re.search(p, each) for p, _ in CHINESE)]
    assert unknown == []
