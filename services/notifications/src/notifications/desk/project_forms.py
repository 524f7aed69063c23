"""What is asked about a project: some forms grow with its goals and its budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from notifications.desk.forms import Field, Form
from notifications.desk.words import label, say
from notifications.domain.giving_words import Merit

MOST = 999_999_999
SPARE = 3
FACTS = (
    Field("title", most=100),
    Field("partner", "choice"),
    Field("starts_on", "date"),
    Field("ends_on", "date"),
    Field("summary", "area", needed=False, most=4000),
)
DRAFT = Form(
    "draft_project",
    "project_draft",
    (FACTS[0], Field("route", "choice", codes="route"), *FACTS[1:]),
)
IMPORT = Form(
    "import_project",
    "project_import",
    (Field("template", "file"), Field("partner", "choice"), Field("starts_on", "date")),
)
CHANGE = Form("change_project", "project_change", FACTS)
PAPER = Form(
    "file_paper", "project_paper", (Field("paper", "choice", codes="paper"), Field("reference"))
)
MOVE = Form("move_project", "project_move", (Field("to", "hidden"),))
REJECT = Form(
    "move_project",
    "project_reject",
    (Field("to", "hidden", value="rejected"), Field("reason", "choice", codes="reject_reason")),
)


def review() -> Form:
    """A question for each of the five tests."""
    asked = (
        Field(f"scores.{each.value}", "number", most=5, value="3", label=label(each.value, "merit"))
        for each in Merit
    )
    return Form("review_project", "project_score", tuple(asked))


def goals(count: int) -> Form:
    """The goals there are, and room for some more; one without a title is taken off."""
    return _rows(
        "project_goals_form",
        "goals",
        count,
        (
            Field("title", most=100, needed=False),
            Field("indicator", "choice", codes="indicator"),
            Field("aid_kind", "choice", needed=False, codes="aid_kind"),
            Field("target", "number", needed=False, most=MOST),
        ),
    )


def lines(count: int) -> Form:
    """The lines of the budget, and room for some more."""
    return _rows(
        "project_lines_form",
        "lines",
        count,
        (
            Field("title", most=100, needed=False),
            Field("nature", "choice", codes="nature"),
            Field("side", "choice", codes="side"),
            Field("planned", "number", needed=False, least=0, most=MOST),
        ),
    )


def spending(project: Mapping[str, Any]) -> Form:
    """What each line came to; and a line that was not planned."""
    asked = [
        Field(
            f"actuals.{at}",
            "number",
            needed=False,
            least=0,
            most=MOST,
            label=f"{line['title']} · {label(line['side'], 'side')}",
        )
        for at, line in enumerate(project["lines"])
    ]
    words = say("project_unplanned")
    more = (
        Field("more.0.title", needed=False, most=100, group=words),
        Field("more.0.nature", "choice", codes="nature", group=words),
        Field("more.0.side", "choice", codes="side", group=words),
        Field("more.0.actual", "number", needed=False, least=0, most=MOST, group=words),
    )
    return Form("record_spending", "project_spend", (*asked, *more))


def titled(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that were filled in."""
    return [row for row in rows if row.get("title")]


def flat(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows as the values of their fields."""
    return {
        f"{name}.{at}.{key}": value for at, row in enumerate(rows) for key, value in row.items()
    }


def _rows(words: str, name: str, count: int, fields: tuple[Field, ...]) -> Form:
    asked = (
        Field(
            f"{name}.{at}.{each.name}",
            each.kind,
            each.needed,
            each.most,
            each.least,
            each.codes,
            group=say(f"{words}_row", number=f"{at + 1:02}"),
        )
        for at in range(count + SPARE)
        for each in fields
    )
    return Form("change_project", words, tuple(asked))
