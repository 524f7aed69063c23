"""How a page answers: whole, in part, or by leading on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request

from notifications.desk.words import say


def partial() -> bool:
    """Whether a part of an open page is asked for."""
    return "HX-Request" in request.headers


def done(template: str, back: str, message: str, **facts: Any) -> Response:
    """After a change: the changed part with a message, or the whole page again."""
    if not partial():
        return redirect(back, 303)  # type: ignore[return-value]  # werkzeug's
    return make_response(render_template(template, message=say(message), **facts))


def own_path(text: str | None, otherwise: str) -> str:
    """A path on this desk to lead to; anything else leads to ``otherwise``."""
    parts = urlsplit(text or "")
    path = parts.path
    fits = path.startswith("/desk/") and not (parts.scheme or parts.netloc)
    plain = "\\" not in path and not any(ord(character) < 33 for character in text or "")
    if not (fits and plain):
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path


def page_number() -> int:
    """The page asked for; the first where that is no page."""
    text = request.args.get("page", "1")
    return min(int(text), 10_000) if text.isascii() and text.isdecimal() and int(text[:6]) else 1
