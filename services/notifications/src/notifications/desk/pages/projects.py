"""Projects: a board by state, and each dossier with its gates, goals, budget and reviews."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from notifications.desk import project_forms as asked
from notifications.desk.answers import View, chosen
from notifications.desk.app import actor, volunteers_service
from notifications.desk.choosing import partners_of
from notifications.desk.places import chosen_place
from notifications.domain.giving_words import ProjectState

SIZE = 200
DECIDERS = frozenset({"director", "administrator", "operator"})
"""Who sees the buttons that decide; the volunteers service refuses the others anyway."""
SPENDING = ("running", "midterm", "closing")
pages = Blueprint("projects", __name__)


@pages.get("/projects", defaults={"community": ""})
@pages.get("/projects/of/<community>")
def projects(community: str) -> Any:
    return BOARD.show(chosen_place(community))


@pages.get("/projects/<project>")
def project(project: str) -> Any:
    return DOSSIER.show(project)


@pages.get("/projects/<project>/template.json")
def project_template(project: str) -> Response:
    """The file that another community imports."""
    answer = jsonify(volunteers_service().export_project(project=project))
    answer.headers["Content-Disposition"] = f"attachment; filename={project}.json"
    return answer


@pages.get("/projects/<project>/<report>.pdf")
def project_report(project: str, report: str) -> Response:
    """The mid-term or the closing report, to be printed, completed by hand, and signed."""
    pdf = b64decode(volunteers_service().print_report(project=project, report=report)["pdf"])
    name = f"inline; filename={project}-{report}.pdf"
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": name})


@pages.post("/projects/of/<community>/draft")
def draft_project(community: str) -> Any:
    """Begun here, or copied from the file that another community exported."""
    form = chosen((asked.DRAFT, asked.IMPORT))
    act = partial(getattr(volunteers_service(), form.method), community=community)
    return BOARD.take(community, form, act, lambda made: _address(made["id"]))


@pages.post("/projects/<project>/act")
def project_act(project: str) -> Any:
    found = volunteers_service().get_project(project=project)
    form = chosen(_forms(found).values())
    return DOSSIER.take(project, form, lambda **facts: _act(found, form.words, form.method, facts))


def _act(found: dict[str, Any], words: str, method: str, facts: dict[str, Any]) -> None:
    """Rows that were left empty are none; what a line came to keeps its place."""
    for rows in ("goals", "lines", "more"):
        if rows in facts:
            facts[rows] = asked.titled(facts[rows])
    if words == "project_spend":
        spent = asked.spending(found).fields[: len(found["lines"])]
        facts["actuals"] = [field.read("") for field in spent]
    getattr(volunteers_service(), method)(project=found["id"], **facts)


def _address(project: str) -> str:
    return url_for("desk.projects.project", project=project)


def _listed(place: str) -> dict[str, Any]:
    found = volunteers_service().find_projects(community=place, size=SIZE)["items"]
    return {
        "place": place,
        "columns": {
            state: [each for each in found if each["state"] == state] for state in ProjectState
        },
        "options": {"partner": partners_of(place)},
        "forms": {"draft": asked.DRAFT, "import": asked.IMPORT},
        "drafting": url_for("desk.projects.draft_project", community=place),
    }


def _forms(found: dict[str, Any]) -> dict[str, Any]:
    """What may be done with a dossier; the owner says what is not in order."""
    known = (
        *(asked.CHANGE, asked.PAPER, asked.MOVE, asked.REJECT, asked.review()),
        *(asked.goals(len(found["goals"])), asked.lines(len(found["lines"]))),
        asked.spending(found),
    )
    return {form.words: form for form in known}


def _shown(project: str) -> dict[str, Any]:
    found = volunteers_service().get_project(project=project)
    passed = {each["state"]: each for each in found["steps"]}
    partners = partners_of(found["community"])
    actuals = {f"actuals.{at}": line["actual"] for at, line in enumerate(found["lines"])}
    return {
        "project": found,
        "passed": passed,
        "partner": dict(partners).get(found["partner"], found["partner"]),
        "filed": {each["paper"]: each for each in found["papers"]},
        "decides": actor().role in DECIDERS,
        "begun": found["state"] in ("running", "midterm", "closing", "settled"),
        "spending": found["state"] in SPENDING,
        "forms": _forms(found),
        "acting": url_for("desk.projects.project_act", project=project),
        "options": {"partner": partners},
        "values": asked.flat("goals", found["goals"])
        | asked.flat("lines", found["lines"])
        | actuals
        | {name: found[name] for name in ("title", "summary", "partner", "starts_on", "ends_on")},
    }


BOARD = View(
    "desk.projects.projects", "community", "projects.html", "parts/projects_list.html", _listed
)
DOSSIER = View("desk.projects.project", "project", "project.html", "parts/dossier.html", _shown)
