"""Who is away or gone, and who stands in: volunteers, and colleagues."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from notifications import queries
from notifications.contracts import CancelAbsence, SetAbsence
from notifications.desk import access
from notifications.desk.answers import View
from notifications.desk.app import actor, desk, names, volunteers_service
from notifications.desk.choosing import volunteers_of
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local
from notifications.usecases import preferences as acts
from servicekit import clock
from servicekit.schemas import load

SIZE = 100
WHO_AND_WHY = (
    Field("volunteer", "person", codes="volunteers", most=40),
    Field("reason", "choice", codes="absence_reason"),
)
PAUSE = Form("pause_volunteer", "pause_volunteer", (*WHO_AND_WHY, Field("until", "date", False)))
SUSPEND = Form("suspend_volunteer", "suspend_volunteer", WHO_AND_WHY)
RELEASE = Form("release_volunteer", "release_volunteer", WHO_AND_WHY)
ASIDE = (PAUSE, SUSPEND, RELEASE)
BACK = Form("activate_volunteer", "activate_volunteer")
AWAY = Form(
    "set_absence",
    "set_absence",
    (
        Field("staff", "choice"),
        Field("first_on", "date"),
        Field("last_on", "date"),
        Field("cover", "choice", needed=False),
    ),
)
RETURNED = Form("cancel_absence", "cancel_absence", (Field("first_on", "hidden"),))
pages = Blueprint("absences", __name__)


@pages.get("/absences", defaults={"community": ""})
@pages.get("/absences/of/<community>")
def absences(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/absences/of/<community>/volunteers")
def set_aside(community: str) -> Any:
    """Running pairings go to their backups, or rest; they end where the volunteer leaves."""
    return VIEW.step(community, ASIDE, volunteers_service())


@pages.post("/absences/volunteers/<volunteer>")
def activate_volunteer(volunteer: str) -> Any:
    return VIEW.step(volunteer[:12], (BACK,), volunteers_service(), volunteer=volunteer)


@pages.post("/absences/of/<community>/staff")
def set_absence(community: str) -> Any:
    """A colleague is away: whoever covers is told instead."""
    return VIEW.take(community, AWAY, _be_absent)


@pages.post("/absences/staff/<staff>")
def cancel_absence(staff: str) -> Any:
    return VIEW.take(staff[:12], RETURNED, lambda **facts: _be_back(staff=staff, **facts))


def _be_absent(**facts: Any) -> None:
    data = load(SetAbsence(), facts)
    with desk().transaction() as session:
        acts.be_absent(session, data, actor=actor())


def _be_back(**facts: Any) -> None:
    data = load(CancelAbsence(), facts)
    with desk().transaction() as session:
        acts.be_back(session, data, actor=actor())


def _listed(place: str) -> dict[str, Any]:
    """Who is away now or soon, and who may be said to be."""
    find = volunteers_service().find_volunteers
    found = [find(community=place, state=state, size=SIZE) for state in ("paused", "suspended")]
    resting = [each for page in found for each in page["items"]]
    known = names({"volunteer": each["id"]} for each in resting)
    today = local(clock.now()).date()
    with desk().transaction() as session:
        rows = queries.find_staff(session, place, None, page=1, size=SIZE)["items"]
        staff = {each.id: each.name or each.code for each in rows}
        away = [
            (each.staff, each.first_on, each.last_on, each.cover)
            for each in queries.absences(session, staff, today)
        ]
    return {
        "place": place,
        "resting": [(each, known.of({"volunteer": each["id"]})) for each in resting],
        "away": away,
        "colleagues": staff,
        "people": volunteers_of(place),
        "options": {"staff": list(staff.items()), "cover": list(staff.items())},
        "forms": {form.words: form for form in (BACK, AWAY, RETURNED)},
        "setting_aside": [
            (form, url_for("desk.absences.set_aside", community=place)) for form in ASIDE
        ],
        "leaving": url_for("desk.absences.set_absence", community=place),
        "deciding": access.allowed(access.Who.MATCHING, somebody()),
        "leading": access.allowed(access.Who.LEADING, somebody()),
    }


VIEW = View(
    "desk.absences.absences", "community", "absences.html", "parts/absences_list.html", _listed
)
