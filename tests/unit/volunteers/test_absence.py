"""Somebody is away: the backup comes for that time. Nobody visits: it climbs."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from servicekit.errors import Conflict
from unit.volunteers.neighbourhood import (
    HERE,
    NOW,
    STAFF,
    TODAY,
    accept,
    at,
    close,
    hear,
    hear_closed,
    log,
    match,
    register,
    running,
    start,
    the,
    told,
    visits_of,
)
from volunteers.domain.codes import (
    AbsenceReason,
    Frequency,
    PairingState,
    SilenceLevel,
    VolunteerState,
)
from volunteers.domain.silence import CADENCE_DAYS, LEVELS, silence_levels
from volunteers.models import HourEntry, Pairing
from volunteers.queries.silences import find_silences
from volunteers.usecases import absence, pairings, people, silence


def away(session: Session, volunteer: str, state: str = "paused") -> None:
    data = {"volunteer": volunteer, "reason": AbsenceReason.AWAY, "until": date(2026, 12, 20)}
    absence.set_aside(
        session, data, VolunteerState(state), now=NOW, actor=STAFF, propose_at_once=False
    )


def back(session: Session, volunteer: str) -> None:
    people.activate_volunteer(session, {"volunteer": volunteer}, now=at(TODAY, 21), actor=STAFF)


def with_backup(session: Session) -> Pairing:
    """A running pairing whose backup is named."""
    register(session, "V001")
    register(session, "V002")
    hear(session)
    key = match(session)["proposed"][0]["pairing"]
    accept(session, key)
    pairing = start(session, key)
    assert pairing.backup_id is not None
    return pairing


def test_the_backup_comes_while_the_volunteer_is_away_and_gets_the_hours(session: Session) -> None:
    pairing = with_backup(session)
    backup = pairing.backup_id
    away(session, pairing.volunteer_id)
    assert pairing.state == PairingState.HANDOVER
    (event,) = told(session, "pairing.delegated")
    assert (event["backup"], event["until"]) == (backup, "2026-12-20")
    first, second, *_ = visits_of(session, pairing.id)
    log(session, first, "done")
    assert told(session, "visit.done")[0]["volunteer"] == backup
    assert session.query(HourEntry).one().volunteer_id == backup
    back(session, pairing.volunteer_id)
    assert pairing.state == PairingState.TRIAL
    assert len(told(session, "pairing.started")) == 2
    log(session, second, "done")
    assert told(session, "visit.done")[1]["volunteer"] == pairing.volunteer_id


def test_without_a_backup_who_may_come_the_pairing_rests(session: Session) -> None:
    pairing = with_backup(session)
    assert pairing.backup_id
    away(session, pairing.backup_id)
    away(session, pairing.volunteer_id)
    assert pairing.state == PairingState.PAUSED
    assert told(session, "pairing.delegated") == []


def test_a_stand_in_who_goes_away_as_well_leaves_it_resting(session: Session) -> None:
    pairing = with_backup(session)
    away(session, pairing.volunteer_id)
    assert pairing.backup_id
    away(session, pairing.backup_id)
    assert pairing.state == PairingState.PAUSED
    assert {each.stand_in_id for each in visits_of(session, pairing.id)} == {None}
    assert told(session, "volunteer.unavailable")[1]["pairings"] == [pairing.id]
    back(session, pairing.volunteer_id)
    assert pairing.state == PairingState.TRIAL


def test_what_is_handed_over_is_confirmed_later_and_ends_where_the_need_does(
    session: Session,
) -> None:
    pairing = with_backup(session)
    away(session, pairing.volunteer_id)
    with pytest.raises(Conflict, match="handed over for now; confirm it when"):
        pairings.confirm_pairing(session, {"pairing": pairing.id}, now=NOW, actor=STAFF)
    hear_closed(session, "met")
    assert the(session, pairing.id).state == PairingState.ENDED


# -- silence


def notice(session: Session, on: date) -> int:
    return silence.notice_silence(session, {"community": HERE}, now=at(on))["noticed"]


def levels(session: Session) -> list[str]:
    return [each["level"] for each in told(session, "silence.noticed")]


def test_silence_climbs_from_volunteer_to_coordinator_to_social_worker(session: Session) -> None:
    pairing = running(session)
    days = (7, 8, 8, 10, 11, 14, 15, 40)
    reached = [notice(session, TODAY + timedelta(days=each)) for each in days]
    assert reached == [0, 1, 0, 0, 1, 0, 1, 0]
    assert levels(session) == ["volunteer", "coordinator", "social_worker"]
    assert {each["since"] for each in told(session, "silence.noticed")} == {"2026-11-23"}
    page: Any = {"community": HERE, "page": 1, "size": 10}
    assert find_silences(session, page)["total"] == 3
    visit = visits_of(session, pairing.id)[2]
    log(session, visit, "done")
    assert len(told(session, "silence.ended")) == 3
    assert find_silences(session, page)["total"] == 0
    assert notice(session, visit.on + timedelta(days=8)) == 1


def test_who_looks_late_tells_everybody_at_once(session: Session) -> None:
    running(session)
    assert notice(session, TODAY + timedelta(days=30)) == 3


def test_a_closed_need_is_silent_in_peace(session: Session) -> None:
    running(session)
    notice(session, TODAY + timedelta(days=9))
    hear_closed(session, "suspended")
    assert notice(session, TODAY + timedelta(days=30)) == 0
    assert len(told(session, "silence.ended")) == 1


def test_failed_visits_do_not_break_the_silence(session: Session) -> None:
    pairing = running(session)
    first = visits_of(session, pairing.id)[0]
    log(session, first, "not_home")
    close(session, TODAY + timedelta(days=8))
    assert notice(session, TODAY + timedelta(days=8)) == 1


@given(st.sampled_from(sorted(CADENCE_DAYS)), st.integers(-10, 200))
def test_silence_only_climbs_and_never_within_the_cadence(frequency: Frequency, days: int) -> None:
    reached = silence_levels(frequency, TODAY, TODAY + timedelta(days=days))
    later = silence_levels(frequency, TODAY, TODAY + timedelta(days=days + 1))
    assert later[: len(reached)] == reached
    assert reached == LEVELS[: len(reached)]
    assert bool(reached) == (days > CADENCE_DAYS[frequency])
    assert (SilenceLevel.SOCIAL_WORKER in reached) == (days > 2 * CADENCE_DAYS[frequency])


def test_what_is_wanted_once_has_no_cadence() -> None:
    assert silence_levels(Frequency.ONCE, TODAY, TODAY + timedelta(days=999)) == ()
