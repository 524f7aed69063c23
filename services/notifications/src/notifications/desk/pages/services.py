"""The teachers' desk: the catalogue, what was asked for, who sees to it, and how it was found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from notifications import queries
from notifications.desk import access
from notifications.desk.answers import View, partial
from notifications.desk.app import desk, volunteers_service
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local
from servicekit import clock

SIZE = 100
RATED = 12
PURPOSE = "teacher desk"
ASSIGN = Form("assign_service", "service_assign", (Field("staff", "choice"),))
SCHEDULE = Form("schedule_service", "service_schedule", (Field("on", "date"), Field("at", "time")))
PAPERS = Form("hand_in_papers", "service_papers", (Field("papers", "many"),))
FINISH = Form("finish_service", "service_finish")
WITHDRAW = Form("withdraw_service", "service_withdraw")
RATE = Form("rate_service", "service_rate", (Field("rating", "number", most=5, value="5"),))
STEPS = (ASSIGN, SCHEDULE, PAPERS, FINISH, WITHDRAW, RATE)
ASK = Form(
    "request_service",
    "service_request",
    (
        Field("participant", "person", codes="participants", most=40),
        Field("name", needed=False, most=100),
        Field("phone", "tel", needed=False, most=20),
        Field("place"),
        Field("missing", "many", needed=False),
    ),
)
OFFER = Form(
    "offer_service",
    "service_offer",
    (
        Field("code", most=20),
        Field("title"),
        Field("working_days", "number", most=250, value="5"),
        Field("papers", "lines", needed=False, most=2000),
        Field("offered", "yes", value="yes"),
    ),
)
pages = Blueprint("services", __name__)


@pages.get("/services", defaults={"community": ""})
@pages.get("/services/of/<community>")
def services(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/services/of/<community>")
def offer_service(community: str) -> Any:
    """A line of the catalogue; with the code of one that is there, what it says instead."""
    return VIEW.step(community, (OFFER,), volunteers_service(), community=community)


@pages.post("/services/items/<item>")
def request_service(item: str) -> Any:
    """A teacher asks at the door; whoever is not registered yet is, with a name."""
    return VIEW.take(item[:12], ASK, lambda **facts: _ask(item, **facts))


@pages.post("/services/<request_id>/step")
def service_step(request_id: str) -> Any:
    return VIEW.step(request_id[:12], STEPS, volunteers_service(), request=request_id)


@pages.post("/services/<request_id>/read")
def read_service(request_id: str) -> Any:
    """Who asks and where; that it was read is written down."""
    told = volunteers_service().reveal_service_request(request=request_id, purpose=PURPOSE)
    if partial():
        return render_template("parts/service_person.html", told=told)
    return render_template("services.html", told=told, **_listed(request_id[:12]))


def _ask(item: str, *, name: str = "", phone: str | None = None, **facts: Any) -> None:
    volunteers = volunteers_service()
    if name and (person := facts.get("participant")):
        known = {"community": person[:12], "code": person[13:], "name": name, "phone": phone}
        volunteers.register_participant(**known)
    volunteers.request_service(item=item, **facts)


def _listed(place: str) -> dict[str, Any]:
    """What is open, the most pressing first; what waits for a rating; and who may see to it."""
    volunteers = volunteers_service()
    found = volunteers.find_service_requests(community=place, open=True, size=SIZE)["items"]
    with desk().transaction() as session:
        rows = queries.find_staff(session, place, None, page=1, size=SIZE)["items"]
        names = {each.id: each.name or each.code for each in rows if each.community == place}
    people = volunteers.find_participants(community=place, size=500)["items"]
    return {
        "place": place,
        "requests": found,
        "unrated": _unrated(place),
        "catalogue": volunteers.list_services(community=place),
        "colleagues": names,
        "participants": [(each["id"], "") for each in people],
        "today": f"{local(clock.now()):%Y-%m-%d}",
        "options": {"staff": list(names.items())},
        "forms": {form.words: form for form in (*STEPS, ASK, OFFER)},
        "offering": url_for("desk.services.offer_service", community=place),
        "caring": access.allowed(access.Who.CARING, somebody()),
        "deciding": access.allowed(access.Who.MATCHING, somebody()),
    }


def _unrated(place: str) -> list[dict[str, Any]]:
    """What was done and is not rated, the latest first."""
    find = volunteers_service().find_service_requests
    about = {"community": place, "state": "done", "size": SIZE}
    last = max(1, -(-find(**about)["total"] // SIZE))
    found = [each for each in find(**about, page=last)["items"] if each["rating"] is None]
    return sorted(found, key=lambda each: str(each["done_on"]), reverse=True)[:RATED]


VIEW = View(
    "desk.services.services", "community", "services.html", "parts/services_list.html", _listed
)
