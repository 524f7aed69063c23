"""RPC that takes many records at once."""

from __future__ import annotations

from marshmallow import fields

from households.contracts.fields import between, count
from households.contracts.rpc_households import HouseholdFacts
from households.contracts.rpc_needs import NeedFactsGiven
from servicekit.schemas import Community, Id, Schema

MOST_RECORDS = 5_000
"""About 20 s of work in one transaction; a heartbeat is missed after 60."""


class ImportRecords(Schema):
    """import_households, import_needs: all records are stored, or none. Each is judged by itself,
    as HouseholdRecord or NeedRecord, so one wrong record doesn't hide the others."""

    community = Community(required=True)
    records = fields.List(
        fields.Dict(keys=fields.String()), required=True, validate=between(0, MOST_RECORDS)
    )
    dry_run = fields.Boolean(load_default=False)


class HouseholdRecord(HouseholdFacts):
    """A household with its members, and its line in the file that it came from."""

    line = count(1, 10_000_000, required=True)


class NeedRecord(NeedFactsGiven):
    """A need, the household's code (or id), and its line in the file that it came from."""

    line = count(1, 10_000_000, required=True)
    household = Id(required=True)


class RefusedRecord(Schema):
    line = fields.Integer()
    field = fields.String()
    problem = fields.String()
    remedy = fields.String()


class ImportReport(Schema):
    """Records that are new, records that are here already, and what is wrong with the others.

    ``stored`` is false after a dry run, and where anything was refused.
    """

    accepted = fields.Integer()
    unchanged = fields.Integer()
    refused = fields.List(fields.Nested(RefusedRecord))
    stored = fields.Boolean()
