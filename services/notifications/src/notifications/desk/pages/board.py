"""The community board: who is helped, who is not and why, and how the weeks went."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from notifications.desk.answers import partial
from notifications.desk.app import actor, desk
from notifications.desk.boards import Board, Week
from notifications.desk.places import chosen_place
from notifications.desk.words import local, say
from notifications.domain.board import MARKS, by_building
from notifications.domain.charts import Chart, stacked
from servicekit import clock

pages = Blueprint("board", __name__)
OUTCOMES = ("done", "partial", "missed")


@pages.get("/board", defaults={"community": ""})
@pages.get("/board/<community>")
def board(community: str) -> Any:
    place = chosen_place(community)
    today = local(clock.now()).date()
    found: Board = desk().boards.of(place, desk().peers(actor()), today)
    template = "parts/board_body.html" if partial() else "board.html"
    return render_template(
        template,
        place=place,
        board=found,
        buildings=by_building(found.cells),
        states=MARKS,
        charts=_charts(found),
    )


def _charts(found: Board) -> list[dict[str, Any]]:
    weeks = found.weeks
    labels = [f"{week.first.month}/{week.first.day}" for week in weeks]
    needs = max(1, found.needs)
    shares = [min(100.0, 100 * week.running / needs) for week in weeks]
    visits = {name: [_visits(week, name) for week in weeks] for name in (*OUTCOMES, "other")}
    hours = [round(week.hours, 1) for week in weeks]
    return [
        _chart("coverage", stacked(labels, {"running": shares}, most=100), "%"),
        _chart("visits", stacked(labels, visits), ""),
        _chart("hours", stacked(labels, {"hours": hours}), ""),
    ]


def _chart(name: str, chart: Chart, unit: str) -> dict[str, Any]:
    return {"name": name, "title": say(f"chart_{name}"), "chart": chart, "unit": unit}


def _visits(week: Week, outcome: str) -> int:
    """``other``: nobody home, refused, unsafe. What is planned or cancelled was no visit."""
    if outcome != "other":
        return week.visits.get(outcome, 0)
    return sum(week.visits.get(state, 0) for state in ("not_home", "refused", "unsafe"))
