"""The shared ledger: what each partner gave and received, in balance or not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from notifications.desk.app import actor, desk
from notifications.desk.places import chosen_place
from notifications.desk.words import local
from servicekit import clock

pages = Blueprint("reciprocity", __name__)
YEAR = timedelta(days=365)


@pages.get("/reciprocity", defaults={"community": ""})
@pages.get("/reciprocity/of/<community>")
def reciprocity(community: str) -> Any:
    place, today = chosen_place(community), local(clock.now()).date()
    since = _day(request.args.get("from"), (today - YEAR).replace(day=1))
    until = _day(request.args.get("until"), today)
    period = {"from": since.isoformat(), "until": until.isoformat()}
    found = desk().peers(actor()).volunteers.reciprocity(community=place, **period)
    return render_template("reciprocity.html", place=place, ledger=found, since=since, until=until)


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise
