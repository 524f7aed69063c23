"""RPC about needs that nobody visits."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.codes import SilenceLevel


class Noticed(Schema):
    """How many levels were reached since the last look."""

    noticed = fields.Integer()


class FindSilences(PageArgs, CommunityArgs):
    """What a community's silences have reached and no visit has ended, the longest first."""


class SilenceView(Schema):
    """A level of a need's silence; ``since`` is the day of the last help."""

    id = Id()
    need = Id(attribute="pairing.need_id")
    household = Id(attribute="pairing.household")
    pairing = Id(attribute="pairing_id")
    volunteer = Id(attribute="pairing.carer_id")
    level = Code(SilenceLevel)
    since = LocalDate()
    noticed_on = LocalDate()


SilencePage = page_of(SilenceView)
