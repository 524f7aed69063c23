"""What was too much for a volunteer, concerns and their referrals; and whom to call back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from notifications.desk import access
from notifications.desk.answers import partial
from notifications.desk.app import actor, desk, names
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local, say
from notifications.domain.words import LISTS
from notifications.texts import short
from servicekit import clock
from servicekit.errors import Unavailable

SIZE = 100
CONCERN_STEPS = {
    "refer": ("request_referral", "profession"),
    "settle": ("close_concern", "outcome"),
}
REFERRAL_STEPS = {
    "consent": ("consent_referral", "basis"),
    "take": ("accept_referral", ""),
    "return": ("return_referral", "reason"),
    "end": ("close_referral", "outcome"),
}
pages = Blueprint("care", __name__)


@pages.get("/care", defaults={"community": ""})
@pages.get("/care/of/<community>")
def care(community: str) -> Any:
    place = chosen_place(community)
    return render_template("care.html", silences=_silences(place), **_listed(place))


@pages.post("/care/<concern>/step")
def concern_step(concern: str) -> Any:
    return _step(CONCERN_STEPS, concern=concern)


@pages.post("/care/referrals/<referral>/step")
def referral_step(referral: str) -> Any:
    facts = {"on": f"{local(clock.now()):%Y-%m-%d}"} if _asked() == "consent" else {}
    return _step(REFERRAL_STEPS, referral=referral, **facts)


@pages.post("/care/<concern>/read")
def read_concern(concern: str) -> Any:
    """What it says; that it was read, and what for, is written down."""
    purpose = request.form.get("purpose", "").strip()
    shown = desk().peers(actor()).households.reveal_concern(concern=concern, purpose=purpose)
    if partial():
        return render_template("parts/concern_note.html", shown=shown)
    return render_template("care.html", shown=shown, **_listed(concern[:12]))


@pages.post("/care/calls/<feedback>/number")
def read_number(feedback: str) -> Any:
    """Whom to call; that it was read is written down."""
    households, household = desk().peers(actor()).households, request.form.get("household", "")
    purpose = say("call_purpose", call=short(feedback))
    shown = {**households.reveal_household(household=household, purpose=purpose), "call": feedback}
    if partial():
        return render_template("parts/call_number.html", reached=shown)
    return render_template("care.html", reached=shown, **_listed(feedback[:12]))


@pages.post("/care/calls/<feedback>/record")
def record_feedback(feedback: str) -> Any:
    """What the household said; blank answers are none."""
    said = {key: request.form.get(key) or None for key in ("outcome", "satisfaction", "note")}
    desk().peers(actor()).households.record_feedback(feedback=feedback, **said)
    return _after("call_record_done", feedback[:12])


def _asked() -> str:
    return request.form.get("step", "")


def _step(steps: dict[str, tuple[str, str]], **facts: Any) -> Any:
    if _asked() not in steps:
        abort(400)
    method, field = steps[_asked()]
    if field:
        facts[field] = request.form.get(field, "")
    getattr(desk().peers(actor()).households, method)(**facts)
    return _after(f"care_{_asked()}_done", next(iter(facts.values()))[:12])


def _after(done: str, place: str) -> Any:
    """The page as it is now, or the part of it that changed."""
    if not partial():
        return redirect(url_for("desk.care.care", community=place), 303)
    return render_template("parts/care_list.html", message=say(done), **_listed(place))


def _silences(place: str) -> list[dict[str, Any]]:
    """Needs that nobody visits, the longest first, each at the level that it has reached."""
    find = desk().peers(actor()).volunteers.find_silences
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
    households = desk().peers(actor()).households
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
    return {"place": place, "concerns": concerns, "calls": calls, "professional": professional}
