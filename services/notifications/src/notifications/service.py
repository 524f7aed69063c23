"""The notifications service: its entry points."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from eventlet import GreenPool

from notifications import contracts as c
from notifications import news, queries, rendering
from notifications.queries import sending as waiting
from notifications.settings import Settings
from notifications.usecases import (
    digesting,
    escalating,
    explaining,
    feeds,
    importing,
    inbox,
    noticing,
    preferences,
    ruling,
    sending,
    signing,
    staff,
)
from notifications.usecases.access import require_lead
from notifications.usecases.links import Links
from notifications.visits import visits
from notifications.web import create_app
from servicekit import clock
from servicekit.errors import Unavailable
from servicekit.events import Event
from servicekit.service import EXTERNAL, Call, Database, Service, every, on_event, rpc
from servicekit.telemetry import failed
from servicekit.transactions import one_by_one
from servicekit.web import Web

Data = dict[str, Any]

SEND_AT_ONCE = 2000
CLIMB_AT_ONCE = 500


def _write_page(call: Call, page: Data) -> Data:
    """The texts of a page, written when its transaction is over: names come over the network."""
    return {**page, "items": rendering.written(page["items"], page["locale"], _names(call))}


def _write_one(call: Call, item: Data) -> Data:
    return rendering.written([item], item["locale"], _names(call))[0]


def _names(call: Call) -> rendering.Names:
    return rendering.Names(call.peers_as(call.actor, timeout=call.settings.names_timeout))


class NotificationsService(Service):
    """Who is told what, and how it reaches them."""

    name = "notifications"
    settings = Settings
    database = Database(c.PUBLISHED)
    web = Web(create_app)

    # -- what happens

    @on_event(*c.OURS, source=c.SERVICES, schema=c.OURS, batch=True)
    def notice(self, call: Call, events: list[Event]) -> None:
        noticing.notice_all(call.session, events, now=call.now, working=call.settings.working)
        news.tell(call.session, places=[event.data["community"] for event in events])

    @on_event(*c.REQUESTED, source=EXTERNAL, schema=c.REQUESTED, batch=True)
    def notice_request(self, call: Call, events: list[Event]) -> None:
        noticing.notice_all(call.session, events, now=call.now, working=call.settings.working)

    # -- by the clock

    @every("SEND_SECONDS")
    def send(self, call: Call) -> None:
        _send(call, SEND_AT_ONCE)

    @every("WATCH_SECONDS")
    def watch(self, call: Call) -> None:
        _watch(call)

    @rpc(c.SendDue, returns=c.SendReport, transaction=False)
    def send_due(self, call: Call, data: Data) -> dict[str, int]:
        require_lead(call.actor, ())
        _watch(call)
        return _send(call, data["limit"])

    # -- staff

    @rpc(c.RegisterStaff, returns=c.StaffView)
    def register_staff(self, call: Call, data: Data) -> Any:
        return staff.register(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.FindStaff, returns=c.StaffPage)
    def find_staff(self, call: Call, data: Data) -> Any:
        return staff.find(call.session, data, actor=call.actor)

    @rpc(c.ImportStaff, returns=c.ImportReport)
    def import_staff(self, call: Call, data: Data) -> Any:
        return importing.import_staff(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.GetPreferences, returns=c.PreferencesView)
    def get_preferences(self, call: Call, data: Data) -> Any:
        return preferences.shown(call.session, data["staff"], now=call.now, actor=call.actor)

    @rpc(c.SetPreferences, returns=c.PreferencesView)
    def set_preferences(self, call: Call, data: Data) -> Any:
        return preferences.change(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.SetAddresses, returns=c.StaffView)
    def set_addresses(self, call: Call, data: Data) -> Any:
        return preferences.set_addresses(call.session, data, actor=call.actor)

    @rpc(c.SetAbsence, returns=c.AbsenceView)
    def set_absence(self, call: Call, data: Data) -> Any:
        return preferences.be_absent(call.session, data, actor=call.actor)

    @rpc(c.CancelAbsence, returns=c.Cancelled)
    def cancel_absence(self, call: Call, data: Data) -> Any:
        return {"cancelled": preferences.be_back(call.session, data, actor=call.actor)}

    @rpc(c.SetDuty, returns=c.DutyView)
    def set_duty(self, call: Call, data: Data) -> Any:
        return preferences.set_duty(call.session, data, actor=call.actor)

    @rpc(c.SetDay, returns=c.DayView)
    def set_day(self, call: Call, data: Data) -> Any:
        return preferences.set_day(call.session, data, actor=call.actor)

    @rpc(c.SetPassword, returns=c.AccountView)
    def set_password(self, call: Call, data: Data) -> Any:
        return signing.set_password(call.session, data, now=call.now, actor=call.actor)

    # -- the inbox

    @rpc(c.Inbox, returns=c.InboxPage, after=_write_page)
    def inbox(self, call: Call, data: Data) -> Any:
        return inbox.read(call.session, data, actor=call.actor)

    @rpc(c.GetNotification, returns=c.NotificationView, after=_write_one)
    def get_notification(self, call: Call, data: Data) -> Any:
        return inbox.get(call.session, data, actor=call.actor)

    @rpc(c.Acknowledge, returns=c.NotificationView, after=_write_one)
    def acknowledge(self, call: Call, data: Data) -> Any:
        return inbox.acknowledge(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.Resolve, returns=c.NotificationView, after=_write_one)
    def resolve(self, call: Call, data: Data) -> Any:
        return inbox.resolve(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.MarkRead, returns=c.MarkReadResult)
    def mark_read(self, call: Call, data: Data) -> Any:
        return inbox.mark_read(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.Summary, returns=c.SummaryView)
    def summary(self, call: Call, data: Data) -> Any:
        call.actor.require(data["community"])
        return {
            "community": data["community"],
            "items": queries.summary(call.session, **data),
        }

    # -- rules, texts, reasons

    @rpc(c.ExplainNotice, returns=c.NoticeExplained)
    def explain_notice(self, call: Call, data: Data) -> Any:
        return explaining.explain(call.session, data, actor=call.actor)

    @rpc(c.CheckRules, returns=c.RulesReport)
    def check_rules(self, call: Call, data: Data) -> Any:
        return ruling.check(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.ChangeRule, returns=c.RuleChanged)
    def change_rule(self, call: Call, data: Data) -> Any:
        return ruling.change_rule(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.Preview, returns=c.PreviewView)
    def preview_text(self, call: Call, data: Data) -> Any:
        return ruling.preview(call.session, data, actor=call.actor)

    @rpc(c.WriteText, returns=c.TextWritten)
    def write_text(self, call: Call, data: Data) -> Any:
        return ruling.write_text(call.session, data, now=call.now, actor=call.actor)

    # -- calendar feeds

    @rpc(c.MakeFeed, returns=c.FeedView)
    def make_feed(self, call: Call, data: Data) -> Any:
        token = secrets.token_urlsafe(32)
        row = feeds.make(call.session, data, token=token, now=call.now, actor=call.actor)
        return {"path": f"/feeds/{token}.ics", "kind": row.kind, "subject": row.subject}

    @rpc(c.RevokeFeeds, returns=c.Revoked)
    def revoke_feeds(self, call: Call, data: Data) -> Any:
        return {"revoked": feeds.revoke(call.session, data, now=call.now, actor=call.actor)}


def _send(call: Call, limit: int) -> dict[str, int]:
    """A round of sending, every channel beside the others: a slow one holds up nobody else's."""
    settings, done = call.settings, {"sent": 0, "failed": 0, "postponed": 0}
    channels = settings.channels()
    with call.transaction() as session:
        due = waiting.channels_due(session, channels, clock.now())

    def send_one(channel: Any) -> dict[str, int]:
        sender = sending.Sender(
            transaction=call.transaction,
            noting=partial(one_by_one, call.database.engine),
            channel=channel,
            working=settings.working,
            providers=settings.providers,
            clock=clock.now,
            links=Links(settings.desk_url),
        )
        return sending.send_due(sender, limit=limit)

    for report in GreenPool().imap(send_one, [channels[code] for code in due]):
        for key, number in report.items():
            done[key] += number
    return done


def _watch(call: Call) -> None:
    """What the clock makes due: the next level of escalations, and digests.

    One that fails is logged and comes again with the next look; it holds up no other.
    """
    working = call.settings.working
    stuck: set[str] = set()
    for _ in range(CLIMB_AT_ONCE):
        with call.transaction() as session:
            key = escalating.due(session, now=clock.now(), besides=stuck)
        if key is None:
            break
        try:
            with call.transaction() as session:
                escalating.climb(session, key, now=clock.now(), working=working)
        except Exception as error:  # noqa: BLE001
            failed("escalation.failed", error, escalation=key)
            stuck.add(key)
    with call.transaction() as session:
        digests = digesting.due(session, now=clock.now())
    for each in digests:
        try:
            planned = _planned(call, each)
            with call.transaction() as session:
                digesting.make(
                    session, each.staff, now=clock.now(), working=working, planned=planned
                )
        except Exception as error:  # noqa: BLE001
            failed("digest.failed", error, staff=each.staff)


def _planned(call: Call, digest: digesting.Due) -> list[Data]:
    """The visits that a digest tells of; it goes without them where their owner is away."""
    peers = call.peers_as(call.actor)
    try:
        return [
            visit
            for community in digest.communities
            for visit in visits(peers, community, digest.first, digest.last, state="planned")
        ]
    except Unavailable:
        return []
