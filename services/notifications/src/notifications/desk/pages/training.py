"""Training and honours: sessions and who was there, what runs out, who was honoured for what."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from notifications.desk import access
from notifications.desk.answers import partial
from notifications.desk.app import actor, desk, names
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local, say
from servicekit import clock

SIZE = 12
pages = Blueprint("training", __name__)


@pages.get("/training", defaults={"community": ""})
@pages.get("/training/of/<community>")
def training(community: str) -> Any:
    return render_template("training.html", **_listed(chosen_place(community)))


@pages.post("/training/of/<community>/sessions")
def plan_training(community: str) -> Any:
    facts = {name: request.form.get(name, "").strip() for name in ("course", "on", "place")}
    _volunteers().plan_training(**facts)
    return _after(community, "planned")


@pages.post("/training/sessions/<session>")
def record_training(session: str) -> Any:
    """Whoever's code is given was there."""
    place = session[:12]
    codes = re.findall(r"[\w-]+", request.form.get("attended", "").upper())
    _volunteers().record_training(training=session, attended=[f"{place}-{code}" for code in codes])
    return _after(place, "recorded")


@pages.post("/training/of/<community>/honours")
def record_honour(community: str) -> Any:
    names_ = ("code", "of", "level", "year", "title", "evidence")
    facts: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names_}
    year, holder = facts["year"], request.form.get("holder", "").strip().upper()
    facts["year"] = int(year) if year.isascii() and year.isdecimal() and len(year) < 5 else year
    facts["holder"] = f"{community}-{holder}" if holder else None
    _volunteers().record_honour(community=community, **facts)
    return _after(community, "honoured")


def _volunteers() -> Any:
    return desk().peers(actor()).volunteers


def _after(place: str, step: str) -> Any:
    if not partial():
        return redirect(url_for("desk.training.training", community=place), 303)
    message = say(f"training_{step}")
    return render_template("parts/training_list.html", message=message, **_listed(place))


def _listed(place: str) -> dict[str, Any]:
    volunteers, here = _volunteers(), {"community": place, "size": SIZE}
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
    today = local(clock.now()).date()
    return lists | {
        "place": place,
        "deciding": access.allowed(access.Who.MATCHING, somebody()),
        "today": today.isoformat(),
        "year": today.year,
    }
