"""RPC about matching: runs, reasons, rules."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, Id, Schema
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.codes import (
    AidKind,
)


class MatchArgs(CommunityArgs):
    """Match all open needs of a community; with ``dry_run`` nothing is stored."""

    dry_run = fields.Boolean(load_default=False)


class ProposedView(Schema):
    """A proposal; ``pairing`` is the id it has, or would have. ``score`` in points."""

    pairing = Id()
    need = Id()
    volunteer = Id()
    backup = Id(allow_none=True)
    score = fields.Integer()


class BlockerView(Schema):
    """How many volunteers a filter keeps out."""

    filter = fields.String()
    count = fields.Integer()


class UnmatchedView(Schema):
    """A need nobody can be proposed for, and why: one sentence in each language."""

    need = Id()
    aid_kind = Code(AidKind)
    eligible = fields.Integer()
    blockers = fields.List(fields.Nested(BlockerView))
    sentence = fields.Dict(keys=fields.String(), values=fields.String())


class Tried(Schema):
    """How many needs and volunteers a run considered."""

    needs = fields.Integer()
    volunteers = fields.Integer()


class UnmatchedList(Tried):
    """All open needs of a community that a run now would leave unmatched."""

    items = fields.List(fields.Nested(UnmatchedView))


class MatchView(Tried):
    """What a run proposed. ``run`` is null where nothing was stored."""

    run = Id(allow_none=True)
    proposed = fields.List(fields.Nested(ProposedView))
    unmatched = fields.List(fields.Nested(UnmatchedView))


class NeedAndVolunteer(Schema):
    """A need and a volunteer, paired or not."""

    need = Id(required=True)
    volunteer = Id(required=True)


class FilterView(Schema):
    """A hard filter's answer, with the facts it used."""

    name = fields.String()
    passed = fields.Boolean()
    facts = fields.Dict()


class FactorView(Schema):
    """A part of the score: ``value`` in thousandths, ``contribution`` = weight x value."""

    name = fields.String()
    value = fields.Integer()
    weight = fields.Integer()
    contribution = fields.Integer()
    facts = fields.Dict()


class ExplainView(Schema):
    """Why, or why not: every filter and factor, and sentences by locale (zh-CN, en).

    ``rank`` of ``of`` eligible volunteers, where known; ``instead`` serves the need now.
    """

    pairing = Id(allow_none=True)
    need = Id()
    volunteer = Id()
    eligible = fields.Boolean()
    overridable = fields.Boolean()
    failed = fields.List(fields.String())
    filters = fields.List(fields.Nested(FilterView))
    factors = fields.List(fields.Nested(FactorView))
    total = fields.Integer()
    best = fields.Integer()
    rank = fields.Integer(allow_none=True)
    of = fields.Integer(allow_none=True)
    chosen = fields.String(allow_none=True)
    instead = Id(allow_none=True)
    instead_score = fields.Integer(allow_none=True)
    given_to = fields.List(Id())
    rules = fields.String()
    today = fields.String()
    sentences = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class SetRules(CommunityArgs):
    """A community's own weights and bounds for matching."""

    rules = fields.Dict(keys=fields.String(), required=True)


class RulesView(Schema):
    """The rules in force; ``version`` goes onto every proposal made with them."""

    community = fields.String()
    version = fields.String()
    rules = fields.Dict()
