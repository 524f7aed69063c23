"""The inbox: what waits for whoever is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from notifications import queries, rendering
from notifications.desk import finding
from notifications.desk.answers import done, page_number, partial
from notifications.desk.app import actor, desk, names
from notifications.desk.visitor import current
from notifications.domain.codes import AidKind
from notifications.usecases import explaining
from notifications.usecases import inbox as acts
from notifications.usecases.access import LEADS
from servicekit import clock
from servicekit.errors import NotFound

PAGE_SIZE = 20
pages = Blueprint("inbox", __name__)


@pages.get("/inbox")
def inbox() -> Any:
    leads = actor().role in LEADS
    shows = ["mine", "open", "urgent", "done"] if leads else ["mine", "urgent", "done"]
    show = request.args.get("show", "mine")
    kind = request.args.get("kind", "")
    chosen = finding.Filter(
        show=show if show in shows else "mine",
        kind=kind if kind in tuple(AidKind) else "",
        page=page_number(),
        size=PAGE_SIZE,
    )
    with desk().transaction() as session:
        found = finding.inbox(session, actor(), chosen, current().locale)
    found["items"] = _written(found["items"])
    template = "parts/inbox_list.html" if partial() else "inbox.html"
    return render_template(template, chosen=chosen, shows=shows, kinds=list(AidKind), **found)


@pages.post("/notifications/<path:key>/acknowledge")
def acknowledge(key: str) -> Any:
    with desk().transaction() as session:
        row = queries.notification(session, key)
        data = {"notification": key, "staff": row.recipient}
        item = acts.acknowledge(session, data, now=clock.now(), actor=actor())
    (item,) = _written([item])
    back = url_for("desk.inbox.inbox")
    return done("parts/acknowledged.html", back, "acknowledged", item=item)


@pages.get("/notifications/<path:key>")
def notification(key: str) -> Any:
    """How a notification came to its recipient."""
    with desk().transaction() as session:
        item = acts.get(session, {"notification": key}, actor=actor())
        why = _explained(session, key)
        people = finding.names_of(session, _people(why))
    (item,) = _written([item])
    return render_template("notification.html", item=item, why=why, people=people)


def _explained(session: Session, key: str) -> dict[str, Any] | None:
    """What is known of the event behind it; nothing where that is forgotten."""
    try:
        found = explaining.explain(session, {"notification": key}, actor=actor())
    except NotFound:
        return None
    return found | {"rules": [rule for rule in found["rules"] if rule["met"]]}


def _people(why: dict[str, Any] | None) -> Iterator[str]:
    for rule in why["rules"] if why else ():
        yield from (each["staff"] for each in (*rule["told"], *rule["not_told"]))
        steps = (rule["escalation"] or {}).get("steps", ())
        yield from (step["recipient"] for step in steps)


def _written(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = names(item["data"] for item in items)
    return rendering.written(items, current().locale, found)
