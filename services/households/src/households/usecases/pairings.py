"""Following what volunteers say of pairings, in whatever order it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain.codes import CloseReason, NeedStatus
from households.models import Need, PairingCopy
from households.queries import rows
from households.usecases import needs

ENDED = "pairing.ended"


def follow_pairing(session: Session, type_: str, data: Mapping[str, Any], *, now: datetime) -> Need:
    """A started pairing makes its need matched; an ended one opens it again, unless it was met.

    News older than what is known of the pairing changes nothing, and neither does news for a need
    that was closed meanwhile or is served by another pairing.
    """
    need = rows.need_for_change(session, data["need"])
    if _newer(session, data, ended=type_ == ENDED):
        if type_ == ENDED:
            _end(session, need, data, now)
        elif need.status in (NeedStatus.OPEN, NeedStatus.MATCHED):
            need.status, need.pairing = NeedStatus.MATCHED, data["pairing"]
    return need


def _newer(session: Session, data: Mapping[str, Any], *, ended: bool) -> bool:
    copy = session.get(PairingCopy, data["pairing"])
    if copy is None:
        copy = PairingCopy(
            id=data["pairing"], community=data["community"], need_id=data["need"], version=-1
        )
        session.add(copy)
    if copy.version >= data["version"]:
        return False
    copy.version, copy.ended = data["version"], ended
    return True


def _end(session: Session, need: Need, data: Mapping[str, Any], now: datetime) -> None:
    # an open need: the end overtook the start, and the others wait to hear that it is open
    if need.status not in (NeedStatus.OPEN, NeedStatus.MATCHED):
        return
    if need.pairing not in (None, data["pairing"]):
        return
    if data["reason"] == CloseReason.NEED_MET:
        needs.close(session, need, NeedStatus.MET, CloseReason.NEED_MET, now=now)
    else:
        needs.reopen(session, need, now=now)
