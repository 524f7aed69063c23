"""Associations and their members; and the topics that parents ask for."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, url_for

from notifications.desk import access
from notifications.desk.answers import View
from notifications.desk.app import volunteers_service
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody

SIZE = 500
PURPOSE = "members of associations"
PERSON = Field("participant", "person", codes="participants", most=40)
JOIN = Form(
    "join_association",
    "join_association",
    (PERSON, Field("role", "choice", codes="member_role", value="member")),
)
LEAVE = Form("leave_association", "leave_association", (Field("member", "hidden"),))
WISH = Form("wish_topic", "wish_topic", (Field("title"), PERSON))
TAKE_UP = Form("take_up_topic", "take_up_topic", (Field("activity", "choice", codes="activities"),))
PARTNER = Form(
    "register_partner",
    "register_partner",
    (
        Field("code", most=20),
        Field("name", most=100),
        Field("kind", "choice", codes="partner_kind", value="association"),
    ),
)
pages = Blueprint("associations", __name__)


@pages.get("/associations", defaults={"community": ""})
@pages.get("/associations/of/<community>")
def associations(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/associations/of/<community>")
def register_partner(community: str) -> Any:
    """An association, or whoever else sends volunteers and carries projects."""
    return VIEW.step(community, (PARTNER,), volunteers_service(), community=community)


@pages.post("/associations/<association>/join")
def join_association(association: str) -> Any:
    return VIEW.step(association[:12], (JOIN,), volunteers_service(), association=association)


@pages.post("/associations/<association>/leave")
def leave_association(association: str) -> Any:
    return VIEW.step(association[:12], (LEAVE,), volunteers_service())


@pages.post("/topics/of/<community>")
def wish_topic(community: str) -> Any:
    return VIEW.take(community, WISH, partial(volunteers_service().wish_topic, community=community))


@pages.post("/topics/<topic>")
def take_up_topic(topic: str) -> Any:
    return VIEW.step(topic[:12], (TAKE_UP,), volunteers_service(), topic=topic)


def _listed(place: str) -> dict[str, Any]:
    volunteers = volunteers_service()
    people = volunteers.read_participants(community=place, purpose=PURPOSE, size=SIZE)["items"]
    clubs = [
        each for each in volunteers.list_partners(community=place) if each["kind"] == "association"
    ]
    for each in clubs:
        each["members"] = volunteers.find_members(association=each["id"], size=SIZE)["items"]
    activities = volunteers.find_activities(community=place, size=100)["items"]
    return {
        "place": place,
        "clubs": clubs,
        "topics": volunteers.list_topics(community=place),
        "names": {each["id"]: each["name"] for each in people},
        "titles": {each["id"]: each["title"] for each in activities},
        "participants": [(each["id"], each["name"] or "") for each in people],
        "options": {"activities": [(each["id"], each["title"]) for each in activities]},
        "forms": {form.words: form for form in (JOIN, LEAVE, WISH, TAKE_UP, PARTNER)},
        "registering": url_for("desk.associations.register_partner", community=place),
        "wishing": url_for("desk.associations.wish_topic", community=place),
        "may_staff": access.allowed(access.Who.MATCHING, somebody()),
    }


VIEW = View(
    "desk.associations.associations",
    "community",
    "associations.html",
    "parts/associations_list.html",
    _listed,
)
