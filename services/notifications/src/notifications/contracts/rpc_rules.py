"""RPC about rules and texts, and why somebody was told."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from notifications.domain.codes import (
    ChannelCode,
    Deferral,
    DeliveryState,
    EscalationReason,
    EscalationState,
    FailureReason,
    Locale,
    NotificationState,
    Urgency,
    Why,
)
from servicekit.schemas import Code, Community, Id, Schema, UtcTime


class CheckRules(Schema):
    """``rules``: a whole set as YAML; left out, the shipped one is tried."""

    community = Community(required=True)
    rules = fields.String(load_default="", validate=validate.Length(max=200_000))
    days = fields.Integer(load_default=7, strict=True, validate=validate.Range(1, 90))


class WouldSend(Schema):
    rule = fields.String()
    staff = fields.String()
    urgency = Code(Urgency)
    deferred_for = Code(Deferral, allow_none=True)
    count = fields.Integer()


class RulesReport(Schema):
    """``problems`` is empty where the set can be used; ``items`` says what it would have sent."""

    problems = fields.List(fields.String())
    rules = fields.Integer()
    events = fields.Integer()
    items = fields.List(fields.Nested(WouldSend))


class ChangeRule(Schema):
    """``entry`` as in rules.yml; an empty one switches the rule off in this community."""

    community = Community(required=True)
    name = fields.String(required=True, validate=validate.Length(1, 80))
    entry = fields.Dict(keys=fields.String(), load_default=dict)


class RuleChanged(Schema):
    name = fields.String()
    version = fields.Integer()


class Preview(Schema):
    """``source`` left out: the shipped text. ``event`` left out: the last that was heard."""

    template = fields.String(required=True)
    locale = Code(Locale, load_default=Locale.CHINESE)
    source = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20_000))
    event = fields.String(load_default=None, allow_none=True)


class PreviewView(Schema):
    subject = fields.String()
    body = fields.String()


class WriteText(Schema):
    template = fields.String(required=True)
    locale = Code(Locale, required=True)
    source = fields.String(required=True, validate=validate.Length(1, 20_000))


class TextWritten(Schema):
    template = fields.String()
    locale = Code(Locale)
    version = fields.Integer()


class ExplainNotice(Schema):
    """An event's id, or a notification's."""

    event = fields.String(load_default=None, validate=validate.Length(1, 300))
    notification = Id(load_default=None)

    @ma.validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("event")) == bool(data.get("notification")):
            raise ma.ValidationError("is missing; name an event or a notification", "event")


class TryView(Schema):
    number = fields.Integer()
    at = UtcTime()
    reason = Code(FailureReason, allow_none=True)
    code = fields.String(allow_none=True)


class ExplainedDelivery(Schema):
    """``due_at`` is when it may go, ``deferred_for`` why not at once."""

    id = fields.String()
    channel = Code(ChannelCode)
    level = fields.Integer()
    state = Code(DeliveryState)
    due_at = UtcTime(allow_none=True)
    deferred_for = Code(Deferral, allow_none=True)
    next_at = UtcTime(allow_none=True)
    sent_at = UtcTime(allow_none=True)
    carried_by = fields.String(allow_none=True)
    message_id = fields.String(allow_none=True)
    last_error = fields.String(allow_none=True)
    attempts = fields.List(fields.Nested(TryView))


class ExplainedRecipient(Schema):
    """``again``: the same had been told before, so nothing new was sent."""

    staff = fields.String()
    why = Code(Why)
    on_behalf = fields.String(allow_none=True)
    notification = fields.String(allow_none=True)
    again = fields.Boolean()
    state = Code(NotificationState, allow_none=True)
    alerts = fields.Integer(allow_none=True)
    acknowledged_at = UtcTime(allow_none=True)
    deliveries = fields.List(fields.Nested(ExplainedDelivery))


class NotTold(Schema):
    staff = fields.String()
    why = Code(Why)


class StepView(Schema):
    level = fields.Integer()
    recipient = fields.String()
    reason = Code(EscalationReason)
    notification = fields.String()
    at = UtcTime()
    deliveries = fields.List(fields.Nested(ExplainedDelivery))


class EscalationView(Schema):
    state = Code(EscalationState)
    level = fields.Integer()
    due_at = UtcTime(allow_none=True)
    closed_at = UtcTime(allow_none=True)
    closed_by = fields.String(allow_none=True)
    steps = fields.List(fields.Nested(StepView))


class ExplainedRule(Schema):
    """``unmet``: the fields by which the rule's condition did not hold."""

    rule = fields.String()
    met = fields.Boolean()
    unmet = fields.List(fields.String())
    told = fields.List(fields.Nested(ExplainedRecipient))
    not_told = fields.List(fields.Nested(NotTold))
    escalation = fields.Nested(EscalationView, allow_none=True)


class NoticeExplained(Schema):
    event = fields.String()
    type = fields.String()
    source = fields.String()
    community = fields.String()
    at = UtcTime()
    data = fields.Dict()
    rules = fields.List(fields.Nested(ExplainedRule))
