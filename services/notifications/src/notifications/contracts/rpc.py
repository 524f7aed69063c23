"""RPC: what callers may pass and what they get."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from notifications.domain.codes import (
    AidKind,
    ChannelCode,
    Deferral,
    DeliveryState,
    Locale,
    NotificationState,
    StaffRole,
    Urgency,
)
from servicekit.phones import PROBLEM, e164
from servicekit.schemas import (
    Code,
    Community,
    Id,
    LocalDate,
    PageArgs,
    Schema,
    UtcTime,
    page_of,
)

MAX_RECORDS = 10_000


class Phone(fields.String):
    """A phone number as people write it; a number without country code is a Chinese one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        number = e164(text)
        if number is None:
            raise ma.ValidationError(PROBLEM)
        return number


class StaffRecord(Schema):
    """A member of staff without the community: what a line of an import says."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[0-9A-Za-z][0-9A-Za-z-]{0,19}\Z",
            error="is not a code; use up to 20 letters, digits and hyphens, as in S01",
        ),
    )
    name = fields.String(
        required=True,
        validate=validate.Length(1, 60, error="has no fitting length; give 1 to 60 characters"),
    )
    role = Code(StaffRole, required=True)
    email = fields.Email(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": "is not an e-mail address; write it as name@example.org"},
    )
    phone = Phone(load_default=None, allow_none=True)
    locale = Code(Locale, load_default=Locale.CHINESE)
    channels = fields.List(
        Code(ChannelCode),
        load_default=lambda: [ChannelCode.INAPP],
        validate=validate.Length(
            min=1, error=f"is empty; name at least one of: {', '.join(ChannelCode)}"
        ),
    )
    aid_kinds = fields.List(Code(AidKind), load_default=list)
    communities = fields.List(Community(), load_default=list)

    @ma.validates_schema
    def check_email_is_given(self, data: dict[str, Any], **_: Any) -> None:
        for channel, field in ((ChannelCode.EMAIL, "email"), (ChannelCode.SMS, "phone")):
            if channel in data["channels"] and not data[field]:
                raise ma.ValidationError(
                    f"is missing though {channel.en} is a chosen channel; "
                    "give an address or drop the channel",
                    field,
                )


class RegisterStaff(StaffRecord):
    """``communities`` are further ones, beside the member's own. No aid kinds means all of them."""

    community = Community(required=True)


class FindStaff(PageArgs):
    community = Community(required=True)
    role = Code(StaffRole, load_default=None, allow_none=True)


class StaffView(Schema):
    """No name, no address: only whether there is one."""

    id = fields.String()
    community = fields.String()
    code = fields.String()
    role = Code(StaffRole)
    communities = fields.List(fields.String())
    locale = Code(Locale)
    channels = fields.List(Code(ChannelCode))
    aid_kinds = fields.List(Code(AidKind))
    has_email = fields.Boolean()


StaffPage = page_of(StaffView)


class ImportStaff(Schema):
    """``records`` are checked one by one, so that every wrong line is named in one answer."""

    community = Community(required=True)
    records = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(
            max=MAX_RECORDS, error=f"has too many lines; import at most {MAX_RECORDS} at once"
        ),
    )
    dry_run = fields.Boolean(load_default=False)


class Refusal(Schema):
    line = fields.Integer()
    field = fields.String()
    problem = fields.String()
    remedy = fields.String()


class ImportReport(Schema):
    """Accepted lines are stored unless one was refused or it was a dry run: all or nothing."""

    accepted = fields.Integer()
    unchanged = fields.Integer()
    refused = fields.List(fields.Nested(Refusal))


class SetPassword(Schema):
    """An account's password, as its argon2 hash: the password itself never travels.

    ``staff`` is a member of staff, or ``operator``. Whoever was signed in is signed out.
    """

    staff = Id(required=True)
    password_hash = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\$argon2id\$[\x21-\x7e]{20,180}\Z",
            error="is no argon2id hash; let the sunshine command make it",
        ),
    )


class AccountView(Schema):
    account = fields.String()


class Inbox(PageArgs):
    staff = Id(required=True)
    unread_only = fields.Boolean(load_default=False)


class Resolve(Schema):
    """The thing itself is dealt with: closed for everybody who was told of it."""

    notification = Id(required=True)
    staff = Id(required=True)


class InboxItem(Schema):
    """``title`` and ``body`` are in the member's language, written at the moment of reading."""

    id = fields.String()
    community = fields.String()
    rule = fields.String()
    event = fields.String()
    subject = fields.String()
    urgency = Code(Urgency)
    state = Code(NotificationState)
    created_at = UtcTime()
    read_at = UtcTime(allow_none=True)
    acknowledged_at = UtcTime(allow_none=True)
    resolved_at = UtcTime(allow_none=True)
    on_behalf = fields.String(allow_none=True)
    alerts = fields.Integer()
    title = fields.String()
    body = fields.String()


InboxPage = page_of(InboxItem)


class DeliveryView(Schema):
    id = fields.String()
    channel = Code(ChannelCode)
    state = Code(DeliveryState)
    level = fields.Integer()
    attempts = fields.Integer()
    due_at = UtcTime(allow_none=True)
    deferred_for = Code(Deferral, allow_none=True)
    carried_by = fields.String(allow_none=True)
    next_at = UtcTime(allow_none=True)
    sent_at = UtcTime(allow_none=True)
    message_id = fields.String(allow_none=True)
    last_error = fields.String(allow_none=True)


class NotificationView(InboxItem):
    recipient = fields.String()
    data = fields.Dict()
    deliveries = fields.List(fields.Nested(DeliveryView))


class GetNotification(Schema):
    notification = Id(required=True)


class Acknowledge(Schema):
    notification = Id(required=True)
    staff = Id(required=True)


class MarkRead(Schema):
    staff = Id(required=True)
    notifications = fields.List(
        Id(),
        required=True,
        validate=validate.Length(1, 500, error="has no fitting length; name 1 to 500 of them"),
    )


class MarkReadResult(Schema):
    marked = fields.Integer()


class Summary(Schema):
    """What was told from one local date to another, both included; without them, ever."""

    community = Community(required=True)
    since = LocalDate(load_default=None, allow_none=True, data_key="from")
    until = LocalDate(load_default=None, allow_none=True)


class SummaryRow(Schema):
    """``deliveries``: channel → state → number."""

    template = fields.String()
    recipient = fields.String()
    role = Code(StaffRole)
    total = fields.Integer()
    acknowledged = fields.Integer()
    deliveries = fields.Dict()


class SummaryView(Schema):
    community = fields.String()
    items = fields.List(fields.Nested(SummaryRow))


class SendDue(Schema):
    limit = fields.Integer(
        load_default=100,
        strict=True,
        validate=validate.Range(1, 1000, error="is out of range; give 1 to 1000"),
    )


class SendReport(Schema):
    sent = fields.Integer()
    failed = fields.Integer()
    postponed = fields.Integer()
