"""One volunteer's ledger of hours: disputed, reversed; what a pupil learned, and their record."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from notifications.desk import access
from notifications.desk.answers import View
from notifications.desk.app import names, volunteers_service
from notifications.desk.forms import Field, Form, full_id
from notifications.desk.visitor import somebody
from notifications.desk.words import local
from servicekit import clock

REASON = (Field("reason", "choice", codes="hours_doubt"),)
DISPUTE = Form("dispute_hours", "hours_dispute", REASON)
REVERSE = Form("reverse_hours", "hours_reverse", REASON)
LESSON = Form("note_lesson", "hours_lesson", (Field("on", "date"), Field("words", most=300)))
DISPUTABLE = ("reported",)
REVERSIBLE = ("reported", "disputed", "verified")
STATES = ("reported", "disputed", "verified", "reversed")
MOST_CODE = 40
pages = Blueprint("hours", __name__)


@pages.get("/recognition/hours/of/<community>")
def find_hours(community: str) -> Any:
    """Leads to the ledger of whoever's code was typed."""
    code = request.args.get("volunteer", "").strip()[:MOST_CODE]
    if not code:
        return redirect(url_for("desk.recognition.recognition", community=community))
    return redirect(url_for("desk.hours.hours", volunteer=full_id(code, community)))


@pages.get("/recognition/hours/<volunteer>")
def hours(volunteer: str) -> Any:
    return VIEW.show(volunteer)


@pages.post("/recognition/hours/<volunteer>/<kind>/<work>")
def doubt_hours(volunteer: str, kind: str, work: str) -> Any:
    if kind not in ("visit", "top_up"):
        abort(400)
    return VIEW.step(volunteer, (DISPUTE, REVERSE), volunteers_service(), **{kind: work})


@pages.post("/recognition/hours/<volunteer>/lessons")
def note_lesson(volunteer: str) -> Any:
    return VIEW.step(volunteer, (LESSON,), volunteers_service(), volunteer=volunteer)


@pages.get("/recognition/hours/<volunteer>/growth.pdf")
def growth_record(volunteer: str) -> Response:
    """A pupil's record of a period; that it was made, and by whom, is in the owner's audit."""
    period = {name: request.args.get(name, "") for name in ("from", "until")}
    printed = volunteers_service().print_growth_record(volunteer=volunteer, **period)
    headers = {"Content-Disposition": f'attachment; filename="{volunteer}-growth.pdf"'}
    return Response(b64decode(printed["pdf"]), content_type="application/pdf", headers=headers)


def _shown(volunteer: str) -> dict[str, Any]:
    """The ledger, a line for each service with what it stands at now, the latest first."""
    person = volunteers_service().get_volunteer(volunteer=volunteer)
    found = volunteers_service().hours(volunteer=volunteer)
    services: dict[str, dict[str, Any]] = {}
    for entry in sorted(found["entries"], key=lambda each: STATES.index(each["state"])):
        kind = "visit" if entry["visit"] else "top_up"
        services[entry[kind]] = entry | {"kind": kind, "work": entry[kind]}
    today = local(clock.now()).date()
    return {
        "volunteer": person,
        "name": names([{"volunteer": volunteer}]).of({"volunteer": volunteer}).get(volunteer),
        "place": person["community"],
        "found": found,
        "services": sorted(services.values(), key=lambda each: str(each["on"]), reverse=True),
        "forms": {"dispute": DISPUTE, "reverse": REVERSE, "lesson": LESSON},
        "disputable": DISPUTABLE,
        "reversible": REVERSIBLE,
        "deciding": access.allowed(access.Who.MATCHING, somebody()),
        "today": today.isoformat(),
        "new_year": today.replace(month=1, day=1).isoformat(),
    }


VIEW = View("desk.hours.hours", "volunteer", "hours.html", "parts/hours_list.html", _shown)
