"""What a page says when something is wrong: what happened, and what to do."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from notifications.desk import visitor
from notifications.desk.phrases import PHRASES
from notifications.desk.words import say
from servicekit.errors import ServiceError
from servicekit.telemetry import failed

STATUS = {"not-found": 404, "invalid": 400, "conflict": 409, "forbidden": 403, "unavailable": 503}


def told(error: ServiceError) -> Response:
    """A service's typed answer. What it says names ids and codes only."""
    return page(STATUS[error.slug], detail=str(error))


def refused(error: HTTPException) -> Any:
    if error.response is not None:  # a redirect, say
        return error.response
    return page(error.code or 500)


def broken(error: Exception) -> Response:
    """Something nobody thought of: the log has it, the page says nothing about it."""
    failed("desk.failed", error, endpoint=request.endpoint or "")
    return page(500)


def page(status: int, *, detail: str = "", **facts: Any) -> Response:
    """An error as a whole page, or as a message at the top of the one that is open."""
    if "visitor" not in g:
        with suppress(SQLAlchemyError):  # the trouble may be just that
            visitor.arrive()
    key = f"error_{status}" if f"error_{status}" in PHRASES else "error_500"
    content = {"title": say(key), "remedy": say(f"{key}_do", **facts), "detail": detail}
    part = "HX-Request" in request.headers
    template = "parts/flash.html" if part else "error.html"
    response = make_response(render_template(template, status=status, bad=True, **content), status)
    if part:
        response.headers |= {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML"}
    return response
