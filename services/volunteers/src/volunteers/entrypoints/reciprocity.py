"""The shared ledger."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts.reciprocity import LedgerView
from volunteers.contracts.visits import Period
from volunteers.queries import reciprocity


class Reciprocity:
    """Who gave what to whom."""

    @rpc(Period, returns=LedgerView)
    def reciprocity(self, call: Call, data: dict[str, Any]) -> Any:
        return reciprocity.ledger(call.session, data)
