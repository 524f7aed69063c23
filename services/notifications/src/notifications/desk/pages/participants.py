"""Who takes part: registered with a guardian's consent, and who may collect a child."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, request, url_for

from notifications.desk.answers import View, page_number
from notifications.desk.app import volunteers_service
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place

SIZE = 50
PURPOSE = "register of participants"
PICK_UP = (
    Field("pick_ups.0.name", needed=False, most=100),
    Field("pick_ups.0.phone", "tel", needed=False, most=20),
    Field("pick_ups.0.relation", "choice", needed=False, codes="relation"),
)
REGISTER = Form(
    "register_participant",
    "register_participant",
    (
        Field("code", most=20),
        Field("name", most=100),
        Field("birth_date", "date", needed=False),
        Field("phone", "tel", needed=False, most=20),
        Field("guardian", needed=False, most=100),
        Field("consented_on", "date", needed=False),
        *PICK_UP,
        Field("health", needed=False, most=500),
        Field("grounds", "many", needed=False, codes="ground"),
    ),
)
CHANGE = Form(
    "change_participant",
    "change_participant",
    (
        Field("guardian", needed=False, most=100),
        Field("phone", "tel", needed=False, most=20),
        Field("consented_on", "date", needed=False),
        Field("health", needed=False, most=500),
    ),
)
ADD = Form(
    "add_pick_up",
    "add_pick_up",
    (
        Field("name", most=100),
        Field("phone", "tel", most=20),
        Field("relation", "choice", codes="relation"),
    ),
)
REVOKE = Form("revoke_pick_up", "revoke_pick_up", (Field("pick_up", "hidden"),))
pages = Blueprint("participants", __name__)


@pages.get("/participants", defaults={"community": ""})
@pages.get("/participants/of/<community>")
def participants(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/participants/of/<community>")
def register_participant(community: str) -> Any:
    act = partial(volunteers_service().register_participant, community=community)
    return VIEW.take(community, REGISTER, act)


@pages.post("/participants/<participant>")
def participant_step(participant: str) -> Any:
    """A new consent, another phone, somebody more or less who may collect a child."""
    known = (CHANGE, ADD)
    if request.form.get("step") == REVOKE.words:
        return VIEW.take(participant[:12], REVOKE, volunteers_service().revoke_pick_up)
    return VIEW.step(participant[:12], known, volunteers_service(), participant=participant)


def _listed(place: str) -> dict[str, Any]:
    found = volunteers_service().read_participants(
        community=place, purpose=PURPOSE, page=page_number(), size=SIZE
    )
    return {
        "place": place,
        "found": found["items"],
        "total": found["total"],
        "page": found["page"],
        "pages": max(1, -(-found["total"] // SIZE)),
        "registering": url_for("desk.participants.register_participant", community=place),
        "forms": {form.words: form for form in (REGISTER, CHANGE, ADD, REVOKE)},
    }


VIEW = View(
    "desk.participants.participants",
    "community",
    "participants.html",
    "parts/participants_list.html",
    _listed,
)
