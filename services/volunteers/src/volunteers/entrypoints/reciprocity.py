"""The shared ledger, and the accounts of a period."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from servicekit.service import Call, compute, rpc
from volunteers.contracts.reciprocity import LedgerView, Workbook
from volunteers.contracts.visits import Period
from volunteers.queries import reciprocity
from volunteers.queries.accounts import accounts_of


class Reciprocity:
    """Who gave what to whom."""

    @rpc(Period, returns=LedgerView)
    def reciprocity(self, call: Call, data: dict[str, Any]) -> Any:
        return reciprocity.ledger(call.session, data)

    @rpc(Period, returns=Workbook, transaction=False)
    def export_accounts(self, call: Call, data: dict[str, Any]) -> Any:
        from volunteers.usecases.workbooks import workbook  # and its library, when it is needed

        with call.transaction() as session:
            said = accounts_of(session, data)
        return {"xlsx": b64encode(compute(workbook, said)).decode()}
