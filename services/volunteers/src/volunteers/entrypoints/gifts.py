"""Donated things."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import gifts as gifts_rpc
from volunteers.models import Gift
from volunteers.queries import gifts as found
from volunteers.queries.lookup import local_day, one
from volunteers.usecases import gifts

Data = dict[str, Any]


class Gifts:
    """From the pledge to the receipt."""

    @rpc(gifts_rpc.OfferGift, returns=gifts_rpc.GiftView)
    def offer_gift(self, call: Call, data: Data) -> Any:
        return gifts.offer_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.HandGift, returns=gifts_rpc.GiftView)
    def collect_gift(self, call: Call, data: Data) -> Any:
        return gifts.collect_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.HandGift, returns=gifts_rpc.GiftView)
    def repair_gift(self, call: Call, data: Data) -> Any:
        return gifts.repair_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.ReserveGift, returns=gifts_rpc.GiftView)
    def reserve_gift(self, call: Call, data: Data) -> Any:
        return gifts.reserve_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.HandGift, returns=gifts_rpc.GiftView)
    def deliver_gift(self, call: Call, data: Data) -> Any:
        return gifts.deliver_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.GiftArgs, returns=gifts_rpc.GiftView)
    def receipt_gift(self, call: Call, data: Data) -> Any:
        return gifts.receipt_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.GiftArgs, returns=gifts_rpc.GiftView)
    def expire_gift(self, call: Call, data: Data) -> Any:
        return gifts.expire_gift(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.ExpireGifts, returns=gifts_rpc.Expired)
    def expire_gifts(self, call: Call, data: Data) -> Any:
        return gifts.expire_gifts(call.session, data, now=call.now, actor=call.actor)

    @rpc(gifts_rpc.GiftArgs, returns=gifts_rpc.GiftDetails)
    def get_gift(self, call: Call, data: Data) -> Any:
        return one(call.session, Gift, data["gift"])

    @rpc(gifts_rpc.FindGifts, returns=gifts_rpc.GiftPage)
    def find_gifts(self, call: Call, data: Data) -> Any:
        return found.find_gifts(call.session, data)

    @rpc(gifts_rpc.GiftArgs, returns=gifts_rpc.Suggestions)
    def suggest_gift_needs(self, call: Call, data: Data) -> Any:
        return found.suggest_needs(call.session, data["gift"], local_day(call.session, call.now))
