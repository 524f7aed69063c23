"""The service's web server: health, metrics, the desk, calendar feeds, links without a login."""

from __future__ import annotations

from flask import Flask, Response, request
from markupsafe import escape
from sqlalchemy.orm import Session

from notifications import queries
from notifications.desk.app import install
from notifications.desk.pages import BLUEPRINTS
from notifications.domain.codes import ChannelCode, FeedKind
from notifications.usecases import feeds, inbox, links, preferences
from notifications.visits import visits
from servicekit import clock
from servicekit.actors import Actor
from servicekit.database import Database
from servicekit.errors import NotFound, ServiceError
from servicekit.settings import settings_of
from servicekit.web import Web, health_app
from servicekit.workdays import published

PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>阳光百分百</title>'
    '<link rel="stylesheet" href="/desk/static/desk.css">'
    '<link rel="stylesheet" href="/desk/static/dark.css" media="(prefers-color-scheme: dark)">'
    '<body class="alone"><main><section class="trouble"><h1>阳光百分百</h1>'
    "<p>{said}</p>{form}</section></main></body></html>"
)
FORM = '<form method="post"><button class="main">{label}</button></form>'
ASKED = {
    links.ACKNOWLEDGE: ("由您处理这条通知？ Take this notification on?", "我来处理 I take this on"),
    links.UNSUBSCRIBE: ("不再向您发送邮件？ Send you no more e-mail?", "不再发送 No more e-mail"),
}
DONE = {
    links.ACKNOWLEDGE: "已确认，谢谢。 Taken on, thank you.",
    links.UNSUBSCRIBE: "不再发送邮件；站内收件箱仍可查看。 No more e-mail; the inbox still has it.",
}


def create_app(web: Web) -> Flask:
    """``/desk/`` is for staff; ``/feeds/<token>.ics`` shows a calendar; ``/l/<token>`` does what
    its link was signed for."""
    published(clock.now().date())  # reading the calendar takes a second: now, and nobody waits
    app = health_app(web)
    database = web.database
    install(app, web, settings_of(web.container), BLUEPRINTS)

    @app.get("/feeds/<token>.ics")
    def feed(token: str) -> Response:
        try:
            return Response(_feed(database, token), content_type="text/calendar; charset=utf-8")
        except NotFound:
            return Response("there is no such calendar (any more)", 404)
        except ServiceError:
            return Response("the calendar cannot be read now; try again later", 503)

    @app.route("/l/<token>", methods=["GET", "POST"])
    def link(token: str) -> Response:
        try:
            with database.transaction() as session:
                kind, key = links.opened(session, token)
                if request.method == "GET":  # a mail scanner follows links; it presses no button
                    said, label = ASKED[kind]
                    return _page(said, FORM.format(label=escape(label)))
                _follow(session, kind, key)
        except NotFound:
            return _page("链接无效。 This link does not work.", "", 404)
        return _page(DONE[kind], "")

    return app


def _follow(session: Session, kind: str, key: str) -> None:
    if kind == links.ACKNOWLEDGE:
        inbox.take_on(session, queries.notification(session, key), now=clock.now())
    else:
        preferences.leave_channel(session, key, ChannelCode.EMAIL)


def _page(said: str, form: str, status: int = 200) -> Response:
    page = Response(PAGE.format(said=escape(said), form=form), status, content_type="text/html")
    page.headers["Cache-Control"] = "no-store"
    return page


def _feed(database: Database, token: str) -> bytes:
    now = clock.now()
    with database.transaction() as session:
        row = feeds.opened(session, token)
        zone = session.info["zone"]
        if row.kind is FeedKind.STAFF_WEEK:
            return feeds.staff_week(session, row, now=now)
    call = database.call(None, Actor(row.created_by, "feed", (row.community,)).context())
    today = now.astimezone(zone).date()
    span = (today - feeds.BACK, today + feeds.AHEAD)
    found = visits(call.peers_as(call.actor), row.community, *span)
    own = (visit for visit in found if visit["volunteer"] == row.subject)
    return feeds.volunteer_visits(own, zone=zone, now=now)
