"""The notifications service: its entry points."""

from __future__ import annotations

from typing import Any

from notifications import contracts, queries, rendering, rulebook
from notifications.settings import Settings
from notifications.usecases import importing, inbox, noticing, sending, staff
from notifications.usecases.access import require_lead
from notifications.web import create_app
from servicekit import clock
from servicekit.events import Event
from servicekit.service import Call, Database, Service, every, on_event, rpc
from servicekit.web import Web

SEND_AT_ONCE = 100


def _write_page(call: Call, page: dict[str, Any]) -> dict[str, Any]:
    """The texts of a page, written when its transaction is over: names come over the network."""
    return {**page, "items": rendering.written(page["items"], page["locale"], _names(call))}


def _write_one(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    return rendering.written([item], item["locale"], _names(call))[0]


def _names(call: Call) -> rendering.Names:
    return rendering.Names(call.peers_as(call.actor, timeout=call.settings.names_timeout))


class NotificationsService(Service):
    """Who is told what, and how it reaches them."""

    name = "notifications"
    settings = Settings
    database = Database(contracts.PUBLISHED)
    web = Web(create_app)

    @on_event(
        *contracts.CONSUMED,
        source=("households", "volunteers", "notifications"),
        schema=contracts.CONSUMED,
    )
    def notice(self, call: Call, event: Event) -> None:
        noticing.notice(
            call.session,
            event.type,
            event.data,
            now=call.now,
            rules=rulebook.shipped(),
            channels=call.settings.channels(),
        )

    @every("SEND_SECONDS")
    def send(self, call: Call) -> None:
        self._send(call, SEND_AT_ONCE)

    @rpc(contracts.SendDue, returns=contracts.SendReport, transaction=False)
    def send_due(self, call: Call, data: dict[str, Any]) -> dict[str, int]:
        require_lead(call.actor, ())
        return self._send(call, data["limit"])

    @rpc(contracts.RegisterStaff, returns=contracts.StaffView)
    def register_staff(self, call: Call, data: dict[str, Any]) -> Any:
        return staff.register(call.session, data, now=call.now, actor=call.actor)

    @rpc(contracts.FindStaff, returns=contracts.StaffPage)
    def find_staff(self, call: Call, data: dict[str, Any]) -> Any:
        return staff.find(call.session, data, actor=call.actor)

    @rpc(contracts.ImportStaff, returns=contracts.ImportReport)
    def import_staff(self, call: Call, data: dict[str, Any]) -> Any:
        return importing.import_staff(call.session, data, now=call.now, actor=call.actor)

    @rpc(contracts.Inbox, returns=contracts.InboxPage, after=_write_page)
    def inbox(self, call: Call, data: dict[str, Any]) -> Any:
        return inbox.read(call.session, data, actor=call.actor)

    @rpc(contracts.GetNotification, returns=contracts.NotificationView, after=_write_one)
    def get_notification(self, call: Call, data: dict[str, Any]) -> Any:
        return inbox.get(call.session, data, actor=call.actor)

    @rpc(contracts.Acknowledge, returns=contracts.NotificationView, after=_write_one)
    def acknowledge(self, call: Call, data: dict[str, Any]) -> Any:
        return inbox.acknowledge(call.session, data, now=call.now, actor=call.actor)

    @rpc(contracts.MarkRead, returns=contracts.MarkReadResult)
    def mark_read(self, call: Call, data: dict[str, Any]) -> Any:
        return inbox.mark_read(call.session, data, now=call.now, actor=call.actor)

    @rpc(contracts.Summary, returns=contracts.SummaryView)
    def summary(self, call: Call, data: dict[str, Any]) -> Any:
        call.actor.require(data["community"])
        return {
            "community": data["community"],
            "items": queries.summary(call.session, data["community"]),
        }

    def _send(self, call: Call, limit: int) -> dict[str, int]:
        return sending.send_due(
            call.transaction,
            call.settings.channels(),
            limit=limit,
            clock=clock.now,
            desk_url=call.settings.desk_url,
        )
