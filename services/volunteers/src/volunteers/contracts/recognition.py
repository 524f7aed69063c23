"""RPC about hours beside visits, hours in doubt, and stars."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs, number
from volunteers.domain.codes import AidKind, HoursState
from volunteers.domain.recognition import Evidence, FlagKind, FlagState


class TopUpHours(Schema):
    """Claim hours served beside a visit; ``note``: what was done, where the evidence is kept."""

    volunteer = Id(required=True)
    aid_kind = Code(AidKind, required=True)
    on = LocalDate(required=True)
    start = fields.String(
        required=True,
        validate=validate.Regexp(
            r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="is not a time of day; write it as 09:30"
        ),
    )
    minutes = number(1, 1440, required=True)
    evidence = Code(Evidence, required=True)
    note = fields.String(
        required=True,
        validate=validate.Length(1, 500, error="is not a note; give 1 to 500 characters"),
    )


class TopUpView(Schema):
    """A claim, without its note."""

    id = Id()
    volunteer = Id(attribute="volunteer_id")
    aid_kind = Code(AidKind)
    on = LocalDate()
    start = fields.String()
    minutes = fields.Integer()
    evidence = Code(Evidence)
    requested_by = Id()
    requested_at = fields.AwareDateTime(format="iso")


class DecideTopUp(Schema):
    """Approve or refuse what a colleague claimed."""

    top_up = Id(required=True)
    approved = fields.Boolean(required=True)


class TopUpDecided(Schema):
    """Where the claim stands now."""

    top_up = Id()
    state = Code(HoursState)


class FindTopUps(PageArgs, CommunityArgs):
    """Claims that wait for a second person, the oldest first."""


class FlagHours(CommunityArgs):
    """Look at the services of these local days, both included. ``from`` on the wire."""

    since = LocalDate(required=True, data_key="from")
    until = LocalDate(required=True)


class Flagged(Schema):
    """How many flags are new."""

    flagged = fields.Integer()


class FindFlags(PageArgs, CommunityArgs):
    """Flags of a community, the latest day first."""

    state = Code(FlagState, load_default=None, allow_none=True)
    volunteer = Id(load_default=None, allow_none=True)


class SettleFlag(Schema):
    """``upheld``: the hours in doubt are reversed; otherwise there is an explanation."""

    flag = Id(required=True)
    upheld = fields.Boolean(required=True)


class FlagView(Schema):
    """``work`` is in doubt because of ``other``: minutes shared or between, metres apart."""

    id = Id()
    volunteer = Id(attribute="volunteer_id")
    kind = Code(FlagKind)
    state = Code(FlagState)
    work = Id()
    other = Id(allow_none=True)
    on = LocalDate()
    minutes = fields.Integer()
    metres = fields.Integer(allow_none=True)


class FindStars(PageArgs, CommunityArgs):
    """Stars that people have, the latest first."""

    volunteer = Id(load_default=None, allow_none=True)


class StarView(Schema):
    """A star, and the verified minutes at that time."""

    id = Id()
    volunteer = Id(attribute="volunteer_id")
    star = fields.Integer()
    minutes = fields.Integer()
    reached_on = LocalDate()


def check_ascending(hours: list[Any]) -> None:
    if sorted(set(hours)) != hours:
        raise ValidationError("do not ascend; give the hours of one star, two stars, and so on")


class SetStarTable(CommunityArgs):
    """From ``since`` on, stars ask for these hours in this community."""

    since = LocalDate(required=True)
    hours = fields.List(
        number(1, 100_000),
        required=True,
        validate=[
            validate.Length(1, 10, error="are not 1 to 10 numbers; give one for each star"),
            check_ascending,
        ],
    )


class StarTableView(Schema):
    """The table that holds today."""

    since = LocalDate()
    hours = fields.List(fields.Integer())
    national = fields.Boolean()


TopUpPage = page_of(TopUpView)
FlagPage = page_of(FlagView)
StarPage = page_of(StarView)
