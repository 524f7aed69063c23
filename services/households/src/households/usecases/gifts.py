"""Following what volunteers say of things that households have got."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain.codes import CloseReason, Frequency, NeedStatus
from households.domain.states import LIVE
from households.models import Need
from households.queries import rows
from households.usecases import needs


def follow_receipt(session: Session, data: Mapping[str, Any], *, now: datetime) -> Need:
    """The household has the thing that it asked for once: the need is met.

    A need that comes again, rice every month say, goes on; one that is over changes no more.
    """
    need = rows.need_for_change(session, data["need"])
    if need.frequency is Frequency.ONCE and need.status in LIVE:
        needs.close(session, need, NeedStatus.MET, CloseReason.NEED_MET, now=now)
    return need
