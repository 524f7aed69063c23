"""RPC about matching: runs, reasons, rules."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from servicekit.schemas import Code, Id, Schema, slots
from volunteers.contracts.shapes import CommunityArgs, degrees, number
from volunteers.domain.codes import (
    AidKind,
    ClearanceKind,
    DeclineReason,
    Gender,
    Language,
    Party,
    Skill,
    VolunteerKind,
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
    """What a run proposed: ``count`` proposals, of which the first thousand are told.

    ``run`` is null where nothing was stored. For more than some hundred unmatched needs,
    ``explain_match`` tells the reasons of the others.
    """

    run = Id(allow_none=True)
    count = fields.Integer()
    proposed = fields.List(fields.Nested(ProposedView))
    unmatched = fields.List(fields.Nested(UnmatchedView))


class NeedAndVolunteer(Schema):
    """A need and a volunteer, paired or not."""

    need = Id(required=True)
    volunteer = Id(required=True)


def told(**kwargs: Any) -> fields.Dict:
    """A text in each language: ``{"zh-CN": …, "en": …}``."""
    return fields.Dict(keys=fields.String(), values=fields.String(), **kwargs)


class FilterView(Schema):
    """A hard filter's answer, with the facts it used, and told."""

    name = fields.String()
    label = told()
    passed = fields.Boolean()
    facts = fields.Dict()
    sentence = told()


class FactorView(Schema):
    """A part of the score: ``value`` in thousandths, ``contribution`` = weight x value."""

    name = fields.String()
    label = told()
    value = fields.Integer()
    weight = fields.Integer()
    contribution = fields.Integer()
    facts = fields.Dict()
    sentence = told()


class GivenView(Schema):
    """A need and who serves it, with the score of that pair; ``planned``: if matching ran now."""

    need = Id()
    volunteer = Id()
    score = fields.Integer()
    planned = fields.Boolean()


class MoveView(Schema):
    """A need whose volunteer would change; null is nobody."""

    need = Id()
    before = Id(allow_none=True)
    after = Id(allow_none=True)


class CostView(Schema):
    """What choosing this pair would cost, the rest decided anew as well as can be.

    Needs weigh first: ``unserved`` would lose their help, ``served`` would find it. Then the
    total score: it would fall by ``points``. ``moves`` is the chain, the asked need first.
    """

    unserved = fields.List(Id())
    served = fields.List(Id())
    points = fields.Integer()
    moves = fields.List(fields.Nested(MoveView))
    sentence = told()


class ExplainView(Schema):
    """Why, or why not: every filter and factor, and sentences by locale (zh-CN, en).

    ``rank`` of ``of`` eligible volunteers, where known. Where the pair is not the chosen one,
    ``instead`` has who serves the need and whom the volunteer serves, and where it is eligible,
    ``cost`` has what choosing it would cost. ``planned``: nothing is proposed for the need yet,
    ``chosen`` is what a run now would decide.
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
    planned = fields.Boolean()
    instead = fields.List(fields.Nested(GivenView))
    cost = fields.Nested(CostView, allow_none=True)
    rules = fields.String()
    today = fields.String()
    sentences = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class ReplayMatch(Schema):
    """A run (``210103008001-R1``) or a pairing (``210103008001-H001-N1-A1``)."""

    id = Id(required=True)


class DifferenceView(Schema):
    """A need of a run, or a factor or the score of a proposal, that came out otherwise."""

    what = fields.String()
    kept = fields.Raw(allow_none=True)
    now = fields.Raw(allow_none=True)


class ReplayView(Schema):
    """Whether computing it again gave the same; ``kind`` is ``run`` or ``pairing``."""

    id = Id()
    kind = fields.String()
    rules = fields.String()
    same = fields.Boolean()
    differences = fields.List(fields.Nested(DifferenceView))


class OverriddenView(Schema):
    """How often people overrode a rule: ``failed`` pairings by hand broke the filter, in ``beaten``
    the machine's own choice had more of the factor (``points`` in all), ``declined`` spoke of it.
    """

    name = fields.String()
    label = told()
    failed = fields.Integer()
    beaten = fields.Integer()
    points = fields.Integer()
    declined = fields.Integer()
    total = fields.Integer()


class DeclinedView(Schema):
    """How often somebody declined for a reason."""

    by = Code(Party)
    reason = Code(DeclineReason)
    count = fields.Integer()


class OverridesView(Schema):
    """Where people decided against the machine, most often first."""

    proposed = fields.Integer()
    by_hand = fields.Integer()
    declined = fields.Integer()
    rules = fields.List(fields.Nested(OverriddenView))
    reasons = fields.List(fields.Nested(DeclinedView))


class Newcomers(Schema):
    """``count`` volunteers alike: adults, free by day, amid the needs unless a place is given."""

    count = number(1, 10_000, required=True)
    aid_kinds = fields.List(Code(AidKind), load_default=list)
    skills = fields.List(Code(Skill), load_default=list)
    languages = fields.List(Code(Language), load_default=list)
    clearances = fields.List(Code(ClearanceKind), load_default=list)
    gender = Code(Gender, load_default=Gender.FEMALE)
    capacity = number(1, 20, load_default=1)
    latitude = degrees(90, load_default=None, allow_none=True)
    longitude = degrees(180, load_default=None, allow_none=True)


class WhatIfArgs(CommunityArgs):
    """Changes to try: ``weights`` by factor, ``reach`` in metres by aid kind, more volunteers.

    ``recruits`` is how many new volunteers to look for beyond them.
    """

    weights = fields.Dict(keys=fields.String(), values=number(0, 1000), load_default=dict)
    reach = fields.Dict(keys=Code(AidKind), values=number(1, 100_000), load_default=dict)
    volunteers = fields.Nested(Newcomers, load_default=None, allow_none=True)
    recruits = number(0, 10, load_default=3)


class KindWhatIf(Schema):
    """Needs of an aid kind, and how many are served before and after."""

    aid_kind = Code(AidKind)
    needs = fields.Integer()
    before = fields.Integer()
    after = fields.Integer()


class RecruitView(Schema):
    """The least that a new volunteer must bring, and the needs that would be ``closed`` by them."""

    aid_kinds = fields.List(Code(AidKind))
    skills = fields.List(Code(Skill))
    languages = fields.List(Code(Language))
    clearances = fields.List(Code(ClearanceKind))
    gender = fields.String()
    slots = slots()
    latitude = fields.Float()
    longitude = fields.Float()
    asks = fields.Integer(metadata={"description": "how many properties somebody must have"})
    closed = fields.List(Id())
    sentence = told()


class WhatIfView(Schema):
    """Coverage before and after; ``points`` is the rise of the total score."""

    kinds = fields.List(fields.Nested(KindWhatIf))
    gained = fields.List(Id())
    lost = fields.List(Id())
    points = fields.Integer()
    recruits = fields.List(fields.Nested(RecruitView))


class FairRow(Schema):
    """A group of needs: how many are served, days waited (median, longest), metres (median)."""

    name = fields.String()
    needs = fields.Integer()
    served = fields.Integer()
    share = fields.Float()
    days = fields.Float(allow_none=True)
    longest = fields.Integer(allow_none=True)
    metres = fields.Float(allow_none=True)


class LoadRow(Schema):
    """Active volunteers of a kind: their places, and the live pairings that they carry."""

    kind = Code(VolunteerKind)
    volunteers = fields.Integer()
    idle = fields.Integer()
    full = fields.Integer()
    pairings = fields.Integer()
    places = fields.Integer()


class FairnessView(Schema):
    """Who is served and who carries it, group by group, the worst served first."""

    all = fields.Nested(FairRow)
    aid_kinds = fields.List(fields.Nested(FairRow))
    age_bands = fields.List(fields.Nested(FairRow))
    buildings = fields.List(fields.Nested(FairRow))
    volunteers = fields.List(fields.Nested(LoadRow))


class SetRules(CommunityArgs):
    """A community's own weights and bounds for matching."""

    rules = fields.Dict(keys=fields.String(), required=True)


class RulesView(Schema):
    """The rules in force; ``version`` goes onto every proposal made with them."""

    community = fields.String()
    version = fields.String()
    rules = fields.Dict()
