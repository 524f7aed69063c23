"""No act takes a step that is not in its table: from every state, every act that could move it.

Things and projects have theirs beside their other tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations, product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, ServiceError, problem_and_remedy
from servicekit.schemas import load
from unit.volunteers.camp import (
    a_camp,
    an_adult,
    comes,
    confirm,
    enrol,
    give_up,
    goes,
    on_the_day,
    sitting,
)
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    STAFF,
    TODAY,
    accept,
    at,
    close,
    decline,
    end,
    log,
    register,
    running,
    start,
    visits_of,
)
from unit.volunteers.test_teacher_desk import WORKER, an_item, asked
from unit.volunteers.test_teacher_desk import step as request_step
from volunteers.contracts.people import SetAside
from volunteers.domain import activities, services, states
from volunteers.domain.codes import HoursDoubt, HoursState, PairingState, VisitState, VolunteerState
from volunteers.models import ActivitySession, Enrolment, HourEntry, Pairing, Visit, Volunteer
from volunteers.usecases import absence, attending, hours, pairings, people
from volunteers.usecases import activities as planning

Act = Callable[[Session, Any], Any]


@dataclass(frozen=True)
class Life:
    """A thing to be made, and what moves it: the act, and the states it may end in."""

    machine: states.Machine[Any]
    made: Callable[[Session], Any]
    acts: Mapping[str, tuple[tuple[Any, ...], Act]]


LATER = TODAY + timedelta(days=1)
V, P, T, E, S, R = (
    *(VolunteerState, PairingState, VisitState, activities.EnrolmentState),
    *(activities.SessionState, services.ServiceState),
)


def a_volunteer(session: Session) -> Volunteer:
    return session.get_one(Volunteer, register(session))


def away(state: VolunteerState) -> tuple[tuple[VolunteerState, ...], Act]:
    def act(session: Session, row: Volunteer) -> Any:
        data = load(SetAside(), {"volunteer": row.id, "reason": "other"})
        facts: Any = {"now": NOW, "actor": STAFF, "propose_at_once": False}
        return absence.set_aside(session, data, state, **facts)

    return (state,), act


def back(session: Session, row: Volunteer) -> Any:
    return people.activate_volunteer(session, {"volunteer": row.id}, now=NOW, actor=STAFF)


def screened(session: Session, row: Volunteer) -> Any:
    return people.screen_volunteer(session, {"volunteer": row.id}, now=NOW, actor=STAFF)


def a_pairing(session: Session) -> Pairing:
    return running(session)


def confirmed(session: Session, row: Pairing) -> Any:
    return pairings.confirm_pairing(session, {"pairing": row.id}, now=NOW, actor=STAFF)


def a_visit(session: Session) -> Visit:
    return visits_of(session, running(session).id)[0]


def logged(outcome: VisitState) -> tuple[tuple[VisitState, ...], Act]:
    minutes = 30 if outcome is T.PARTIAL else None
    return (outcome,), lambda session, row: log(session, row, outcome, minutes)


def an_enrolment(session: Session) -> Enrolment:
    a_camp(session)
    an_adult(session)
    return enrol(session, "K001")[0]


def over(session: Session, row: ActivitySession) -> Any:
    data = {"session": row.id}
    return attending.close_session(session, data, now=on_the_day(16), actor=STAFF)


def a_session(session: Session) -> ActivitySession:
    a_camp(session)
    return sitting(session)


def called_off(session: Session, row: ActivitySession) -> Any:
    data = {"session": row.id, "reason": "weather"}
    return planning.cancel_session(session, data, now=NOW, actor=STAFF)


def a_request(session: Session) -> Any:
    an_item(session)
    return asked(session)


def requested(act: str, **facts: Any) -> Act:
    return lambda session, row: request_step(session, act, row, **facts)


HOURS_ACTS = {
    "verify": HoursState.VERIFIED,
    "dispute": HoursState.DISPUTED,
    "reverse": HoursState.REVERSED,
}
LIVES: dict[str, Life] = {
    "volunteer": Life(
        states.VOLUNTEER,
        a_volunteer,
        {
            "activate": ((V.ACTIVE,), back),
            "screen": ((V.SCREENING,), screened),
            "pause": away(V.PAUSED),
            "suspend": away(V.SUSPENDED),
            "lapse": away(V.LAPSED),
            "release": away(V.LEFT),
        },
    ),
    "pairing": Life(
        states.PAIRING,
        a_pairing,
        {
            "accept": ((P.ACCEPTED,), lambda session, row: accept(session, row.id)),
            "decline": ((P.DECLINED,), lambda session, row: decline(session, row.id)),
            "start": ((P.TRIAL,), lambda session, row: start(session, row.id, LATER)),
            "confirm": ((P.ACTIVE,), confirmed),
            "end": ((P.ENDED,), lambda session, row: end(session, row.id)),
        },
    ),
    "visit": Life(states.VISIT, a_visit, {each.value: logged(each) for each in states.OUTCOMES}),
    "enrolment": Life(
        activities.ENROLMENT,
        an_enrolment,
        {
            "confirm": ((E.CONFIRMED,), confirm),
            "cancel": ((E.CANCELLED,), give_up),
            "sign in": ((E.ATTENDED,), lambda session, row: comes(session, row, on_the_day(9))),
            "sign out": ((E.LEFT_EARLY,), lambda session, row: goes(session, row, on_the_day(12))),
        },
    ),
    "session": Life(
        activities.SESSION,
        a_session,
        {
            "cancel": ((S.CANCELLED,), called_off),
            "close": ((S.CLOSED,), over),
        },
    ),
    "request": Life(
        services.REQUEST,
        a_request,
        {
            # somebody else may take over
            "assign": ((R.ASSIGNED, R.SCHEDULED), requested("assign", staff=WORKER)),
            "schedule": ((R.SCHEDULED,), requested("schedule", on=LATER, at="10:00")),
            "finish": ((R.DONE,), requested("finish")),
            "withdraw": ((R.WITHDRAWN,), requested("withdraw")),
        },
    ),
}


def reachable(machine: states.Machine[Any], current: Any, wanted: Any) -> bool:
    """By one step, or by two that one act takes: who comes back is screened first."""
    return machine.allows(current, wanted) or any(
        machine is states.VOLUNTEER and between is V.SCREENING and machine.allows(between, wanted)
        for between in machine.steps[current]
    )


@pytest.mark.parametrize("name", LIVES)
def test_no_act_takes_a_step_that_is_not_in_the_table(session: Session, name: str) -> None:
    life = LIVES[name]
    row = life.made(session)
    for state, act in product(life.machine.steps, life.acts):
        with session.begin_nested() as tried:
            row.state = state
            session.flush()
            check(session, life, row, act)
            tried.rollback()


def check(session: Session, life: Life, row: Any, act: str) -> None:
    """The act takes a legal step, or none; where none is legal it is refused with a remedy."""
    ends, does = life.acts[act]
    state, version, refused = row.state, row.version, None
    try:
        does(session, row)
    except ServiceError as error:
        refused = error
    went = row.state is not state
    assert refused is None or (all(problem_and_remedy(str(refused))) and row.version == version)
    assert refused is None or not went
    assert not went or (row.state in ends and reachable(life.machine, state, row.state))
    if state not in ends and not any(reachable(life.machine, state, each) for each in ends):
        assert isinstance(refused, Conflict), (state, act)
        assert row.id in str(refused)


def test_hours_take_no_step_that_is_not_in_the_table(session: Session) -> None:
    """Their state is the last line of a ledger that is only added to."""
    (visit,) = visits_of(session, running(session).id)[:1]
    log(session, visit, "done")
    for path in permutations(HOURS_ACTS, 3):
        with session.begin_nested() as tried:
            state = HoursState.REPORTED
            for act in path:
                state = hours_after(session, visit, state, act)
            tried.rollback()


def hours_after(session: Session, visit: Visit, state: HoursState, act: str) -> HoursState:
    wanted = HOURS_ACTS[act]
    facts: Any = {"now": at(visit.on), "actor": STAFF}
    data = {"visit": visit.id, "top_up": None, "reason": HoursDoubt.OTHER}
    if act == "verify":
        done = hours.verify_hours(session, {"community": HERE, "until": visit.on}, **facts)
        assert bool(done["verified"]) == (state is HoursState.REPORTED)
    else:
        change = getattr(hours, f"{act}_hours")
        if state is not wanted and not states.HOURS.allows(state, wanted):
            with pytest.raises(Conflict, match=f"cannot go from {state} to {wanted}; "):
                change(session, data, **facts)
            return state
        change(session, data, **facts)
    lines = {line.state for line in session.query(HourEntry).filter_by(visit_id=visit.id)}
    return next(each for each in reversed(HoursState) if each in lines)


def test_a_day_that_is_over_leaves_no_visit_as_it_must_not_be(session: Session) -> None:
    row = a_visit(session)
    for state in VisitState:
        with session.begin_nested() as tried:
            row.state = state
            session.flush()
            close(session, row.on)
            assert row.state is (T.MISSED if state is T.PLANNED else state)
            tried.rollback()
