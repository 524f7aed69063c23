"""Hours beside visits, hours in doubt, and what hours are worth."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import recognition as of
from volunteers.contracts.shapes import CommunityArgs
from volunteers.queries import hours as found
from volunteers.usecases import flagging, settling, stars, topping_up

Data = dict[str, Any]


class Recognition:
    """The ledger's second pair of eyes, and stars."""

    @rpc(of.TopUpHours, returns=of.TopUpView)
    def top_up_hours(self, call: Call, data: Data) -> Any:
        return topping_up.top_up_hours(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.DecideTopUp, returns=of.TopUpDecided)
    def decide_top_up(self, call: Call, data: Data) -> Any:
        return topping_up.decide_top_up(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindTopUps, returns=of.TopUpPage)
    def find_top_ups(self, call: Call, data: Data) -> Any:
        return found.find_top_ups(call.session, data)

    @rpc(of.FlagHours, returns=of.Flagged)
    def flag_hours(self, call: Call, data: Data) -> Any:
        return flagging.flag_hours(call.session, data, now=call.now)

    @rpc(of.FindFlags, returns=of.FlagPage)
    def find_flags(self, call: Call, data: Data) -> Any:
        return found.find_flags(call.session, data)

    @rpc(of.SettleFlag, returns=of.FlagView)
    def settle_flag(self, call: Call, data: Data) -> Any:
        return settling.settle_flag(call.session, data, now=call.now, actor=call.actor)

    @rpc(of.FindStars, returns=of.StarPage)
    def find_stars(self, call: Call, data: Data) -> Any:
        return found.find_stars(call.session, data)

    @rpc(of.SetStarTable, returns=of.StarTableView)
    def set_star_table(self, call: Call, data: Data) -> Any:
        return stars.set_star_table(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=of.StarTableView)
    def star_table(self, call: Call, data: Data) -> Any:
        return stars.star_table(call.session, data, now=call.now)
