"""RPC about what members say of themselves: preferences, absences, duty, calendar feeds."""

from __future__ import annotations

import re

from marshmallow import fields, validate

from notifications.domain.codes import ChannelCode, Deferral, DigestPeriod, FeedKind, Locale
from servicekit.schemas import (
    Code,
    Community,
    Id,
    LocalDate,
    Schema,
    TimeOfDay,
    UtcTime,
    check_weekday,
)


class Clock(TimeOfDay):
    """A time of day as a clock shows it: there is no 24:00."""

    pattern = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
    mistake = "is not a time of day; write it as 15:30, and midnight as 00:00"


class GetPreferences(Schema):
    staff = Id(required=True)


class SetPreferences(Schema):
    """What is not given stays as it is. ``channels`` in the order in which they are tried."""

    staff = Id(required=True)
    locale = Code(Locale)
    channels = fields.List(
        Code(ChannelCode),
        validate=validate.Length(min=1, error="is empty; name at least one channel"),
    )
    quiet_from = Clock()
    quiet_until = Clock()
    rests_on_days_off = fields.Boolean()
    digest = Code(DigestPeriod)
    digest_at = Clock()
    digest_weekday = fields.Integer(strict=True, validate=check_weekday)
    cover = Id(allow_none=True)


class AbsenceView(Schema):
    staff = fields.String()
    first_on = LocalDate()
    last_on = LocalDate()
    cover = fields.String(allow_none=True)


class PreferencesView(Schema):
    """``reachable``: the channels that have an address. ``quiet_until_moment``: when the member
    will be told what is for today, if not now, and why."""

    staff = fields.String()
    locale = Code(Locale)
    channels = fields.List(Code(ChannelCode))
    reachable = fields.List(Code(ChannelCode))
    quiet_from = fields.String()
    quiet_until = fields.String()
    rests_on_days_off = fields.Boolean()
    digest = Code(DigestPeriod)
    digest_at = fields.String()
    digest_weekday = fields.Integer()
    cover = fields.String(allow_none=True)
    absences = fields.List(fields.Nested(AbsenceView))
    quiet_until_moment = UtcTime(allow_none=True)
    quiet_for = Code(Deferral, allow_none=True)


class SetAddresses(Schema):
    """Channel → address: a robot's key (``key#secret`` where it signs), ``https://…#whsec_…`` of a
    webhook, an Apprise URL. An empty one is taken away."""

    staff = Id(required=True)
    addresses = fields.Dict(
        keys=fields.String(
            validate=validate.OneOf(
                [
                    each.value
                    for each in ChannelCode
                    if each not in (ChannelCode.INAPP, ChannelCode.EMAIL, ChannelCode.SMS)
                ]
            )
        ),
        values=fields.String(allow_none=True, validate=validate.Length(max=500)),
        required=True,
    )


class SetAbsence(Schema):
    """Both days included; the same first day again changes the absence."""

    staff = Id(required=True)
    first_on = LocalDate(required=True)
    last_on = LocalDate(required=True)
    cover = Id(load_default=None, allow_none=True)


class CancelAbsence(Schema):
    staff = Id(required=True)
    first_on = LocalDate(required=True)


class Cancelled(Schema):
    cancelled = fields.Integer()


class SetDuty(Schema):
    community = Community(required=True)
    staff = Id(required=True)
    starts_at = UtcTime(required=True)
    ends_at = UtcTime(required=True)


class DutyView(Schema):
    community = fields.String()
    staff = fields.String()
    starts_at = UtcTime()
    ends_at = UtcTime()


class SetDay(Schema):
    community = Community(required=True)
    day = LocalDate(required=True)
    workday = fields.Boolean(required=True)


class DayView(Schema):
    community = fields.String()
    day = LocalDate()
    workday = fields.Boolean()


class MakeFeed(Schema):
    """``subject``: the member or the volunteer."""

    kind = Code(FeedKind, required=True)
    subject = Id(required=True)


class FeedView(Schema):
    """``path`` is told once and not kept: whoever has it reads the calendar."""

    path = fields.String()
    kind = Code(FeedKind)
    subject = fields.String()


class RevokeFeeds(Schema):
    subject = Id(required=True)


class Revoked(Schema):
    revoked = fields.Integer()
