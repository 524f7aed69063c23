"""Donated things: pledged, collected, looked over, reserved, brought and confirmed."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from flask import Blueprint, render_template, url_for

from notifications.desk.answers import View
from notifications.desk.app import names, volunteers_service
from notifications.desk.choosing import partners_of, volunteers_of
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.words import say
from notifications.texts import short

SIZE, RECENT, SUGGESTED = 200, 20, 10
HAND = (Field("volunteer", "person", codes="volunteers", needed=False, most=40),)
STEPS = (
    Form("collect_gift", "thing_collect", HAND),
    Form("repair_gift", "thing_repair", HAND),
    Form("reserve_gift", "thing_reserve", (Field("need", "choice"),)),
    Form("deliver_gift", "thing_deliver", HAND),
    Form("receipt_gift", "thing_receipt"),
    Form("expire_gift", "thing_expire"),
)
OFFER = Form(
    "offer_gift",
    "thing_offer",
    (
        Field("kind", "choice", codes="gift"),
        Field("title", most=100),
        Field("quantity", "number", most=10_000, value="1"),
        Field("partner", "choice", needed=False),
        Field("donor", "person", codes="volunteers", needed=False, most=40),
        Field("use_by", "date", needed=False),
    ),
)
NEXT = {
    "pledged": "thing_collect",
    "collected": "thing_repair",
    "repaired": "thing_reserve",
    "reserved": "thing_deliver",
    "delivered": "thing_receipt",
}
DONE = ("receipted", "expired")
OPEN = ("delivered", "reserved", "repaired", "collected", "pledged")
pages = Blueprint("things", __name__)


@pages.get("/things", defaults={"community": ""})
@pages.get("/things/of/<community>")
def things(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.get("/things/<gift>")
def thing(gift: str) -> Any:
    """The chain of custody."""
    found = volunteers_service().get_gift(gift=gift)
    return render_template("thing.html", gift=found, names=names([found, *found["steps"]]))


@pages.post("/things/of/<community>/offer")
def offer_thing(community: str) -> Any:
    return VIEW.take(
        community, OFFER, partial(volunteers_service().offer_gift, community=community)
    )


@pages.post("/things/<gift>/step")
def thing_step(gift: str) -> Any:
    return VIEW.step(gift[:12], STEPS, volunteers_service(), gift=gift)


def _listed(place: str) -> dict[str, Any]:
    """What is on its way, the nearest to its household first; and to whom it may go."""
    gifts = [each for state in OPEN for each in _in(place, state, SIZE)]
    done = [each for state in DONE for each in _in(place, state, RECENT)]
    needs = _add_needs([each for each in gifts if each["state"] == "repaired"])
    known = names([*gifts, *done, *needs]).of
    for each in gifts:
        each["options"] = {"need": [_offered(need, known(need)) for need in each.get("needs", ())]}
    return {
        "place": place,
        "gifts": gifts,
        "done": done,
        "names": known,
        "people": volunteers_of(place),
        "options": {"partner": partners_of(place)},
        "next": NEXT,
        "forms": {form.words: form for form in (*STEPS, OFFER)},
        "offering": url_for("desk.things.offer_thing", community=place),
    }


def _in(place: str, state: str, size: int) -> list[dict[str, Any]]:
    found = volunteers_service().find_gifts(community=place, state=state, size=size)["items"]
    return cast(list[dict[str, Any]], found)


def _add_needs(gifts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each thing the needs that it may serve, the best first; things of a kind the same."""
    ranked: dict[str, list[dict[str, Any]]] = {}
    for each in gifts:
        if each["kind"] not in ranked:
            found = volunteers_service().suggest_gift_needs(gift=each["id"])["items"]
            ranked[each["kind"]] = found[:SUGGESTED]
        each["needs"] = ranked[each["kind"]]
    return [need for found in ranked.values() for need in found]


def _offered(need: dict[str, Any], known: dict[str, str]) -> tuple[str, str]:
    household = known.get(need["household"]) or short(need["household"])
    return need["need"], f"{household} · {say('thing_points', points=need['points'])}"


VIEW = View("desk.things.things", "community", "things.html", "parts/things_list.html", _listed)
