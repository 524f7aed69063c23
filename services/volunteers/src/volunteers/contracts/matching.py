"""RPC about matching: runs, reasons, rules."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Code, Id, Schema
from volunteers.contracts.shapes import CommunityArgs, told
from volunteers.domain.codes import AidKind


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
    """A need nobody can be proposed for, and why: one sentence in each language.

    ``cause`` is that in a word: a filter, or ``ended`` where the need's last day is over.
    """

    need = Id()
    aid_kind = Code(AidKind)
    eligible = fields.Integer()
    blockers = fields.List(fields.Nested(BlockerView))
    cause = fields.String()
    label = told()
    sentence = fields.Dict(keys=fields.String(), values=fields.String())


class Tried(Schema):
    """How many needs and volunteers a run considered."""

    needs = fields.Integer()
    volunteers = fields.Integer()


class UnmatchedList(Tried):
    """All open needs of a community that a run now would leave unmatched."""

    items = fields.List(fields.Nested(UnmatchedView))


class RegretView(Schema):
    """What answers given one by one missed: ``answered`` still held, the run moved ``moved``.

    Had they all been kept, ``gained`` needs that the run serves would go without, ``lost`` others
    would not, and the total score were ``points`` less.
    """

    answered = fields.Integer()
    moved = fields.Integer()
    gained = fields.Integer()
    lost = fields.Integer()
    points = fields.Integer()
    sentence = told()


class MatchView(Tried):
    """What a run proposed: ``count`` proposals, of which the first thousand are told.

    ``run`` is null where nothing was stored, ``regret`` where no proposal stood before. For more
    than some hundred unmatched needs, ``explain_match`` tells the reasons of the others.
    """

    run = Id(allow_none=True)
    count = fields.Integer()
    proposed = fields.List(fields.Nested(ProposedView))
    unmatched = fields.List(fields.Nested(UnmatchedView))
    regret = fields.Nested(RegretView, allow_none=True)


class ProgressView(Schema):
    """How far a run is: reading, solving, storing (``done`` of ``of`` proposals), keeping."""

    running = fields.Boolean()
    stage = fields.String(allow_none=True)
    done = fields.Integer()
    of = fields.Integer()
    began_at = fields.AwareDateTime(allow_none=True)


class NeedAndVolunteer(Schema):
    """A need and a volunteer, paired or not."""

    need = Id(required=True)
    volunteer = Id(required=True)


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


class FindCandidates(Schema):
    """The best ``size`` of those who could serve a need, as things are now."""

    need = Id(required=True)
    size = fields.Integer(load_default=6, validate=validate.Range(1, 50))


class CandidateView(Schema):
    """Who could serve a need: rank and score, and the factor that decides.

    ``label`` and ``sentence`` tell the factor that sets this one most apart from the first (of the
    first: from the last of the list); ``points`` by how much, below zero where it is worse.
    """

    volunteer = Id()
    rank = fields.Integer()
    total = fields.Integer()
    best = fields.Integer()
    points = fields.Integer()
    label = told()
    sentence = told()


class CandidatesView(Schema):
    """The candidates of a need, best first; ``of`` is how many are eligible."""

    need = Id()
    of = fields.Integer()
    items = fields.List(fields.Nested(CandidateView))


class SetRules(CommunityArgs):
    """A community's own weights and bounds for matching."""

    rules = fields.Dict(keys=fields.String(), required=True)


class RulesView(Schema):
    """The rules in force; ``version`` goes onto every proposal made with them."""

    community = fields.String()
    version = fields.String()
    rules = fields.Dict()
