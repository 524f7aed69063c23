"""RPC and events about donated things."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import Code, EventData, Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs, number
from volunteers.domain.gifts import GiftKind, GiftState


def title(**kwargs: Any) -> fields.String:
    """What a thing or a project is called: 1 to 100 characters, nobody's name among them."""
    problem = "is no title; give 1 to 100 characters"
    pattern = validate.Regexp(r"(?=.*\S).{1,100}\Z", error=problem)
    return fields.String(validate=pattern, **({"required": True} | kwargs))


class OfferGift(CommunityArgs):
    """offer_gift: by a partner, a volunteer, or somebody who stays unnamed."""

    kind = Code(GiftKind, required=True)
    title = title()
    quantity = number(1, 10_000, load_default=1)
    partner = Id(load_default=None, allow_none=True)
    donor = Id(load_default=None, allow_none=True)
    use_by = LocalDate(load_default=None, allow_none=True)


class GiftArgs(Schema):
    """One gift."""

    gift = Id(required=True)


class HandGift(GiftArgs):
    """collect_gift, repair_gift, deliver_gift: by a volunteer, or else by whoever says so."""

    volunteer = Id(load_default=None, allow_none=True)


class ReserveGift(GiftArgs):
    """reserve_gift: for a need of supplies."""

    need = Id(required=True)


class FindGifts(PageArgs, CommunityArgs):
    """find_gifts: the newest first."""

    state = Code(GiftState, load_default=None, allow_none=True)


class ExpireGifts(CommunityArgs):
    """expire_gifts: those still nobody's whose last day lies before ``today``."""

    today = LocalDate(load_default=None, allow_none=True)


class Expired(Schema):
    """How many expired just now."""

    expired = fields.Integer()


class GiftView(Schema):
    """A donated thing."""

    id = Id()
    community = fields.String()
    kind = Code(GiftKind)
    title = fields.String()
    quantity = fields.Integer()
    state = Code(GiftState)
    partner = Id(attribute="partner_id", allow_none=True)
    donor = Id(attribute="donor_id", allow_none=True)
    pledged_on = LocalDate()
    use_by = LocalDate(allow_none=True)
    need = Id(attribute="need_id", allow_none=True)
    household = Id(allow_none=True)
    version = fields.Integer()


class GiftStepView(Schema):
    """A link of the chain of custody: what happened, who had it in hand, who said so."""

    state = Code(GiftState)
    on = LocalDate()
    volunteer = Id(attribute="volunteer_id", allow_none=True)
    need = Id(attribute="need_id", allow_none=True)
    entered_by = Id()
    entered_at = fields.AwareDateTime(format="iso")


class GiftDetails(GiftView):
    """A donated thing with its chain of custody."""

    steps = fields.List(fields.Nested(GiftStepView))


class RankedNeed(Schema):
    """A need that a thing may serve: points of a hundred, and what each reason gave."""

    need = Id()
    household = Id()
    points = fields.Integer()
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())


class Suggestions(Schema):
    """The needs that a thing may serve, the best first."""

    gift = Id()
    items = fields.List(fields.Nested(RankedNeed))


GiftPage = page_of(GiftView)


class GiftData(EventData):
    """What every event about a donated thing says."""

    gift = Id(required=True)
    kind = Code(GiftKind, required=True)


class GiftOffered(GiftData):
    """Somebody has pledged a thing: it is to be collected."""


class GiftForHousehold(GiftData):
    """What is said of a thing that has its household."""

    need = Id(required=True)
    household = Id(required=True)


class GiftReserved(GiftForHousehold):
    """A thing is meant for a need: it is to be delivered."""


class GiftDelivered(GiftForHousehold):
    """A thing is with the household, whose coordinator is to confirm it."""


class GiftReceipted(GiftForHousehold):
    """The household's coordinator confirms that it got the thing."""


class GiftExpired(GiftData):
    """A thing is of no use any more."""


GIFT_EVENTS: dict[str, type[EventData]] = {
    "gift.offered": GiftOffered,
    "gift.reserved": GiftReserved,
    "gift.delivered": GiftDelivered,
    "gift.receipted": GiftReceipted,
    "gift.expired": GiftExpired,
}
