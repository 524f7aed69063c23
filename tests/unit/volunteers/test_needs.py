"""Copies of needs: the newest news counts, in whatever order the events come."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy.orm import Session

from unit.volunteers.neighbourhood import (
    HERE,
    NEED,
    NOW,
    OFFICE,
    accept,
    hear,
    hear_closed,
    match,
    neighbourhood,
    proposed,
    register,
    running,
    the,
    told,
)
from volunteers.domain.codes import AbsenceReason, NeedStatus, PairingState, VolunteerState
from volunteers.models import Decline, NeedCopy, Pairing
from volunteers.usecases import absence, people


def set_aside(session: Session, volunteer: str, state: str, *, at_once: bool = False) -> None:
    absence.set_aside(
        session,
        {"volunteer": volunteer, "reason": AbsenceReason.ILLNESS, "until": None},
        VolunteerState(state),
        now=NOW,
        actor=OFFICE,
        propose_at_once=at_once,
    )


@pytest.mark.parametrize("order", list(permutations(("raised", "changed", "closed"))))
def test_any_order_of_events_ends_alike(order: tuple[str, ...]) -> None:
    def tell(session: Session, what: str) -> None:
        if what == "closed":
            hear_closed(session, "withdrawn", version=3)
        else:
            hear(session, version=1 if what == "raised" else 2, minutes=30)

    with neighbourhood() as session:
        register(session)
        for what in order:
            tell(session, what)
        copy = session.get_one(NeedCopy, NEED)
        assert (copy.status, copy.version) == (NeedStatus.WITHDRAWN, 3)
        assert match(session)["needs"] == 0


def test_old_news_and_the_same_news_change_nothing(session: Session) -> None:
    hear(session, version=2, minutes=90)
    hear(session, version=2, minutes=30)
    hear(session, version=1, minutes=30)
    copy = session.get_one(NeedCopy, NEED)
    assert copy.facts is not None
    assert copy.facts["minutes"] == 90


def test_a_raised_need_is_answered_at_once_where_that_is_wished(session: Session) -> None:
    register(session)
    hear(session, at_once=True)
    hear(session, f"{HERE}-H002-N1")
    assert [each["need"] for each in told(session, "pairing.proposed")] == [NEED]


def test_a_need_raised_again_while_a_proposal_waits_gets_no_second_one(session: Session) -> None:
    register(session, "V001")
    register(session, "V002")
    for version in (1, 2, 3):
        hear(session, at_once=True, version=version)
    assert session.query(Pairing).count() == 1


def test_proposals_for_a_closed_need_fall_and_nobody_is_blamed(session: Session) -> None:
    pairing = proposed(session)
    hear_closed(session, "withdrawn")
    assert pairing.state == PairingState.DECLINED
    assert session.query(Decline).count() == 0
    assert told(session, "pairing.declined")[0]["reason"] == "need_closed"


@pytest.mark.parametrize(
    ("status", "reason"), [("met", "need_met"), ("withdrawn", "other"), ("referred", "other")]
)
def test_a_running_pairing_ends_with_its_need(session: Session, status: str, reason: str) -> None:
    pairing = running(session)
    hear_closed(session, status)
    assert pairing.state == PairingState.ENDED
    assert told(session, "pairing.ended")[0]["reason"] == reason


def test_a_suspended_need_rests_and_goes_on_with_the_same_volunteer(session: Session) -> None:
    pairing = running(session)
    hear_closed(session, "suspended", version=2)
    assert pairing.state == PairingState.PAUSED
    hear(session, version=3, at_once=True)
    assert pairing.state == PairingState.TRIAL
    assert [each["version"] for each in told(session, "pairing.started")] == [3, 5]


def test_an_absent_volunteers_pairings_are_listed_and_rest(session: Session) -> None:
    pairing = running(session)
    other = hear(session, f"{HERE}-H002-N1")
    proposal = match(session)["proposed"][0]["pairing"]
    set_aside(session, pairing.volunteer_id, "paused")
    (event,) = told(session, "volunteer.unavailable")
    assert event["pairings"] == [pairing.id, proposal]
    assert (event["state"], event["reason"]) == ("paused", "illness")
    assert pairing.state == PairingState.PAUSED
    assert the(session, proposal).state == PairingState.DECLINED
    assert match(session)["unmatched"][0]["need"] == other


def test_whoever_comes_back_goes_on_where_they_were(session: Session) -> None:
    pairing = running(session)
    for _ in range(2):
        set_aside(session, pairing.volunteer_id, "paused")
    people.activate_volunteer(session, {"volunteer": pairing.volunteer_id}, now=NOW, actor=OFFICE)
    assert pairing.state == PairingState.TRIAL
    assert len(told(session, "volunteer.unavailable")) == 1


def test_whoever_leaves_ends_their_pairings_and_is_not_proposed_for_them_again(
    session: Session,
) -> None:
    pairing = running(session)
    set_aside(session, pairing.volunteer_id, "left")
    assert pairing.state == PairingState.ENDED
    assert told(session, "pairing.ended")[0]["reason"] == "volunteer_left"


def test_the_next_best_is_proposed_when_a_proposals_volunteer_falls_ill(session: Session) -> None:
    pairing = proposed(session)
    register(session, "V002")
    set_aside(session, pairing.volunteer_id, "suspended", at_once=True)
    assert the(session, f"{NEED}-A2").volunteer_id == f"{HERE}-V002"


def test_an_accepted_pairing_of_a_suspended_need_is_let_go(session: Session) -> None:
    pairing = proposed(session)
    accept(session, pairing.id)
    hear_closed(session, "suspended")
    assert pairing.state == PairingState.DECLINED


def test_a_need_that_closed_before_it_was_seen_has_no_facts(session: Session) -> None:
    hear_closed(session, "met", version=4)
    facts: dict[str, Any] | None = session.get_one(NeedCopy, NEED).facts
    assert facts is None
    hear(session, version=5)
    assert session.get_one(NeedCopy, NEED).status == NeedStatus.OPEN
