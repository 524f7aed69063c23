"""Signing in and out; the language and the colours of this browser."""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from notifications import passwords
from notifications.desk import troubles
from notifications.desk.answers import own_path
from notifications.desk.app import desk
from notifications.desk.visitor import THEMES, current
from notifications.domain.codes import Locale
from notifications.usecases import signing
from servicekit import clock
from servicekit.telemetry import log

pages = Blueprint("signing", __name__)


@pages.get("/")
def home() -> Any:
    return redirect(url_for("desk.inbox.inbox"))


@pages.get("/sign-in")
def sign_in() -> Any:
    if current().signed_in is not None:
        return redirect(url_for("desk.inbox.inbox"))
    return render_template("sign_in.html", next=request.args.get("next", ""))


@pages.post("/sign-in")
def enter() -> Any:
    """The same answer, as late, for a code that does not exist and for a wrong password."""
    name, password = request.form.get("code", ""), request.form.get("password", "")
    with desk().transaction() as session:
        attempt = signing.begin(session, name, request.remote_addr or "", now=clock.now())
    if attempt.wait:
        log.warning("desk.sign_in_throttled")
        return troubles.page(429, minutes=math.ceil(attempt.wait.total_seconds() / 60))
    fits = passwords.fits(attempt.stored or passwords.NOBODY, password[:1000])
    token = None
    if fits and attempt.account:
        with desk().transaction() as session:
            token = signing.finish(session, attempt, now=clock.now())
    if token is None:
        log.info("desk.sign_in_refused")
        again = render_template("sign_in.html", next=request.form.get("next", ""), wrong=True)
        return make_response(again, 422)
    current().renew(token)
    return redirect(own_path(request.form.get("next"), url_for("desk.inbox.inbox")), 303)


@pages.post("/sign-out")
def sign_out() -> Any:
    with desk().transaction() as session:
        signing.sign_out(session, current().token)
    if (signed_in := current().signed_in) is not None:
        desk().hub.end(signed_in.actor.id, signed_in.session)
        desk().naming.forget(signed_in.actor.id)
    current().renew()
    return redirect(url_for("desk.signing.sign_in"), 303)


@pages.post("/choose")
def choose() -> Any:
    """Remember this browser's language or colours."""
    for name, known in (("language", tuple(Locale)), ("theme", THEMES)):
        if (value := request.form.get(name)) in known:
            current().cookies[name] = str(value)
    return redirect(own_path(request.form.get("next"), url_for("desk.signing.home")), 303)
