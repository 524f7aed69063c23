"""RPC about pairings."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of, slots
from volunteers.domain.codes import (
    AidKind,
    DeclineReason,
    EndReason,
    PairingState,
    Party,
)


class ProposePairing(Schema):
    """Propose by hand, against the computed order; ``reason`` says why."""

    need = Id(required=True)
    volunteer = Id(required=True)
    reason = fields.String(
        required=True,
        validate=validate.Regexp(
            r"(?s)(?=.*\S).{1,1000}\Z", error="is empty or too long; say in a sentence why"
        ),
    )


class PairingArgs(Schema):
    """One pairing."""

    pairing = Id(required=True)


class DeclinePairing(PairingArgs):
    """Decline before the start."""

    by = Code(Party, required=True)
    reason = Code(DeclineReason, required=True)


class StartPairing(PairingArgs):
    """Volunteer and household have agreed; ``starts_on`` is the first day of visits."""

    starts_on = LocalDate(required=True)


class EndPairing(PairingArgs):
    """End after ``on``, the last day; later visits are cancelled."""

    on = LocalDate(required=True)
    reason = Code(EndReason, required=True)


class PairingView(Schema):
    """A pairing. ``slots`` are the agreed local times of the week."""

    id = Id()
    community = fields.String()
    need = Id(attribute="need_id")
    household = Id()
    volunteer = Id(attribute="volunteer_id")
    backup = Id(attribute="backup_id", allow_none=True)
    aid_kind = Code(AidKind)
    attempt = fields.Integer()
    state = Code(PairingState)
    score = fields.Integer()
    manual = fields.Boolean()
    rules = fields.String()
    slots = slots()
    starts_on = LocalDate(allow_none=True)
    planned_until = LocalDate(allow_none=True)
    ended_on = LocalDate(allow_none=True)
    end_reason = Code(EndReason, allow_none=True)
    declined_by = Code(Party, allow_none=True)
    decline_reason = Code(DeclineReason, allow_none=True)
    version = fields.Integer()


class FindPairings(PageArgs):
    """Pairings of a community, by id."""

    community = Community(required=True)
    state = Code(PairingState, load_default=None, allow_none=True)
    need = Id(load_default=None, allow_none=True)
    volunteer = Id(load_default=None, allow_none=True)


PairingPage = page_of(PairingView)
