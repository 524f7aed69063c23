"""Projects: a board by state, and each dossier with its gates, goals, budget and reviews."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for

from notifications.desk.answers import partial
from notifications.desk.app import actor, desk
from notifications.desk.places import chosen_place
from notifications.desk.words import say
from notifications.domain.giving_words import Merit, ProjectState

SIZE = 200
DECIDERS = frozenset({"director", "administrator", "operator"})
"""Who sees the buttons that decide; the volunteers service refuses the others anyway."""
pages = Blueprint("projects", __name__)
Form = dict[str, str]


@pages.get("/projects", defaults={"community": ""})
@pages.get("/projects/of/<community>")
def projects(community: str) -> Any:
    place, volunteers = chosen_place(community), _volunteers()
    found = volunteers.find_projects(community=place, size=SIZE)["items"]
    columns = {state: [each for each in found if each["state"] == state] for state in ProjectState}
    partners = volunteers.list_partners(community=place)
    return render_template("projects.html", place=place, columns=columns, partners=partners)


@pages.get("/projects/<project>")
def project(project: str) -> Any:
    return render_template("project.html", **_shown(project))


@pages.get("/projects/<project>/template.json")
def project_template(project: str) -> Response:
    """The file that another community imports."""
    answer = jsonify(_volunteers().export_project(project=project))
    answer.headers["Content-Disposition"] = f"attachment; filename={project}.json"
    return answer


@pages.get("/projects/<project>/<report>.pdf")
def project_report(project: str, report: str) -> Response:
    """The mid-term or the closing report, to be printed, completed by hand, and signed."""
    pdf = b64decode(_volunteers().print_report(project=project, report=report)["pdf"])
    name = f"inline; filename={project}-{report}.pdf"
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": name})


@pages.post("/projects/of/<community>/draft")
def draft_project(community: str) -> Any:
    names = ("title", "summary", "route", "partner", "starts_on", "ends_on")
    facts = {name: request.form.get(name, "") for name in names}
    made = _volunteers().draft_project(community=community, **facts)
    return redirect(url_for("desk.projects.project", project=made["id"]), 303)


@pages.post("/projects/<project>/act")
def project_act(project: str) -> Any:
    form = {name: text.strip() for name, text in request.form.items()}
    act = ACTS.get(form.get("act", ""))
    if act is None:
        abort(400)
    act(project, form)
    if not partial():
        return redirect(url_for("desk.projects.project", project=project), 303)
    message = say(f"project_{form['act']}_done")
    return render_template("parts/dossier.html", message=message, **_shown(project))


def _file(project: str, form: Form) -> None:
    paper = {name: form.get(name, "") for name in ("paper", "reference")}
    _volunteers().file_paper(project=project, **paper)


def _review(project: str, form: Form) -> None:
    scores = {each.value: _whole(form.get(each.value)) for each in Merit}
    _volunteers().review_project(project=project, scores=scores)


def _move(project: str, form: Form) -> None:
    reason = {"reason": form["reason"]} if form.get("reason") else {}
    _volunteers().move_project(project=project, to=form.get("to", ""), **reason)


def _add_goal(project: str, form: Form) -> None:
    goals = [
        _without(each, "value") for each in _volunteers().get_project(project=project)["goals"]
    ]
    goal = {name: form.get(name) or None for name in ("title", "indicator", "aid_kind")}
    goals.append(goal | {"target": _whole(form.get("target"))})
    _volunteers().change_project(project=project, goals=goals)


def _add_line(project: str, form: Form) -> None:
    lines = _volunteers().get_project(project=project)["lines"]
    line = {name: form.get(name) or None for name in ("title", "nature", "side")}
    lines.append(line | {"planned": _whole(form.get("planned"))})
    _volunteers().change_project(project=project, lines=lines)


def _spend(project: str, form: Form) -> None:
    lines = _volunteers().get_project(project=project)["lines"]
    actuals = [_whole(form.get(f"actual-{at}")) for at in range(len(lines))]
    _volunteers().record_spending(project=project, actuals=actuals)


ACTS: dict[str, Callable[[str, Form], None]] = {
    "paper": _file,
    "review": _review,
    "move": _move,
    "goal": _add_goal,
    "line": _add_line,
    "spend": _spend,
}


def _without(part: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != name}


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _volunteers() -> Any:
    return desk().peers(actor()).volunteers


def _shown(project: str) -> dict[str, Any]:
    found = _volunteers().get_project(project=project)
    passed = {each["state"]: each for each in found["steps"]}
    partners = _volunteers().list_partners(community=found["community"])
    names = {each["id"]: each["name"] for each in partners}
    return {
        "project": found,
        "passed": passed,
        "partner": names.get(found["partner"], found["partner"]),
        "filed": {each["paper"]: each for each in found["papers"]},
        "decides": actor().role in DECIDERS,
        "begun": found["state"] in ("running", "midterm", "closing", "settled"),
    }
