"""What people come together for: sessions with places and staff, and the roll at the door."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from notifications.desk import access
from notifications.desk.answers import partial
from notifications.desk.app import actor, desk, names
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local, say
from servicekit import clock

DAYS_AHEAD = 28
SIZE = 100
PURPOSE = "sign-in"
STEPS = {
    "confirm": "confirm_enrolment",
    "come": "sign_in",
    "go": "sign_out",
    "drop": "cancel_enrolment",
}
SESSION_STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "close": ("close_session", ()),
    "staff": ("staff_session", ("volunteer",)),
    "unstaff": ("unstaff_session", ("volunteer",)),
    "material": ("add_material", ("title", "address")),
}
pages = Blueprint("activities", __name__)


@pages.get("/activities", defaults={"community": ""})
@pages.get("/activities/of/<community>")
def activities(community: str) -> Any:
    place, today = chosen_place(community), local(clock.now()).date()
    span = {"from": f"{today}", "until": f"{today + timedelta(days=DAYS_AHEAD)}"}
    found = desk().peers(actor()).volunteers.find_sessions(community=place, size=SIZE, **span)
    shown = [each for each in found["items"] if each["state"] != "cancelled"]
    return render_template("activities.html", place=place, sessions=shown)


@pages.get("/activities/<session>")
def activity_session(session: str) -> Any:
    return render_template("session.html", **_facts(session))


@pages.post("/activities/<session>/step")
def session_step(session: str) -> Any:
    step = request.form.get("step", "")
    if step not in SESSION_STEPS:
        abort(400)
    method, wanted = SESSION_STEPS[step]
    facts = {name: request.form.get(name, "").strip() for name in wanted}
    if "volunteer" in facts:
        facts["volunteer"] = _full(facts["volunteer"], session)
    getattr(desk().peers(actor()).volunteers, method)(session=session, **facts)
    return _answer(session, f"step_{step}_done")


def _full(code: str, session: str) -> str:
    """A volunteer's id; people type ``v012`` for one of their own community."""
    return code if code[:12].isdigit() else f"{session[:12]}-{code.upper()}"


@pages.post("/activities/<session>/questions")
def read_questions(session: str) -> Any:
    """What was asked ahead; that it was read is written down."""
    volunteers = desk().peers(actor()).volunteers
    asked = volunteers.read_questions(session=session, purpose=PURPOSE)
    if partial():
        return render_template("parts/questions.html", asked=asked)
    return render_template("session.html", asked=asked, **_facts(session))


@pages.post("/activities/<session>/<enrolment>")
def enrolment_step(session: str, enrolment: str) -> Any:
    step = request.form.get("step", "")
    if step not in STEPS or not enrolment.startswith(session):
        abort(400)
    more = {"pick_up": request.form.get("pick_up") or None} if step == "go" else {}
    getattr(desk().peers(actor()).volunteers, STEPS[step])(enrolment=enrolment, **more)
    return _answer(session, f"step_{step}_done")


def _answer(session: str, message: str) -> Any:
    if not partial():
        return redirect(url_for("desk.activities.activity_session", session=session), 303)
    return render_template("parts/roll.html", message=say(message), **_facts(session))


def _facts(session: str) -> dict[str, Any]:
    """The session, and who is expected; whoever is there or to come stands first."""
    volunteers = desk().peers(actor()).volunteers
    row = volunteers.get_session(session=session)
    roll = volunteers.session_roll(session=session, purpose=PURPOSE)["items"]
    parties = Counter(each["party"] for each in roll)
    order = ("confirmed", "attended", "offered", "waitlisted")
    ranks = {state: rank for rank, state in enumerate(order)}
    roll.sort(key=lambda each: (bool(each["signed_out_at"]), ranks.get(each["state"], 9)))
    for each in roll:
        each["together"] = parties[each["party"]] > 1
    known = names({"volunteer": each} for each in row["staff"])
    return {
        "row": row,
        "roll": roll,
        "place": row["community"],
        "today": f"{local(clock.now()):%Y-%m-%d}" == row["on"],
        "staff": [(each, known.of({"volunteer": each}).get(each)) for each in row["staff"]],
        "materials": volunteers.list_materials(session=session),
        "may_staff": access.allowed(access.Who.MATCHING, somebody()),
    }
