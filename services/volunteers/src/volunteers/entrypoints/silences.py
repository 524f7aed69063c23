"""Needs that nobody visits."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import silences as silences_rpc
from volunteers.contracts.shapes import CommunityArgs
from volunteers.queries import silences as found
from volunteers.usecases import silence

Data = dict[str, Any]


class Silences:
    """Noticed every day."""

    @rpc(CommunityArgs, returns=silences_rpc.Noticed)
    def notice_silence(self, call: Call, data: Data) -> Any:
        return silence.notice_silence(call.session, data, now=call.now)

    @rpc(silences_rpc.FindSilences, returns=silences_rpc.SilencePage)
    def find_silences(self, call: Call, data: Data) -> Any:
        return found.find_silences(call.session, data)
