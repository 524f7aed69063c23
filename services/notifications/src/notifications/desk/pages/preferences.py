"""What members of staff decide about being told, and their password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from notifications import passwords, queries
from notifications.contracts import CancelAbsence, SetAbsence, SetPreferences
from notifications.desk import finding
from notifications.desk.answers import View
from notifications.desk.app import actor, desk
from notifications.desk.forms import Field, Form
from notifications.desk.visitor import current
from notifications.desk.words import say
from notifications.domain.codes import ChannelCode, DigestPeriod, FeedKind, Locale
from notifications.domain.signing import password_problem
from notifications.usecases import feeds, signing
from notifications.usecases import preferences as acts
from servicekit import clock
from servicekit.schemas import load

pages = Blueprint("preferences", __name__)


AWAY = Form(
    "set_absence",
    "add_absence",
    (Field("first_on", "date"), Field("last_on", "date"), Field("cover", "choice", needed=False)),
)
BACK = Form("cancel_absence", "cancel_absence")


@pages.get("/preferences")
def preferences() -> Any:
    return _page(say("saved") if "saved" in request.args else "")


@pages.post("/preferences")
def save_preferences() -> Any:
    form = request.form
    names = ("locale", "quiet_from", "quiet_until", "digest", "digest_at")
    given: dict[str, Any] = {name: form.get(name) for name in names}
    given["digest_weekday"] = form.get("digest_weekday", type=int)
    given["staff"] = actor().id
    given["cover"] = form.get("cover") or None
    given["rests_on_days_off"] = "rests_on_days_off" in form
    given["channels"] = [ChannelCode.INAPP.value, *form.getlist("channels")]
    data = load(SetPreferences(), given)
    with desk().transaction() as session:
        before = queries.member(session, actor().id).channels
        # those that are used already keep the order in which they are tried
        data["channels"].sort(key=[*before, *ChannelCode].index)
        acts.change(session, data, now=clock.now(), actor=actor())
    current().cookies["language"] = data["locale"].value
    return _saved()


@pages.post("/preferences/absences")
def add_absence() -> Any:
    return OWN.take(actor().id, AWAY, _be_absent)


@pages.post("/preferences/absences/<first_on>/drop")
def drop_absence(first_on: str) -> Any:
    return OWN.take(actor().id, BACK, lambda: _be_back(first_on))


def _be_absent(**facts: Any) -> None:
    data = load(SetAbsence(), facts | {"staff": actor().id})
    with desk().transaction() as session:
        acts.be_absent(session, data, actor=actor())


def _be_back(first_on: str) -> None:
    data = load(CancelAbsence(), {"first_on": first_on, "staff": actor().id})
    with desk().transaction() as session:
        acts.be_back(session, data, actor=actor())


@pages.post("/preferences/calendar")
def make_feed() -> Any:
    """The link is shown once: only its digest is kept."""
    token = signing.new_token()
    data = {"kind": FeedKind.STAFF_WEEK, "subject": actor().id}
    with desk().transaction() as session:
        feeds.make(session, data, token=token, now=clock.now(), actor=actor())
    return _page("", feed=f"{desk().origin}/feeds/{token}.ics")


@pages.post("/preferences/calendar/revoke")
def revoke_feeds() -> Any:
    with desk().transaction() as session:
        feeds.revoke(session, {"subject": actor().id}, now=clock.now(), actor=actor())
    return _saved()


@pages.post("/password")
def password() -> Any:
    """The old password is asked for; then every session ends, this one too."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    with desk().transaction() as session:
        attempt = signing.begin(session, actor().id, request.remote_addr or "", now=clock.now())
    if attempt.wait or not passwords.fits(attempt.stored or passwords.NOBODY, old[:1000]):
        return _refused("password_wrong")
    if password_problem(new):
        return _refused("password_bad")
    stored = passwords.hashed(new)
    with desk().transaction() as session:
        signing.change_password(session, actor().id, stored, now=clock.now())
    desk().hub.end(actor().id)
    current().renew()
    return redirect(url_for("desk.signing.sign_in", changed=1), 303)


def _saved() -> Any:
    return redirect(url_for("desk.preferences.preferences", saved=1), 303)


def _refused(key: str) -> Any:
    return make_response(_page(say(key), bad=True), 422)


def _page(message: str, *, bad: bool = False, feed: str = "") -> str:
    facts = _facts(actor().id)
    return render_template("preferences.html", message=message, bad=bad, feed=feed, **facts)


def _facts(_own: str) -> dict[str, Any]:
    with desk().transaction() as session:
        member = queries.member(session, actor().id)
        own = acts.shown(session, member.id, now=clock.now(), actor=actor())
        people = finding.colleagues(session, member)
        colleagues = {each.id: (each.name or each.code, each.role) for each in people}
    return {
        "own": own,
        "languages": {Locale.CHINESE: "中文", Locale.ENGLISH: "English"},
        "digests": list(DigestPeriod),
        "colleagues": colleagues,
        "options": {"cover": [(key, name) for key, (name, _) in colleagues.items()]},
        "forms": {form.words: form for form in (AWAY, BACK)},
    }


OWN = View(
    "desk.preferences.preferences",
    "saved",
    "preferences.html",
    "parts/own_absences.html",
    _facts,
)
