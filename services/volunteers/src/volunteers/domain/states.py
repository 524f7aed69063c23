"""State machines, each a table: what may follow what. An illegal step says what would be legal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from servicekit.errors import Conflict
from volunteers.domain.codes import HoursState, PairingState, VisitState, VolunteerState

S = TypeVar("S", bound=str)


@dataclass(frozen=True)
class Machine(Generic[S]):
    """The legal steps of one kind of thing."""

    thing: str
    steps: Mapping[S, tuple[S, ...]]

    def allows(self, current: S, wanted: S) -> bool:
        """Whether ``wanted`` may follow ``current``."""
        return wanted in self.steps[current]

    def check(self, key: str, current: S, wanted: S) -> None:
        """Refuse a step that is not in the table; details ``{from, to, allowed}``."""
        if self.allows(current, wanted):
            return
        allowed = [str(state) for state in self.steps[current]]
        remedy = f"from {current} it may go to {', '.join(allowed)}" if allowed else "this is final"
        raise Conflict(
            f"{self.thing} {key} cannot go from {current} to {wanted}; {remedy}",
            **{"from": str(current), "to": str(wanted), "allowed": allowed},
        )


V = VolunteerState
VOLUNTEER = Machine[VolunteerState](
    "volunteer",
    {
        V.APPLIED: (V.SCREENING, V.LEFT),
        V.SCREENING: (V.ACTIVE, V.LEFT),
        V.ACTIVE: (V.PAUSED, V.SUSPENDED, V.LAPSED, V.LEFT),
        V.PAUSED: (V.ACTIVE, V.SUSPENDED, V.LAPSED, V.LEFT),
        V.SUSPENDED: (V.ACTIVE, V.LEFT),
        V.LAPSED: (V.SCREENING, V.LEFT),
        V.LEFT: (V.APPLIED,),
    },
)

P = PairingState
PAIRING = Machine[PairingState](
    "pairing",
    {
        P.PROPOSED: (P.ACCEPTED, P.DECLINED, P.EXPIRED),
        P.ACCEPTED: (P.TRIAL, P.DECLINED, P.EXPIRED),
        P.TRIAL: (P.ACTIVE, P.PAUSED, P.HANDOVER, P.ENDED),
        P.ACTIVE: (P.PAUSED, P.HANDOVER, P.ENDED),
        P.PAUSED: (P.TRIAL, P.ACTIVE, P.HANDOVER, P.ENDED),
        P.HANDOVER: (P.TRIAL, P.ACTIVE, P.PAUSED, P.ENDED),
        P.ENDED: (),
        P.DECLINED: (),
        P.EXPIRED: (),
    },
)
LIVE = (P.PROPOSED, P.ACCEPTED, P.TRIAL, P.ACTIVE, P.PAUSED, P.HANDOVER)
"""A need has at most one pairing in these states, and each takes a place of its volunteer's."""
UNBEGUN = (P.PROPOSED, P.ACCEPTED)
BEGUN = (P.TRIAL, P.ACTIVE, P.PAUSED, P.HANDOVER)
VISITED = (P.TRIAL, P.ACTIVE, P.HANDOVER)
"""Visits are planned in these states."""

T = VisitState
OUTCOMES = (T.DONE, T.PARTIAL, T.NOT_HOME, T.REFUSED, T.UNSAFE, T.CANCELLED)
VISIT = Machine[VisitState](
    "visit",
    {
        T.PLANNED: (*OUTCOMES, T.MISSED),
        # a volunteer who logs late corrects the silence; the missed event has been told by then
        T.MISSED: OUTCOMES,
        **dict.fromkeys(OUTCOMES, ()),
    },
)

H = HoursState
HOURS = Machine[HoursState](
    "hours of visit",
    {
        H.REPORTED: (H.VERIFIED, H.DISPUTED, H.REVERSED),
        H.DISPUTED: (H.VERIFIED, H.REVERSED),
        H.VERIFIED: (H.REVERSED,),
        H.REVERSED: (),
    },
)
