"""Who helps whom."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import pairings as pairings_rpc
from volunteers.models import Pairing
from volunteers.queries import pairings as found
from volunteers.queries.lookup import one
from volunteers.usecases import pairings

Data = dict[str, Any]


class Pairings:
    """From the proposal to the end."""

    @rpc(pairings_rpc.ProposePairing, returns=pairings_rpc.PairingView)
    def propose_pairing(self, call: Call, data: Data) -> Any:
        return pairings.propose_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def accept_pairing(self, call: Call, data: Data) -> Any:
        return pairings.accept_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.DeclinePairing, returns=pairings_rpc.PairingView)
    def decline_pairing(self, call: Call, data: Data) -> Any:
        again = call.settings.propose_at_once
        return pairings.decline_pairing(
            call.session, data, now=call.now, actor=call.actor, propose_at_once=again
        )

    @rpc(pairings_rpc.StartPairing, returns=pairings_rpc.PairingView)
    def start_pairing(self, call: Call, data: Data) -> Any:
        days = call.settings.plan_days
        return pairings.start_pairing(
            call.session, data, now=call.now, actor=call.actor, plan_days=days
        )

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def confirm_pairing(self, call: Call, data: Data) -> Any:
        return pairings.confirm_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.EndPairing, returns=pairings_rpc.PairingView)
    def end_pairing(self, call: Call, data: Data) -> Any:
        return pairings.end_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def get_pairing(self, call: Call, data: Data) -> Any:
        return one(call.session, Pairing, data["pairing"])

    @rpc(pairings_rpc.FindPairings, returns=pairings_rpc.PairingPage)
    def find_pairings(self, call: Call, data: Data) -> Any:
        return found.find_pairings(call.session, data)
