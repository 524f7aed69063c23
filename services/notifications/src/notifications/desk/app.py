"""The desk as a part of the service's Flask app: guards before each page, headers after it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import eventlet
from flask import Blueprint, Flask, Request, Response, current_app, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden as WrongForm
from werkzeug.exceptions import HTTPException, RequestTimeout

from notifications.desk import access, forms, live, problems, troubles, visitor, words
from notifications.desk.boards import Boards
from notifications.desk.naming import Naming
from notifications.desk.visitor import somebody
from notifications.rendering import Names
from servicekit.actors import Actor
from servicekit.calling import Peers
from servicekit.errors import ServiceError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_SECONDS = 20
MAX_FORM = 64 * 1024
STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers would then not say where a form comes from
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@dataclass(frozen=True)
class Desk:
    """What the pages work with: the service's database, its settings, what is open in browsers."""

    database: Any
    settings: Any
    hub: live.Hub
    boards: Boards
    naming: Naming

    @property
    def secure(self) -> bool:
        """Cookies travel over TLS only, unless the desk is openly served without."""
        return not self.settings.desk_url.startswith("http://")

    @property
    def origin(self) -> str:
        """The address that people open; without a proxy, the one they opened."""
        known = self.settings.desk_url
        return str(known if known.startswith("https://") else request.host_url).rstrip("/")

    @property
    def cookie(self) -> str:
        # browsers take a __Host- cookie from this very host and over TLS only
        return "__Host-desk" if self.secure else "desk"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.database.transaction() as session:
            yield session

    def peers(self, actor: Actor) -> Peers:
        """The other services, asked with this person's rights."""
        return Peers(self.database.peers.client, actor.context())


def desk() -> Desk:
    """The desk that serves the request at hand."""
    found: Desk = current_app.extensions["desk"]
    return found


def names(items: Iterable[Mapping[str, Any]]) -> Names:
    """The names of those that ``items`` speak of, as far as whoever is signed in may see them."""
    return desk().naming.of(actor().id, desk().peers(actor()), items)


def actor() -> Actor:
    """Who acts: whoever is signed in."""
    return somebody().actor


def volunteers_service() -> Any:
    """Asked with the rights of whoever is signed in."""
    return desk().peers(actor()).volunteers


def households_service() -> Any:
    """Asked with the rights of whoever is signed in."""
    return desk().peers(actor()).households


def install(app: Flask, web: Any, settings: Any, pages: list[Blueprint]) -> None:
    """Serve the desk from a service's app."""
    hub = live.Hub(web.database)
    web.on_stop.append(hub.close_all)
    app.extensions["desk"] = Desk(
        web.database, settings, hub, Boards(web.database.engine), Naming()
    )
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.install(app)
    app.jinja_env.globals |= {"refused": forms.refused, "answers": forms.answers}
    app.jinja_env.filters["problem"] = problems.in_words
    blueprint = Blueprint(
        "desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static"
    )
    for page in pages:
        blueprint.register_blueprint(page)
    blueprint.before_request(_guard)
    app.register_blueprint(blueprint)
    app.after_request(_finish)
    app.add_url_rule("/", "root", lambda: redirect("/desk/"))
    app.register_error_handler(ServiceError, troubles.told)
    app.register_error_handler(HTTPException, troubles.refused)
    app.register_error_handler(Exception, troubles.broken)
    app.context_processor(lambda: {"asset": _asset, "visitor": g.get("visitor")})


def _guard() -> Any:
    """Recognise the visitor; refuse forms from elsewhere and pages that are not for them."""
    rule = access.ROUTES[_endpoint(request)]
    if _endpoint(request) == "static":
        return None
    visitor.arrive()
    if request.method not in SAFE:
        _refuse_foreign_forms()
    if rule.who is access.Who.ANYBODY:
        return None
    if g.visitor.signed_in is None:
        return _to_sign_in()
    access.require(rule, g.visitor.signed_in, _texts(request))
    return None


def _endpoint(asked: Request) -> str:
    """``desk.pages.inbox`` is ``inbox`` in the table of routes."""
    return (asked.endpoint or "").rpartition(".")[2]


def _refuse_foreign_forms() -> None:
    """A change is only taken from a page of this session, however the browser was led here."""
    with eventlet.Timeout(BODY_SECONDS, RequestTimeout()):
        given = request.headers.get("X-Form-Token") or request.form.get("form_token", "")
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if elsewhere or not g.visitor.made(given):
        raise WrongForm


def _texts(asked: Request) -> Iterator[str]:
    """All that a request names."""
    yield from (str(value) for value in (asked.view_args or {}).values())
    for given in (asked.args, asked.form):
        yield from (value for values in given.listvalues() for value in values)


def _to_sign_in() -> Response:
    where = url_for("desk.signing.sign_in")
    if "HX-Request" in request.headers:  # a part of a page: the whole page has to go there
        return Response("", 401, {"HX-Redirect": where})
    if request.method not in SAFE:
        return redirect(where, 303)  # type: ignore[return-value]  # werkzeug's
    back = request.full_path if request.query_string else request.path
    return redirect(url_for("desk.signing.sign_in", next=back))  # type: ignore[return-value]  # werkzeug's


def _finish(response: Response) -> Response:
    response.headers.update(HEADERS)
    if desk().secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if _endpoint(request) == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Cookie, HX-Request"
    if "visitor" in g:
        visitor.remember(g.visitor, response, desk().cookie, secure=desk().secure)
    return response


_digests: dict[str, str] = {}


def _asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    if name not in _digests:
        _digests[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return url_for("desk.static", filename=name, v=_digests[name])
