"""What may follow what: a table for households, needs, concerns and referrals each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from households.domain.caring import ConcernStatus, ReferralStatus
from households.domain.codes import (
    ExitReason,
    HouseholdStatus,
    NeedStatus,
)
from servicekit.errors import Conflict

H, N = HouseholdStatus, NeedStatus
State = TypeVar("State", bound=StrEnum)

LEAVING = frozenset({H.EXITED, H.MOVED, H.DECEASED, H.DUPLICATE})

HOUSEHOLD: Mapping[HouseholdStatus, frozenset[HouseholdStatus]] = {
    H.APPLICANT: LEAVING | {H.VERIFIED},
    # verified again: the certificate is renewed
    H.VERIFIED: LEAVING | {H.VERIFIED, H.UNDER_REVIEW, H.GRACE},
    H.UNDER_REVIEW: LEAVING | {H.VERIFIED, H.GRACE},
    H.GRACE: LEAVING | {H.VERIFIED, H.UNDER_REVIEW, H.GRACE},
    # whoever left over income or by own wish may be certified anew; the other ways out are final
    H.EXITED: frozenset({H.VERIFIED}),
    H.MOVED: frozenset(),
    H.DECEASED: frozenset(),
    H.DUPLICATE: frozenset(),
}

NEED: Mapping[NeedStatus, frozenset[NeedStatus]] = {
    N.OPEN: frozenset({N.MATCHED, N.MET, N.WITHDRAWN, N.REFERRED, N.SUSPENDED}),
    N.MATCHED: frozenset({N.OPEN, N.MET, N.WITHDRAWN, N.REFERRED, N.SUSPENDED}),
    N.SUSPENDED: frozenset({N.OPEN, N.MET, N.WITHDRAWN, N.REFERRED}),
    N.MET: frozenset(),
    N.WITHDRAWN: frozenset(),
    N.REFERRED: frozenset(),
}

C, R = ConcernStatus, ReferralStatus

CONCERN: Mapping[ConcernStatus, frozenset[ConcernStatus]] = {
    C.OPEN: frozenset({C.REFERRED, C.CLOSED}),
    C.REFERRED: frozenset({C.OPEN, C.CLOSED}),  # open again: the referral was returned
    C.CLOSED: frozenset(),
}

REFERRAL: Mapping[ReferralStatus, frozenset[ReferralStatus]] = {
    R.REQUESTED: frozenset({R.CONSENTED, R.RETURNED}),
    R.CONSENTED: frozenset({R.ACCEPTED, R.RETURNED}),
    R.ACCEPTED: frozenset({R.CLOSED, R.RETURNED}),
    R.CLOSED: frozenset(),
    R.RETURNED: frozenset(),
}

SERVED = frozenset({H.VERIFIED, H.UNDER_REVIEW, H.GRACE})
"""Households whose needs are told to the volunteers."""

LIVE = frozenset({N.OPEN, N.MATCHED, N.SUSPENDED})
"""Needs that may still be served."""

AFTER_EXIT: Mapping[ExitReason, HouseholdStatus] = {
    ExitReason.INCOME: H.EXITED,
    ExitReason.OWN_WISH: H.EXITED,
    ExitReason.DECEASED: H.DECEASED,
    ExitReason.DUPLICATE: H.DUPLICATE,
}

FINAL_REASONS: Mapping[str, ExitReason] = {
    "deceased": ExitReason.DECEASED,
    "duplicate": ExitReason.DUPLICATE,
    "own_wish": ExitReason.OWN_WISH,
}
"""Reasons of a decertification that end the help at once."""


def check_household_step(key: str, now: HouseholdStatus, to: HouseholdStatus) -> None:
    """Raise Conflict where a household that is ``now`` may not become ``to``."""
    _check(f"household {key}", HOUSEHOLD, now, to)


def check_need_step(key: str, now: NeedStatus, to: NeedStatus) -> None:
    """Raise Conflict where a need that is ``now`` may not become ``to``."""
    _check(f"need {key}", NEED, now, to)


def check_concern_step(key: str, now: ConcernStatus, to: ConcernStatus) -> None:
    """Raise Conflict where a concern that is ``now`` may not become ``to``."""
    _check(f"concern {key}", CONCERN, now, to)


def check_referral_step(key: str, now: ReferralStatus, to: ReferralStatus) -> None:
    """Raise Conflict where a referral that is ``now`` may not become ``to``."""
    _check(f"referral {key}", REFERRAL, now, to)


def check_present(key: str, status: HouseholdStatus) -> None:
    """Raise Conflict for a household that has left: nothing about it changes any more."""
    if status in LEAVING:
        raise Conflict(
            f"household {key} is {status} and no longer served; register or certify it anew first",
            status=status.value,
        )


def check_not_erased(key: str, erased_on: date | None) -> None:
    """Raise Conflict for a household that was erased: nobody knows any more who it was."""
    if erased_on is not None:
        raise Conflict(f"{key} was erased on {erased_on}; register it anew by another code")


def check_live(key: str, status: NeedStatus) -> None:
    """Raise Conflict for a need that is over."""
    if status not in LIVE:
        raise Conflict(
            f"need {key} is {status} and cannot be changed; raise a new need instead",
            status=status.value,
            changeable=sorted(LIVE),
        )


def exit_after_decertification(status: HouseholdStatus, reason: str) -> ExitReason | None:
    """How a decertified household leaves, or None where help fades out over a grace period.

    Income above the line, and any reason we don't know, give grace: a person looks into it before
    help ends. An applicant has no help that could fade.
    """
    if reason in FINAL_REASONS:
        return FINAL_REASONS[reason]
    return ExitReason.INCOME if status is H.APPLICANT else None


def _check(what: str, table: Mapping[State, frozenset[State]], now: State, to: State) -> None:
    if to in table[now]:
        return
    allowed = sorted(str(state) for state in table[now])
    remedy = f"from {now} it can only become {', '.join(allowed)}" if allowed else f"{now} is final"
    raise Conflict(
        f"{what} is {now} and cannot become {to}; {remedy}",
        now=now.value,
        to=to.value,
        allowed=allowed,
    )
