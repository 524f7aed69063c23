"""RPC about the shared ledger, and the accounts of a period as a spreadsheet."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, Schema
from volunteers.domain.reciprocity import Standing, Unit


class AccountView(Schema):
    """What a party gave and received. ``party``: a partner, ``residents``, or ``community`` and
    ``schools`` where there is not exactly one office, one school; only partners have a name."""

    party = fields.String()
    name = fields.String(allow_none=True)
    given = fields.Dict(keys=Code(Unit), values=fields.Integer())
    received = fields.Dict(keys=Code(Unit), values=fields.Integer())
    standing = Code(Standing)


class MonthView(Schema):
    """The accounts of one month, ``2026-11``."""

    month = fields.String()
    parties = fields.List(fields.Nested(AccountView))


class LedgerView(Schema):
    """The shared ledger of a period, in all and by month."""

    parties = fields.List(fields.Nested(AccountView))
    months = fields.List(fields.Nested(MonthView))


class Workbook(Schema):
    """A spreadsheet (.xlsx) in base64."""

    xlsx = fields.String()
