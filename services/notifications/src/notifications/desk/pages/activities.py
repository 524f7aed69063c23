"""What people come together for: planned, announced, and on which days it takes place."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, url_for

from notifications.desk import access
from notifications.desk.answers import View, chosen
from notifications.desk.app import volunteers_service
from notifications.desk.choosing import partners_of
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local, weekday
from notifications.domain.repeating import rule_of
from servicekit import clock

DAYS_AHEAD = 28
YEAR = 366
SIZE = 100
BREAK = Form(
    "announce_break",
    "announce_break",
    (Field("code", most=20), Field("starts_on", "date"), Field("ends_on", "date")),
)
PLAN = Form(
    "plan_activity",
    "plan_activity",
    (
        Field("kind", "choice", codes="activity"),
        Field("code", most=20),
        Field("title"),
        Field("place"),
        Field("host", "choice", needed=False),
        Field("break", "choice", needed=False),
        Field("starts_on", "date", needed=False),
        Field("ends_on", "date", needed=False),
        Field("start", "time"),
        Field("end", "time"),
        Field("repeat", "choice", codes="repeat"),
        Field("weekdays", "many", needed=False),
        Field("capacity", "number", most=10_000),
        Field("ratio", "number", needed=False, most=100),
        Field("age_from", "number", needed=False, least=0, most=120),
        Field("age_until", "number", needed=False, least=0, most=120),
        Field("collects_until", "date", needed=False),
    ),
)
ANNOUNCE = Form("announce_activity", "announce_activity")
pages = Blueprint("activities", __name__)


@pages.get("/activities", defaults={"community": ""})
@pages.get("/activities/of/<community>")
def activities(community: str) -> Any:
    return LIST.show(chosen_place(community))


@pages.post("/activities/of/<community>/plan")
def plan_activity(community: str) -> Any:
    form = chosen((PLAN, BREAK))
    act = _plan if form is PLAN else volunteers_service().announce_break
    return LIST.take(community, form, partial(act, community=community))


@pages.get("/activities/all/<activity>")
def activity(activity: str) -> Any:
    return ONE.show(activity)


@pages.post("/activities/all/<activity>")
def announce_activity(activity: str) -> Any:
    """All its sessions; places are given from now on."""
    return ONE.step(activity, (ANNOUNCE,), volunteers_service(), activity=activity)


def _plan(*, repeat: str = "", weekdays: Any = (), **facts: Any) -> None:
    if rule := rule_of(repeat, weekdays):
        facts["rule"] = rule
    volunteers_service().plan_activity(**facts)


def _listed(place: str) -> dict[str, Any]:
    """The sessions of the next weeks, and everything that is planned."""
    today, volunteers = local(clock.now()).date(), volunteers_service()
    span = {"from": f"{today}", "until": f"{today + timedelta(days=DAYS_AHEAD)}"}
    found = volunteers.find_sessions(community=place, size=SIZE, **span)
    hosts = partners_of(place, "association")
    breaks = volunteers.list_breaks(community=place)
    return {
        "place": place,
        "sessions": [each for each in found["items"] if each["state"] != "cancelled"],
        "activities": volunteers.find_activities(community=place, size=SIZE)["items"],
        "may_staff": access.allowed(access.Who.MATCHING, somebody()),
        "forms": {"plan": PLAN, "break": BREAK},
        "planning": url_for("desk.activities.plan_activity", community=place),
        "options": {
            "host": [(key[13:], name) for key, name in hosts],
            "break": [(each["id"][13:], _days(each)) for each in breaks],
            "weekdays": [(str(number), weekday(number)) for number in range(1, 8)],
        },
    }


def _days(one: dict[str, Any]) -> str:
    return f"{one['id'][13:]}: {one['starts_on']} – {one['ends_on']}"


def _shown(activity: str) -> dict[str, Any]:
    """An activity and all its sessions."""
    volunteers = volunteers_service()
    found = volunteers.get_activity(activity=activity)
    until = local(clock.now()).date() + timedelta(days=YEAR)
    span = {"from": found["starts_on"], "until": f"{until}", "activity": activity}
    sessions = volunteers.find_sessions(community=found["community"], size=500, **span)["items"]
    return {
        "activity": found,
        "place": found["community"],
        "sessions": sessions,
        "waiting": [each for each in sessions if each["state"] == "planned"],
        "may_staff": access.allowed(access.Who.MATCHING, somebody()),
        "announce": ANNOUNCE,
    }


LIST = View(
    "desk.activities.activities",
    "community",
    "activities.html",
    "parts/activities_list.html",
    _listed,
)
ONE = View(
    "desk.activities.activity", "activity", "activity.html", "parts/activity_plan.html", _shown
)
