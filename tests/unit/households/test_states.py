"""No act and no message takes a step that is not in its table, from whatever state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from households.domain import states
from households.domain.caring import ConcernStatus, ReferralStatus
from households.domain.codes import HouseholdStatus, NeedStatus
from servicekit.actors import Actor
from servicekit.errors import Conflict, ServiceError, problem_and_remedy
from unit.households.givens import HERE, HOME, TODAY, Desk

H, N, C, R = HouseholdStatus, NeedStatus, ConcernStatus, ReferralStatus
WORKER = Actor(f"{HERE}-S05", "social_worker", (HERE,))
Act = Callable[[Desk], Any]


@dataclass(frozen=True)
class Life:
    """A thing to be made; its table; acts and messages, and the states each may end in."""

    made: Callable[[Desk], Any]
    table: Mapping[Any, frozenset[Any]]
    acts: Mapping[str, tuple[tuple[Any, ...], Act]]
    messages: Mapping[str, tuple[tuple[Any, ...], Act]]


def a_household(desk: Desk) -> Any:
    desk.register()
    return desk.verify()


def a_need(desk: Desk) -> Any:
    a_household(desk)
    return desk.raise_need()


def a_concern(desk: Desk) -> Any:
    a_household(desk)
    return desk.raise_concern()


def a_referral(desk: Desk) -> Any:
    a_concern(desk)
    made = desk.request_referral()
    desk.actor = WORKER
    return made


def certified(desk: Desk) -> None:
    dates = {"certified_on": "2026-11-20", "valid_until": "2027-11-19"}
    desk.hear("household.certified", household="H001", **dates)


def decertified(reason: str) -> Act:
    day = str(TODAY)
    return lambda desk: desk.hear(
        "household.decertified", household="H001", decertified_on=day, reason=reason
    )


def closed_as(outcome: NeedStatus) -> Act:
    return lambda desk: desk.close_need(outcome.value)


LIVES: dict[str, Life] = {
    "household": Life(
        a_household,
        states.HOUSEHOLD,
        {
            "verify": ((H.VERIFIED,), lambda desk: desk.verify(certified_on="2026-11-19")),
            "lose the right": ((H.EXITED,), lambda desk: desk.leave("income")),
            "die": ((H.DECEASED,), lambda desk: desk.leave("deceased")),
            "be a duplicate": ((H.DUPLICATE,), lambda desk: desk.leave("duplicate")),
        },
        {
            "certified": ((H.VERIFIED,), certified),
            "decertified": ((H.GRACE, H.EXITED), decertified("income")),
            "deceased": ((H.DECEASED,), decertified("deceased")),
        },
    ),
    "need": Life(
        a_need,
        states.NEED,
        {
            **{
                outcome.value: ((outcome,), closed_as(outcome))
                for outcome in (N.MET, N.WITHDRAWN, N.REFERRED, N.SUSPENDED)
            },
            "resume": ((N.OPEN,), Desk.resume_need),
        },
        {
            "receipted": ((N.MET,), Desk.receipted),
            "started": ((N.MATCHED,), lambda desk: desk.pairing("started", 3)),
            "ended": (
                (N.OPEN,),
                lambda desk: desk.pairing("ended", 4, ended_on=str(TODAY), reason="other"),
            ),
            "ended as met": (
                (N.MET,),
                lambda desk: desk.pairing("ended", 4, ended_on=str(TODAY), reason="need_met"),
            ),
        },
    ),
    "concern": Life(
        a_concern,
        states.CONCERN,
        {
            "refer": ((C.REFERRED,), Desk.request_referral),
            "close": ((C.CLOSED,), Desk.close_concern),
        },
        {},
    ),
    "referral": Life(
        a_referral,
        states.REFERRAL,
        {
            "consent": ((R.CONSENTED,), Desk.consent_referral),
            "accept": ((R.ACCEPTED,), Desk.accept_referral),
            "return": ((R.RETURNED,), Desk.return_referral),
            "close": ((R.CLOSED,), Desk.close_referral),
        },
        {},
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_no_act_takes_a_step_that_is_not_in_the_table(desk: Desk, name: str) -> None:
    life = LIVES[name]
    for went, refused, legal, now in tried(desk, life, life.acts):
        assert went or refused or now in legal
        if not legal:
            assert isinstance(refused, Conflict), (name, now)


@pytest.mark.parametrize("name", ["household", "need"])
def test_no_message_takes_a_step_that_is_not_in_the_table(desk: Desk, name: str) -> None:
    """What comes too late, or twice, is heard calmly; what is wrong is refused."""
    life = LIVES[name]
    taken = {now for went, _, _, now in tried(desk, life, life.messages) if went}
    assert taken


def tried(desk: Desk, life: Life, acts: Mapping[str, tuple[tuple[Any, ...], Act]]) -> Any:
    """Of each act from each state: whether it moved, its refusal, and where it may have gone."""
    row = life.made(desk)
    for state, act in product(life.table, acts):
        ends, does = acts[act]
        refused = None
        with desk.session.begin_nested() as attempt:
            row.status = state
            desk.session.flush()
            try:
                does(desk)
            except ServiceError as error:
                refused = error
            went = row.status is not state
            assert refused is None or (all(problem_and_remedy(str(refused))) and not went)
            assert not went or (row.status in ends and row.status in life.table[state])
            attempt.rollback()
        legal = [each for each in ends if each in life.table[state] or each is state]
        yield went, refused, legal, state


def test_a_household_that_is_gone_says_so(desk: Desk) -> None:
    a_household(desk)
    desk.leave("deceased")
    with pytest.raises(Conflict, match=f"{HOME} is deceased .*; deceased is final"):
        desk.verify(certified_on="2026-11-19")
