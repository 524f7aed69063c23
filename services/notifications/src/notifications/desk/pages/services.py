"""The teachers' desk: what was asked for, who sees to it, when, and what is late."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from notifications import queries
from notifications.desk.answers import partial
from notifications.desk.app import actor, desk
from notifications.desk.places import chosen_place
from notifications.desk.words import local, say
from servicekit import clock

SIZE = 100
PURPOSE = "teacher desk"
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "assign": ("assign_service", ("staff",)),
    "schedule": ("schedule_service", ("on", "at")),
    "papers": ("hand_in_papers", ()),
    "finish": ("finish_service", ()),
    "withdraw": ("withdraw_service", ()),
}
pages = Blueprint("services", __name__)


@pages.get("/services", defaults={"community": ""})
@pages.get("/services/of/<community>")
def services(community: str) -> Any:
    return render_template("services.html", **_listed(chosen_place(community)))


@pages.post("/services/<request_id>/step")
def service_step(request_id: str) -> Any:
    step = request.form.get("step", "")
    if step not in STEPS:
        abort(400)
    method, names = STEPS[step]
    facts: dict[str, Any] = {name: request.form.get(name, "") for name in names}
    if step == "papers":
        facts["papers"] = request.form.getlist("papers")
    getattr(desk().peers(actor()).volunteers, method)(request=request_id, **facts)
    if not partial():
        return redirect(url_for("desk.services.services", community=request_id[:12]), 303)
    message = say(f"service_{step}_done")
    return render_template("parts/services_list.html", message=message, **_listed(request_id[:12]))


@pages.post("/services/<request_id>/read")
def read_service(request_id: str) -> Any:
    """Who asks and where; that it was read is written down."""
    volunteers = desk().peers(actor()).volunteers
    shown = volunteers.reveal_service_request(request=request_id, purpose=PURPOSE)
    if partial():
        return render_template("parts/service_person.html", shown=shown)
    return render_template("services.html", shown=shown, **_listed(request_id[:12]))


def _listed(place: str) -> dict[str, Any]:
    """What is open, the most pressing first; and who of the community may see to it."""
    found = (
        desk()
        .peers(actor())
        .volunteers.find_service_requests(community=place, open=True, size=SIZE)
    )
    with desk().transaction() as session:
        rows = queries.find_staff(session, place, None, page=1, size=SIZE)["items"]
        names = {each.id: each.name or each.code for each in rows if each.community == place}
    today = f"{local(clock.now()):%Y-%m-%d}"
    return {"place": place, "requests": found["items"], "colleagues": names, "today": today}
