"""Who looks at the page: their session, their language, their form token."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from flask import Request, Response, current_app, g, request
from werkzeug.exceptions import Unauthorized

from notifications.domain.codes import Locale
from notifications.usecases import signing
from notifications.usecases.signing import SignedIn, new_token
from servicekit import clock

THEMES = ("auto", "light", "dark")
TOKEN_LENGTH = 43
A_YEAR = 365 * 24 * 3600


@dataclass
class Visitor:
    """``token`` is what the browser holds; it is a session only if the database knows it."""

    token: str
    known: bool
    locale: str = Locale.CHINESE.value
    theme: str = "auto"
    signed_in: SignedIn | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def form_token(self) -> str:
        """What every form carries: only a page of this very session can know it."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()

    def made(self, given: str) -> bool:
        """Whether a form token comes from a page of this session."""
        return self.known and hmac.compare_digest(given.encode(), self.form_token.encode())

    def renew(self, token: str | None = None) -> None:
        """Another session from now on: signing in or out leaves nothing of the old one."""
        self.token, self.known = token or new_token(), False


def arrive() -> Visitor:
    """Recognise whoever sends the request at hand, if the database knows their session."""
    desk = current_app.extensions["desk"]
    g.visitor = visitor = _read(request, desk.cookie)
    if visitor.known:
        with desk.transaction() as session:
            found = signing.signed_in(session, visitor.token, now=clock.now())
        if found is not None:
            visitor.signed_in, visitor.locale = found, _locale(request, found.locale)
    return visitor


def _read(request: Request, name: str) -> Visitor:
    token = request.cookies.get(name, "")
    known = len(token) == TOKEN_LENGTH
    visitor = Visitor(token if known else new_token(), known)
    if (theme := request.cookies.get("theme")) in THEMES:
        visitor.theme = theme
    visitor.locale = _locale(request, None)
    return visitor


def _locale(request: Request, own: str | None) -> str:
    """As chosen in this browser, else the member's own, else the browser's; Chinese otherwise."""
    chosen = request.cookies.get("language")
    if chosen in tuple(Locale):
        return str(chosen)
    if own is not None:
        return own
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return Locale.ENGLISH.value if best == "en" else Locale.CHINESE.value


def remember(visitor: Visitor, response: Response, name: str, *, secure: bool) -> None:
    """Give the browser what it shall hold."""
    if not visitor.known:
        response.set_cookie(
            name, visitor.token, httponly=True, secure=secure, samesite="Lax", path="/"
        )
    for key, value in visitor.cookies.items():
        response.set_cookie(
            key, value, max_age=A_YEAR, httponly=True, secure=secure, samesite="Lax", path="/"
        )


def somebody() -> SignedIn:
    """Who is signed in: the routes' rules have seen to it that somebody is."""
    found = current().signed_in
    if found is None:
        raise Unauthorized
    return found


def current() -> Visitor:
    """The visitor of the request at hand."""
    visitor: Visitor = g.visitor
    return visitor
