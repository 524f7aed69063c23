"""One session: who looks after it, who comes, the roll at the door, questions and materials."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, abort, render_template, url_for

from notifications.desk import access
from notifications.desk.answers import View, partial
from notifications.desk.app import names, volunteers_service
from notifications.desk.forms import Field, Form
from notifications.desk.visitor import somebody
from notifications.desk.words import label, local
from servicekit import clock

PURPOSE = "sign-in"
MOST = 500
CONFIRM = Form("confirm_enrolment", "step_confirm")
COME = Form("sign_in", "step_come")
GO = Form("sign_out", "step_go", (Field("pick_up", "choice", needed=False),))
DROP = Form("cancel_enrolment", "step_drop")
ENROLMENT_STEPS = (CONFIRM, COME, GO, DROP)
STAFF = Form("staff_session", "step_staff", (Field("volunteer", "person", codes="fit", most=40),))
UNSTAFF = Form("unstaff_session", "step_unstaff", (Field("volunteer", "hidden"),))
MATERIAL = Form(
    "add_material", "step_material", (Field("title"), Field("address", "url", most=500))
)
CLOSE = Form("close_session", "step_close")
CANCEL = Form("cancel_session", "step_cancel")
CHANGE = Form(
    "change_session",
    "step_change",
    (Field("place"), Field("capacity", "number", most=10_000)),
)
SESSION_STEPS = (STAFF, UNSTAFF, MATERIAL, CLOSE, CANCEL, CHANGE)
ENROL = Form(
    "enrol",
    "enrol",
    (
        Field("participants", "people", codes="participants", times=3, most=40),
        Field("together", "yes", value="yes"),
    ),
)
ASK = Form(
    "ask_question",
    "ask_question",
    (
        Field("text", "area", most=1000),
        Field("participant", "person", codes="participants", needed=False, most=40),
    ),
)
pages = Blueprint("sessions", __name__)


@pages.get("/activities/<session>")
def activity_session(session: str) -> Any:
    return VIEW.show(session)


@pages.post("/activities/<session>/step")
def session_step(session: str) -> Any:
    return VIEW.step(session, SESSION_STEPS, volunteers_service(), session=session)


@pages.post("/activities/<session>/enter")
def session_entry(session: str) -> Any:
    """Somebody wants to come, or to know something."""
    return VIEW.step(session, (ENROL, ASK), volunteers_service(), session=session)


@pages.post("/activities/<session>/questions")
def read_questions(session: str) -> Any:
    """What was asked ahead; that it was read is written down."""
    asked = volunteers_service().read_questions(session=session, purpose=PURPOSE)
    if partial():
        return render_template("parts/questions.html", asked=asked)
    return render_template("session.html", asked=asked, **_facts(session))


@pages.post("/activities/<session>/<enrolment>")
def enrolment_step(session: str, enrolment: str) -> Any:
    if not enrolment.startswith(session):
        abort(400)
    return VIEW.step(session, ENROLMENT_STEPS, volunteers_service(), enrolment=enrolment)


def _facts(session: str) -> dict[str, Any]:
    """The session, and who is expected; whoever is there or to come stands first."""
    volunteers = volunteers_service()
    row = volunteers.get_session(session=session)
    known = names({"volunteer": each} for each in row["staff"])
    may_staff = access.allowed(access.Who.MATCHING, somebody())
    running = row["state"] in ("planned", "announced")
    return {
        "row": row,
        "roll": _roll(session),
        "place": row["community"],
        "today": f"{local(clock.now()):%Y-%m-%d}" == row["on"],
        "staff": [(each, known.of({"volunteer": each}).get(each)) for each in row["staff"]],
        "materials": volunteers.list_materials(session=session),
        "may_staff": may_staff,
        "running": running,
        "forms": {form.words: form for form in (*SESSION_STEPS, *ENROLMENT_STEPS, ENROL, ASK)},
        "stepping": url_for("desk.sessions.session_step", session=session),
        "entering": url_for("desk.sessions.session_entry", session=session),
        "fit": _fit(session) if may_staff and running else [],
        "participants": _participants(row["community"]) if running else [],
    }


def _roll(session: str) -> list[dict[str, Any]]:
    roll: list[dict[str, Any]] = volunteers_service().session_roll(
        session=session, purpose=PURPOSE
    )["items"]
    parties = Counter(each["party"] for each in roll)
    order = ("confirmed", "attended", "offered", "waitlisted")
    ranks = {state: rank for rank, state in enumerate(order)}
    roll.sort(key=lambda each: (bool(each["signed_out_at"]), ranks.get(each["state"], 9)))
    for each in roll:
        each["together"] = parties[each["party"]] > 1
        offered = [
            (one["id"], f"{one['name']} · {label(one['relation'], 'relation')}")
            for one in each["pick_ups"]
        ]
        each["options"] = {"pick_up": offered}
    return roll


def _fit(session: str) -> list[tuple[str, str]]:
    found = volunteers_service().find_fit(session=session)
    return [(each["id"], label(each["kind"], "volunteer_kind")) for each in found]


def _participants(place: str) -> list[tuple[str, str]]:
    """Whom one may enrol: by code, with the name beside it; the audit keeps who was shown them."""
    found = volunteers_service().read_participants(community=place, purpose="enrol", size=MOST)
    return [(each["id"], each["name"] or "") for each in found["items"]]


VIEW = View("desk.sessions.activity_session", "session", "session.html", "parts/roll.html", _facts)
