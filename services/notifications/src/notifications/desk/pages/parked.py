"""Parked messages, for operators: look, replay or discard, and say why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from notifications.desk.answers import partial
from notifications.desk.app import actor, desk
from notifications.desk.words import say
from servicekit.errors import ServiceError

SERVICES = ("households", "volunteers", "notifications")
LIMIT = 100
pages = Blueprint("parked", __name__)


@pages.get("/parked")
def parked() -> Any:
    return render_template("parked.html", **_listed())


@pages.post("/parked")
def settle_parked() -> Any:
    """One event, by its handler and when it was parked: not every message has an id."""
    form = request.form
    if form.get("service") not in SERVICES or not form.get("at"):
        abort(400)
    service = getattr(desk().peers(actor()), form["service"])
    answer = service.settle_parked(
        id=form.get("id", ""),
        handler=form.get("handler", ""),
        since=form["at"],
        until=form["at"],
        limit=1,
        action=form.get("action", ""),
        reason=form.get("reason", "").strip(),
    )
    if not partial():
        return redirect(url_for("desk.parked.parked"), 303)
    message = say("settled", count=answer["settled"])
    return render_template("parts/parked_list.html", message=message, **_listed())


def _listed() -> dict[str, Any]:
    """What lies parked in each service; a service that is away takes no other with it."""
    items: list[dict[str, Any]] = []
    away = []
    for name in SERVICES:
        try:
            answer = getattr(desk().peers(actor()), name).list_parked(limit=LIMIT)
        except ServiceError:
            away.append(name)
            continue
        items += [_item(name, each) for each in answer["items"]]
    return {"items": items, "away": away}


def _item(service: str, each: dict[str, Any]) -> dict[str, Any]:
    try:
        at = datetime.fromisoformat(each["parked_at"])
    except ValueError:
        at = None
    return {**each, "service": service, "at": at if at and at.tzinfo else None}
