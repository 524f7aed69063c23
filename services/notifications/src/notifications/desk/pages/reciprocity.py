"""The shared ledger: what each partner gave and received, in balance or not."""

from __future__ import annotations

from base64 import b64decode
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from notifications.desk.app import volunteers_service
from notifications.desk.places import chosen_place
from notifications.desk.words import local
from servicekit import clock

pages = Blueprint("reciprocity", __name__)
YEAR = timedelta(days=365)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/reciprocity", defaults={"community": ""})
@pages.get("/reciprocity/of/<community>")
def reciprocity(community: str) -> Any:
    place, period = chosen_place(community), _period()
    found = volunteers_service().reciprocity(community=place, **period)
    return render_template("reciprocity.html", place=place, ledger=found, period=period)


@pages.get("/reciprocity/of/<community>/accounts.xlsx")
def accounts(community: str) -> Response:
    """Visits, hours, the ledger and budgets of the period, to be worked on in a spreadsheet."""
    period = _period()
    made = volunteers_service().export_accounts(community=community, **period)
    answer = Response(b64decode(made["xlsx"]), mimetype=XLSX)
    name = f"{community}-{period['from']}-{period['until']}.xlsx"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _period() -> dict[str, str]:
    """What was asked for; else the last year, from the first of its month."""
    today = local(clock.now()).date()
    since = _day(request.args.get("from"), (today - YEAR).replace(day=1))
    until = _day(request.args.get("until"), today)
    return {"from": since.isoformat(), "until": until.isoformat()}


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise
