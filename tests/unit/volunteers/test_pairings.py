"""Pairings: proposed, accepted or declined, started, ended; safe at every door."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid, NotFound, flatten
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NEED,
    NOW,
    STAFF,
    TODAY,
    accept,
    decline,
    end,
    hear,
    match,
    proposed,
    register,
    running,
    start,
    the,
    told,
    visits_of,
)
from volunteers.domain.codes import PairingState
from volunteers.domain.states import PAIRING
from volunteers.models import Decline, Pairing
from volunteers.usecases import pairings

CHILD: dict[str, Any] = {
    "aid_kind": "schooling",
    "service": "reading",
    "involves_minor": True,
    "grade": 3,
}


def by_hand(session: Session, volunteer: str, need: str = NEED) -> Pairing:
    data = {"need": need, "volunteer": volunteer, "reason": "They know each other from church."}
    return pairings.propose_pairing(session, data, now=NOW, actor=STAFF)


def test_a_pairing_goes_from_proposal_through_trial_to_its_end(session: Session) -> None:
    pairing = proposed(session)
    accept(session, pairing.id)
    start(session, pairing.id)
    pairings.confirm_pairing(session, {"pairing": pairing.id}, now=NOW, actor=STAFF)
    end(session, pairing.id, reason="need_met")
    assert pairing.state == PairingState.ENDED
    versions = [
        told(session, f"pairing.{act}")[0]["version"]
        for act in ("proposed", "accepted", "started", "ended")
    ]
    assert versions == [1, 2, 3, 5]


def test_the_same_act_twice_changes_nothing(session: Session) -> None:
    pairing = proposed(session)
    for _ in range(2):
        accept(session, pairing.id)
    for _ in range(2):
        start(session, pairing.id)
    for _ in range(2):
        end(session, pairing.id)
    assert pairing.version == 4
    assert len(told(session, "pairing.ended")) == 1


def test_an_illegal_step_is_refused_and_says_what_is_legal(session: Session) -> None:
    pairing = proposed(session)
    with pytest.raises(Conflict) as caught:
        start(session, pairing.id)
    assert caught.value.details == {
        "from": "proposed",
        "to": "trial",
        "allowed": ["accepted", "declined", "expired"],
    }
    assert "cannot go from proposed to trial; from proposed it may go to" in caught.value.message


def test_what_has_ended_stays_ended() -> None:
    for final in (PairingState.ENDED, PairingState.DECLINED, PairingState.EXPIRED):
        with pytest.raises(Conflict, match="this is final"):
            PAIRING.check("A1", final, PairingState.ACCEPTED)


def test_an_unknown_pairing_does_not_exist(session: Session) -> None:
    with pytest.raises(NotFound, match="pairing nowhere does not exist"):
        accept(session, "nowhere")


def test_who_declined_is_not_proposed_again_and_the_next_best_is(session: Session) -> None:
    register(session, "V001")
    register(session, "V002", latitude=41.80)
    hear(session, at_once=True)
    first = the(session, f"{NEED}-A1")
    assert (first.volunteer_id, first.backup_id) == (f"{HERE}-V001", f"{HERE}-V002")
    decline(session, first.id, at_once=True)
    second = the(session, f"{NEED}-A2")
    assert second.volunteer_id == f"{HERE}-V002"
    decline(session, second.id, at_once=True)
    assert session.query(Pairing).count() == 2
    assert [each["by"] for each in told(session, "pairing.declined")] == ["volunteer"] * 2


def test_declining_twice_is_declining_once(session: Session) -> None:
    pairing = proposed(session)
    for _ in range(2):
        decline(session, pairing.id)
    assert session.query(Decline).count() == 1
    with pytest.raises(Conflict):
        decline(session, pairing.id, by="household")


def test_the_database_itself_forbids_a_second_primary(session: Session) -> None:
    pairing = proposed(session)
    session.commit()
    row = {
        column.name: getattr(pairing, column.key)
        for column in sa.inspect(Pairing).columns
        if column.key != "data_key"
    }
    with pytest.raises(IntegrityError):
        session.execute(sa.insert(Pairing).values(**row | {"id": f"{NEED}-A2", "attempt": 2}))
    session.rollback()
    ended = row | {"id": f"{NEED}-A2", "attempt": 2, "state": PairingState.ENDED}
    session.execute(sa.insert(Pairing).values(**ended))


def test_a_second_primary_by_hand_is_refused(session: Session) -> None:
    proposed(session)
    other = register(session, "V002")
    with pytest.raises(Conflict, match=r"has the live pairing .*-A1; decline or end that one"):
        by_hand(session, other)


def test_a_manual_proposal_overrides_distance_and_schedule_but_keeps_the_reason(
    session: Session,
) -> None:
    far = register(
        session, latitude=41.9, availability=[{"weekday": 1, "start": "08:00", "end": "09:00"}]
    )
    hear(session)
    assert match(session)["proposed"] == []
    pairing = by_hand(session, far)
    session.flush()
    assert pairing.manual
    assert pairing.override_reason == "They know each other from church."
    assert pairing.override_reason_sealed is not None
    assert b"church" not in pairing.override_reason_sealed
    assert told(session, "pairing.proposed")[0]["manual"] is True


def test_a_child_is_not_paired_with_an_uncleared_volunteer(session: Session) -> None:
    volunteer = register(session)
    hear(session, **CHILD)
    assert match(session)["proposed"] == []
    with pytest.raises(Invalid) as caught:
        by_hand(session, volunteer)
    ((field, message),) = flatten(caught.value.details)
    assert field == "volunteer"
    assert "background_check" in message
    assert message.endswith(
        "; record a valid clearance first (grant_clearance), or choose another volunteer"
    )


@pytest.mark.parametrize("door", ["accept", "start", "confirm"])
def test_a_clearance_that_ran_out_meanwhile_closes_every_later_door(
    session: Session, door: str
) -> None:
    register(session, clearances=[CHECKED | {"expires_on": "2026-12-01"}])
    hear(session, **CHILD)
    key = match(session)["proposed"][0]["pairing"]
    later = datetime(2026, 12, 2, 1, tzinfo=UTC)
    if door == "accept":
        with pytest.raises(Invalid, match="background_check"):
            accept(session, key, now=later)
        assert the(session, key).state == PairingState.PROPOSED
        return
    accept(session, key)
    if door == "start":
        with pytest.raises(Invalid, match="background_check"):
            start(session, key, now=later)
        return
    start(session, key)
    with pytest.raises(Invalid, match="background_check"):
        pairings.confirm_pairing(session, {"pairing": key}, now=later, actor=STAFF)


def test_a_day_begins_at_midnight_in_the_neighbourhood_not_in_greenwich(session: Session) -> None:
    register(session, clearances=[CHECKED | {"expires_on": "2026-12-01"}])
    hear(session, **CHILD)
    key = match(session)["proposed"][0]["pairing"]
    with pytest.raises(Invalid):
        accept(session, key, now=datetime(2026, 12, 1, 16, 30, tzinfo=UTC))
    accept(session, key, now=datetime(2026, 12, 1, 15, 30, tzinfo=UTC))


def test_capacity_is_a_promise_that_no_override_breaks(session: Session) -> None:
    volunteer = register(session, capacity=1)
    hear(session)
    other = hear(session, f"{HERE}-H002-N1")
    assert len(match(session)["proposed"]) == 1
    with pytest.raises(Invalid, match="no room left"):
        by_hand(session, volunteer, other)


def test_a_declined_pairing_frees_its_volunteer(session: Session) -> None:
    register(session, capacity=1)
    hear(session)
    other = hear(session, f"{HERE}-H002-N1", raised_on="2026-11-21")
    first = match(session)["proposed"][0]
    decline(session, first["pairing"])
    assert [each["need"] for each in match(session)["proposed"]] == [other]


def test_only_an_open_need_is_paired(session: Session) -> None:
    volunteer = register(session)
    hear(session, status="suspended")
    with pytest.raises(Conflict, match="only an open need is paired"):
        by_hand(session, volunteer)


def test_ending_cancels_what_was_planned_later_and_keeps_what_was(session: Session) -> None:
    pairing = running(session)
    end(session, pairing.id, on=TODAY + timedelta(days=7), reason="household_wish")
    session.expire_all()
    states = [str(visit.state) for visit in visits_of(session, pairing.id)]
    assert states == ["planned", "cancelled", "cancelled", "cancelled"]


def test_a_pairing_does_not_end_before_it_starts(session: Session) -> None:
    pairing = running(session)
    with pytest.raises(Invalid, match="lies before the start"):
        end(session, pairing.id, on=TODAY - timedelta(days=1))


def test_a_pairing_does_not_start_after_the_need_is_over(session: Session) -> None:
    register(session)
    hear(session, ends_on="2026-12-01")
    key = match(session)["proposed"][0]["pairing"]
    accept(session, key)
    with pytest.raises(Invalid, match="lies after the need's end"):
        start(session, key, on=date(2026, 12, 2))


def test_a_pairing_does_not_start_before_it_was_proposed(session: Session) -> None:
    register(session)
    hear(session)
    key = match(session)["proposed"][0]["pairing"]
    accept(session, key)
    with pytest.raises(Invalid, match="lies before the proposal"):
        start(session, key, on=TODAY - timedelta(days=1))


def test_a_household_that_wished_an_end_is_not_sent_the_same_volunteer(session: Session) -> None:
    pairing = running(session)
    end(session, pairing.id, reason="household_wish")
    hear(session, version=2)
    answer = match(session)
    assert answer["proposed"] == []
    assert answer["unmatched"][0]["blockers"] == [{"filter": "restrictions", "count": 1}]


def test_who_served_before_is_known_in_a_new_pairing(session: Session) -> None:
    pairing = running(session)
    end(session, pairing.id, reason="need_met")
    hear(session, f"{HERE}-H001-N2")
    second = the(session, match(session)["proposed"][0]["pairing"])
    assert second.frozen["need"]["continuity"] == [f"{HERE}-V001"]


def test_a_need_that_was_met_waits_for_nobody(session: Session) -> None:
    pairing = running(session)
    end(session, pairing.id, reason="need_met")
    assert match(session)["needs"] == 0
