"""Donated things: pledged, collected, looked over, reserved, brought and confirmed."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, abort, redirect, render_template, request, url_for

from notifications.desk.answers import partial
from notifications.desk.app import actor, desk, names
from notifications.desk.places import chosen_place
from notifications.desk.words import say

SIZE, RECENT, SUGGESTED = 200, 20, 10
BEFORE = {"pledged": "collect", "collected": "repair", "reserved": "deliver"}
"""The state in which a hand takes a thing on, and the step that it takes."""
STEPS = frozenset({*BEFORE.values(), "reserve", "receipt", "expire"})
DONE = ("receipted", "expired")
OFFERED = ("kind", "title", "partner", "use_by")
OPEN = ("delivered", "reserved", "repaired", "collected", "pledged")
pages = Blueprint("things", __name__)


@pages.get("/things", defaults={"community": ""})
@pages.get("/things/of/<community>")
def things(community: str) -> Any:
    return render_template("things.html", **_listed(chosen_place(community)))


@pages.get("/things/<gift>")
def thing(gift: str) -> Any:
    """The chain of custody."""
    found = _volunteers().get_gift(gift=gift)
    return render_template("thing.html", gift=found, names=names([found, *found["steps"]]))


@pages.post("/things/of/<community>/offer")
def offer_thing(community: str) -> Any:
    facts: dict[str, Any] = {
        name: text for name in OFFERED if (text := request.form.get(name, "").strip())
    }
    many = request.form.get("quantity", "")
    facts["quantity"] = int(many) if many.isascii() and many.isdecimal() and len(many) < 6 else 0
    _volunteers().offer_gift(community=community, **facts)
    return _answer(community, "offer")


@pages.post("/things/<gift>/step")
def thing_step(gift: str) -> Any:
    step, place = request.form.get("step", ""), gift[:12]
    if step not in STEPS:
        abort(400)
    facts: dict[str, Any] = {"gift": gift}
    if step == "reserve":
        facts["need"] = request.form.get("need", "")
    elif step in BEFORE.values() and (code := request.form.get("volunteer", "").strip()):
        facts["volunteer"] = code if code.startswith(place) else f"{place}-{code}"
    getattr(_volunteers(), f"{step}_gift")(**facts)
    return _answer(place, step)


def _answer(place: str, step: str) -> Any:
    if not partial():
        return redirect(url_for("desk.things.things", community=place), 303)
    message = say(f"thing_{step}_done")
    return render_template("parts/things_list.html", message=message, **_listed(place))


def _volunteers() -> Any:
    return desk().peers(actor()).volunteers


def _listed(place: str) -> dict[str, Any]:
    """What is on its way, the nearest to its household first; and to whom it may go."""
    gifts = [each for state in OPEN for each in _in(place, state, SIZE)]
    done = [each for state in DONE for each in _in(place, state, RECENT)]
    needs = _add_needs([each for each in gifts if each["state"] == "repaired"])
    return {
        "place": place,
        "gifts": gifts,
        "done": done,
        "names": names([*gifts, *done, *needs]).of,
        "partners": _volunteers().list_partners(community=place),
        "before": BEFORE,
    }


def _in(place: str, state: str, size: int) -> list[dict[str, Any]]:
    found = _volunteers().find_gifts(community=place, state=state, size=size)["items"]
    return cast(list[dict[str, Any]], found)


def _add_needs(gifts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each thing the needs that it may serve, the best first; things of a kind the same."""
    ranked: dict[str, list[dict[str, Any]]] = {}
    for each in gifts:
        if each["kind"] not in ranked:
            found = _volunteers().suggest_gift_needs(gift=each["id"])["items"]
            ranked[each["kind"]] = found[:SUGGESTED]
        each["needs"] = ranked[each["kind"]]
    return [need for found in ranked.values() for need in found]
