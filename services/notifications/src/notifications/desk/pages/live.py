"""The stream of news to an open page."""

from __future__ import annotations

from flask import Blueprint, Response

from notifications.desk.app import desk
from notifications.desk.live import LONGEST_SECONDS, stream
from notifications.desk.visitor import somebody
from servicekit import clock

pages = Blueprint("live", __name__)


@pages.get("/live")
def live() -> Response:
    """Server-sent events: ``notice`` and ``board``; nothing is held but this one connection."""
    signed_in = somebody()
    left = (signed_in.until - clock.now()).total_seconds()
    line = desk().hub.open(signed_in.actor.id, signed_in.session, frozenset(signed_in.communities))
    return Response(
        stream(desk().hub, line, min(left, LONGEST_SECONDS)),
        mimetype="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # a proxy shall not gather it
    )
