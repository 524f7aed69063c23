"""Training and honours: sessions and who was there, what runs out, who was honoured for what."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, url_for

from notifications.desk import access
from notifications.desk.answers import View
from notifications.desk.app import names, volunteers_service
from notifications.desk.choosing import partners_of, volunteers_of
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local
from servicekit import clock

SIZE = 12
COURSE = Form(
    "offer_course",
    "training_course",
    (
        Field("code", most=20),
        Field("title", most=100),
        Field("sessions", "number", most=50, value="1"),
        Field("valid_months", "number", most=120, value="12"),
        Field("gates", "many", needed=False, codes="clearance"),
        Field("grants", "choice", needed=False, codes="clearance"),
    ),
)
PLAN = Form(
    "plan_training",
    "training_plan",
    (Field("course", "choice"), Field("on", "date"), Field("place", most=100)),
)
RECORD = Form(
    "record_training",
    "training_record",
    (Field("attended", "people", codes="volunteers", times=3, most=2000),),
)
HONOUR = Form(
    "record_honour",
    "training_honour",
    (
        Field("title", most=100),
        Field("of", "choice", codes="honour_of"),
        Field("holder", "person", needed=False, codes="holders", most=20),
        Field("level", "choice", codes="honour_level"),
        Field("year", "number", least=1980, most=2200),
        Field("code", most=20),
        Field("evidence"),
    ),
)
pages = Blueprint("training", __name__)


@pages.get("/training", defaults={"community": ""})
@pages.get("/training/of/<community>")
def training(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/training/of/<community>/courses")
def offer_course(community: str) -> Any:
    return VIEW.take(
        community, COURSE, partial(volunteers_service().offer_course, community=community)
    )


@pages.post("/training/of/<community>/sessions")
def plan_training(community: str) -> Any:
    return VIEW.take(community, PLAN, volunteers_service().plan_training)


@pages.post("/training/sessions/<session>")
def record_training(session: str) -> Any:
    """Whoever's code is given was there."""
    act = partial(volunteers_service().record_training, training=session)
    return VIEW.take(session[:12], RECORD, act)


@pages.post("/training/of/<community>/honours")
def record_honour(community: str) -> Any:
    return VIEW.take(
        community, HONOUR, partial(volunteers_service().record_honour, community=community)
    )


def _listed(place: str) -> dict[str, Any]:
    volunteers, here = volunteers_service(), {"community": place, "size": SIZE}
    lists = {
        "courses": volunteers.find_courses(**here)["items"],
        "sessions": volunteers.find_trainings(**here)["items"],
        "completions": volunteers.find_completions(**here)["items"],
        "honours": volunteers.find_honours(**here)["items"],
    }
    for each in lists["completions"]:
        each["names"] = names([each]).of(each)
    for each in lists["honours"]:
        about = {"volunteer": each["holder"]} if each["of"] == "volunteer" else {}
        each["name"] = names([about]).of(about).get(each["holder"])
    return lists | _asked(place, lists["courses"])


def _asked(place: str, courses: list[dict[str, Any]]) -> dict[str, Any]:
    """What the forms need."""
    today = local(clock.now()).date()
    deciding = access.allowed(access.Who.MATCHING, somebody())
    people = volunteers_of(place) if deciding else []
    return {
        "place": place,
        "deciding": deciding,
        "people": people,
        "holders": [*partners_of(place), *people] if deciding else [],
        "today": today.isoformat(),
        "options": {"course": [(each["id"], each["title"]) for each in courses]},
        "forms": {form.words: form for form in (COURSE, PLAN, RECORD, HONOUR)},
        "offering": url_for("desk.training.offer_course", community=place),
        "planning": url_for("desk.training.plan_training", community=place),
        "honouring": url_for("desk.training.record_honour", community=place),
        "latest": {"year": today.year, "code": f"{today.year}-1", "on": today.isoformat()},
    }


VIEW = View(
    "desk.training.training", "community", "training.html", "parts/training_list.html", _listed
)
