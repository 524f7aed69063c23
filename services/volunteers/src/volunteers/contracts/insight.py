"""RPC about what matching did and would do: replays, overrides, what if, fairness."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, Id, Schema, slots
from volunteers.contracts.shapes import CommunityArgs, degrees, number, told
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
