"""What was too much for a volunteer, concerns and their referrals; and whom to call back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from notifications.desk import access
from notifications.desk.answers import View, partial
from notifications.desk.app import households_service, names, volunteers_service
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import label, local, say
from notifications.domain.words import LISTS
from notifications.texts import short
from servicekit import clock
from servicekit.errors import Unavailable

SIZE = 100
REFER = Form("request_referral", "care_refer", (Field("profession", "choice", codes="profession"),))
SETTLE = Form("close_concern", "care_settle", (Field("outcome", "choice"),))
CONSENT = Form("consent_referral", "care_consent", (Field("basis", "choice", codes="basis"),))
TAKE = Form("accept_referral", "care_take")
RETURN = Form(
    "return_referral", "care_return", (Field("reason", "choice", codes="referral_return"),)
)
END = Form("close_referral", "care_end", (Field("outcome", "choice", codes="referral_outcome"),))
CALL = Form(
    "record_feedback",
    "call_record",
    (
        Field("outcome", "choice", codes="feedback"),
        Field("satisfaction", "choice", needed=False),
        Field("note", needed=False, most=2000),
    ),
)
pages = Blueprint("care", __name__)


@pages.get("/care", defaults={"community": ""})
@pages.get("/care/of/<community>")
def care(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/care/<concern>/step")
def concern_step(concern: str) -> Any:
    return VIEW.step(concern[:12], (REFER, SETTLE), households_service(), concern=concern)


@pages.post("/care/referrals/<referral>/step")
def referral_step(referral: str) -> Any:
    facts = {"referral": referral}
    if request.form.get("step") == CONSENT.words:
        facts["on"] = f"{local(clock.now()):%Y-%m-%d}"
    steps = (CONSENT, TAKE, RETURN, END)
    return VIEW.step(referral[:12], steps, households_service(), **facts)


@pages.post("/care/<concern>/read")
def read_concern(concern: str) -> Any:
    """What it says; that it was read, and what for, is written down."""
    purpose = request.form.get("purpose", "").strip()
    told = households_service().reveal_concern(concern=concern, purpose=purpose)
    if partial():
        return render_template("parts/concern_note.html", told=told)
    return render_template("care.html", told=told, **_listed(concern[:12]))


@pages.post("/care/calls/<feedback>/number")
def read_number(feedback: str) -> Any:
    """Whom to call; that it was read is written down."""
    household = request.form.get("household", "")
    purpose = say("call_purpose", call=short(feedback))
    shown = {
        **households_service().reveal_household(household=household, purpose=purpose),
        "call": feedback,
    }
    if partial():
        return render_template("parts/call_number.html", reached=shown)
    return render_template("care.html", reached=shown, **_listed(feedback[:12]))


@pages.post("/care/calls/<feedback>/record")
def record_feedback(feedback: str) -> Any:
    """What the household said."""
    return VIEW.take(
        feedback[:12],
        CALL,
        lambda **said: households_service().record_feedback(feedback=feedback, **said),
    )


def _points() -> list[tuple[str, str]]:
    return [(str(number), say("call_points", number=number)) for number in range(5, 0, -1)]


def _outcomes() -> list[tuple[str, str]]:
    """How a concern ends by hand: with a referral it ends by itself."""
    codes = [each.value for each in LISTS["concern_outcome"] if each.value != "referred"]
    return [(code, label(code, "concern_outcome")) for code in codes]


def _silences(place: str) -> list[dict[str, Any]]:
    """Needs that nobody visits, the longest first, each at the level that it has reached."""
    find = volunteers_service().find_silences
    try:
        found = find(community=place, size=SIZE)["items"]
    except Unavailable:  # concerns are shown whoever is away
        return []
    levels = [each.value for each in LISTS["silence"]]
    found.sort(key=lambda each: (each["since"], levels.index(each["level"])))
    reached = {each["need"]: each for each in found}
    for each in reached.values():
        each["names"] = names([each]).of(each)
    return list(reached.values())


def _listed(place: str) -> dict[str, Any]:
    """The concerns that are not closed, each with its live referral, and the calls to be made."""
    households = households_service()
    concerns = [
        each
        for status in ("open", "referred")
        for each in households.find_concerns(community=place, status=status, size=SIZE)["items"]
    ]
    live = households.find_referrals(community=place, live=True, size=SIZE)["items"]
    referrals = {each["id"]: each for each in live}
    calls = households.find_feedback(community=place, status="planned", size=SIZE)["items"]
    known, today = names([*concerns, *calls]), f"{local(clock.now()):%Y-%m-%d}"
    for each in concerns:
        each["names"], each["with"] = known.of(each), referrals.get(each["referral"])
    for each in calls:
        each["names"], each["overdue"] = known.of(each), each["due_on"] < today
    professional = access.allowed(access.Who.PROFESSIONALS, somebody())
    return {
        "place": place,
        "concerns": concerns,
        "calls": calls,
        "silences": _silences(place),
        "professional": professional,
        "forms": {form.words: form for form in (REFER, SETTLE, CONSENT, TAKE, RETURN, END, CALL)},
        "options": {
            "satisfaction": [(str(n), say("call_points", number=n)) for n in range(5, 0, -1)]
        },
        "settling": {"outcome": _outcomes()},
    }


VIEW = View("desk.care.care", "community", "care.html", "parts/care_list.html", _listed)
