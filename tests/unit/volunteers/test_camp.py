"""The holiday camp, from the school's break to the day's report."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import audit_entries
from servicekit.errors import Conflict, Invalid
from servicekit.testing import published
from unit.volunteers.camp import (
    FAMILY,
    HOURS,
    SITTING,
    a_camp,
    a_child,
    an_adult,
    announce,
    comes,
    confirm,
    enrol,
    give_up,
    goes,
    on_the_day,
    sitting,
    states,
)
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NOW,
    OFFICE,
    STAFF,
    TODAY,
    a_pupil,
    register,
)
from volunteers.contracts.enrolments import NamedParticipantPage, ParticipantPage
from volunteers.domain.activities import EnrolmentState, Ground, SessionState
from volunteers.domain.codes import AbsenceReason, VolunteerState
from volunteers.models import ActivitySession
from volunteers.queries.activities import day_report, described, find_fit
from volunteers.usecases import (
    absence,
    activities,
    attending,
    participants,
    promoting,
    rounds,
    staffing,
)

E = EnrolmentState


def look(session: Session, now: datetime = NOW) -> None:
    """A round of the session."""
    told = {"offer_hours": HOURS, "staff_notice_days": 7, "late_pickup_minutes": 15}
    rounds.session_round(session, SITTING, now=now, **told)


def told(session: Session, type_: str) -> list[dict[str, object]]:
    session.flush()
    return [event["data"] for event in published(session) if event["type"] == type_]


# -- planned


def test_a_camp_takes_its_days_from_the_schools_break(session: Session) -> None:
    days = {"starts_on": date(2027, 1, 15), "ends_on": date(2027, 1, 20)}
    data = {"community": HERE, "code": "WINTER", **days}
    activities.announce_break(session, data, now=NOW, actor=STAFF)
    in_winter: dict[str, Any] = {"break": "WINTER", "starts_on": None, "ends_on": None}
    camp = a_camp(session, **in_winter)
    wanted = sa.select(ActivitySession.on).order_by(ActivitySession.on)
    assert [f"{day:%a %d}" for day in session.scalars(wanted)] == [
        *("Fri 15", "Mon 18", "Tue 19", "Wed 20"),
    ]
    assert a_camp(session, **in_winter) is camp


def test_a_camp_rests_on_public_holidays_unless_a_rule_says_otherwise(session: Session) -> None:
    days = {"starts_on": date(2026, 12, 31), "ends_on": date(2027, 1, 4)}
    data = {"community": HERE, "code": "NEWYEAR", **days}
    activities.announce_break(session, data, now=NOW, actor=STAFF)
    in_it: dict[str, Any] = {"break": "NEWYEAR", "starts_on": None, "ends_on": None}
    a_camp(session, **in_it)
    a_camp(session, code="C02", rule="FREQ=DAILY", **in_it)
    wanted = sa.select(ActivitySession.id).order_by(ActivitySession.id)
    found = [key[13:] for key in session.scalars(wanted)]
    assert [key for key in found if key.startswith("C01")] == ["C01-20261231", "C01-20270104"]
    assert len(found) == 2 + 5


def test_a_camp_without_a_ratio_and_a_senseless_plan_are_refused(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        a_camp(session, ratio=None, end="08:00", rule="EVERY DAY", age_until=3)
    assert refused.value.details.keys() == {"ratio", "end", "rule", "age_until"}


def test_the_same_code_with_another_plan_is_a_conflict(session: Session) -> None:
    a_camp(session)
    with pytest.raises(Conflict, match="choose another code"):
        a_camp(session, capacity=5)


def test_announcing_tells_each_session_once(session: Session) -> None:
    a_camp(session, starts_on="2026-12-21", ends_on="2026-12-23", rule="FREQ=DAILY")
    assert announce(session) == {"announced": 0}
    assert [each["on"] for each in told(session, "session.announced")] == [
        *("2026-12-21", "2026-12-22", "2026-12-23"),
    ]


# -- staffed


def test_only_cleared_adults_look_after_children(session: Session) -> None:
    a_camp(session)
    register(session, "V001", clearances=[CHECKED])
    register(session, "V002")
    register(session, record=a_pupil("V900", companion="V001", clearances=[CHECKED]))
    for code, problem in (("V002", "background_check"), ("V900", "under age")):
        data = {"session": SITTING, "volunteer": f"{HERE}-{code}"}
        with pytest.raises(Invalid, match=problem):
            staffing.staff_session(session, data, now=NOW, actor=STAFF, offer_hours=HOURS)


def test_nobody_looks_after_two_sessions_at_once(session: Session) -> None:
    a_camp(session)
    a_camp(session, code="C02", start="15:00", end="17:00")
    an_adult(session)
    with pytest.raises(Invalid, match="at that time"):
        an_adult(session, key=f"{HERE}-C02-20261221")


def test_only_those_who_may_look_after_a_session_and_are_free_are_offered(session: Session) -> None:
    a_camp(session)
    a_camp(session, code="C02", start="15:00", end="17:00")
    for code in ("V001", "V003", "V004"):
        register(session, code, clearances=[CHECKED])
    register(session, "V002")
    an_adult(session, "V003")
    an_adult(session, "V004", f"{HERE}-C02-20261221")
    assert [each.id for each in find_fit(session, SITTING)] == [f"{HERE}-V001"]


def test_a_gap_is_told_once_for_each_number_of_adults_and_again_when_it_grows(
    session: Session,
) -> None:
    a_camp(session)
    first, second = an_adult(session), an_adult(session, "V002")
    confirm(session, enrol(session, "K001", "K002", "K003", together=True)[0])
    near = on_the_day(9) - timedelta(days=3)
    look(session, near)
    assert told(session, "session.understaffed") == []
    with pytest.raises(Conflict, match="add another adult first"):
        staffing.unstaff_session(
            session, {"session": SITTING, "volunteer": second}, now=NOW, actor=STAFF
        )
    session.expire_all()
    _falls_ill(session, first)
    look(session, near)
    look(session, near)
    (gap,) = told(session, "session.understaffed")
    assert (gap["adults"], gap["needed"], gap["endangered"]) == (1, 2, True)


def _falls_ill(session: Session, volunteer: str) -> None:
    data = {"volunteer": volunteer, "reason": AbsenceReason.ILLNESS, "until": None}
    paused = VolunteerState.PAUSED
    absence.set_aside(session, data, paused, now=NOW, actor=OFFICE, propose_at_once=False)
    session.flush()


# -- enrolled


def test_a_free_place_is_offered_at_once_and_taken_by_the_guardian(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    (enrolment,) = enrol(session, "K001")
    assert enrolment.state is E.OFFERED
    (offer,) = told(session, "enrolment.offered")
    assert offer["enrolments"] == [enrolment.id]
    assert offer["until"] == "2026-11-25T01:00:00+00:00"
    confirm(session, enrolment)
    assert enrolment.state is E.CONFIRMED
    assert enrol(session, "K001") == [enrolment]


def test_without_adults_nobody_gets_a_place_and_each_adult_brings_two(session: Session) -> None:
    a_camp(session)
    rows = [enrol(session, f"K00{number}")[0] for number in (1, 2, 3)]
    assert states(*rows) == [E.WAITLISTED] * 3
    an_adult(session)
    assert states(*rows) == [E.OFFERED, E.OFFERED, E.WAITLISTED]


def test_siblings_get_places_together_or_wait_together(session: Session) -> None:
    a_camp(session, capacity=3)
    an_adult(session)
    an_adult(session, "V002")
    enrol(session, "K001", "K002")
    rows = enrol(session, "K003", "K004", together=True)
    assert states(*rows) == [E.WAITLISTED, E.WAITLISTED]
    (single,) = enrol(session, "K005")
    assert single.state is E.OFFERED
    assert {each.passed for each in rows} == {1}


def test_wishes_are_collected_and_then_go_by_need(session: Session) -> None:
    a_camp(session, capacity=1, collects_until="2026-11-30")
    an_adult(session)
    (early,) = enrol(session, "K001")
    (poor,) = enrol(session, "K002", grounds=("low_income",), now=NOW + timedelta(days=1))
    look(session)
    assert states(early, poor) == [E.WAITLISTED, E.WAITLISTED]
    look(session, NOW + timedelta(days=8))
    assert states(early, poor) == [E.WAITLISTED, E.OFFERED]


def test_an_offer_that_nobody_answers_runs_out_and_the_next_moves_up(session: Session) -> None:
    a_camp(session, capacity=1)
    an_adult(session)
    (first,), (second,) = enrol(session, "K001"), enrol(session, "K002")
    later = NOW + timedelta(hours=HOURS)
    with pytest.raises(Conflict, match="has run out"):
        confirm(session, first, later)
    look(session, later)
    assert states(first, second) == [E.CANCELLED, E.OFFERED]
    (again,) = enrol(session, "K001", now=later)
    assert (again.id, again.state) == (f"{SITTING}-K001-2", E.WAITLISTED)


def test_a_place_given_up_goes_to_who_waits(session: Session) -> None:
    a_camp(session, capacity=1)
    an_adult(session)
    (first,), (second,) = enrol(session, "K001"), enrol(session, "K002")
    confirm(session, first)
    give_up(session, first)
    give_up(session, first)
    assert states(first, second) == [E.CANCELLED, E.OFFERED]


def test_who_is_too_young_or_has_no_consent_or_nobody_to_collect_them_is_refused(
    session: Session,
) -> None:
    a_camp(session)
    a_child(session, "K001", birth_date="2022-01-01")
    a_child(session, "K002", consented_on=None)
    a_child(session, "K003", pick_ups=[])
    for code, problem in (("K001", "ages 6 to 12"), ("K002", "consent"), ("K003", "collect")):
        with pytest.raises(Invalid, match=problem):
            enrol(session, code)
    with pytest.raises(Invalid, match="more than the 4 places"):
        enrol(session, "K11", "K12", "K13", "K14", "K15", together=True)


def test_a_consent_is_given_later_and_taken_back(session: Session) -> None:
    a_camp(session)
    key = a_child(session, "K001", consented_on=None).id
    for day in (TODAY, None):
        data = {"participant": key, "consented_on": day, "grounds": [Ground.LOW_INCOME]}
        person = participants.change_participant(session, data, now=NOW, actor=STAFF)
        if day:
            assert enrol(session, "K001")[0].need == 4
    assert (person.consented_on, person.name, person.health) == (None, "冯小雨", "花生过敏")
    with pytest.raises(Invalid, match="consent"):
        enrol(session, "K001", key=SITTING)
    wrong = {"participant": key, "consented_on": TODAY + timedelta(days=1), "phone": "12"}
    with pytest.raises(Invalid) as refused:
        participants.change_participant(session, wrong, now=NOW, actor=STAFF)
    assert refused.value.details.keys() == {"consented_on", "phone"}


def test_who_waited_behind_a_large_party_moves_up_when_it_gives_up(session: Session) -> None:
    a_camp(session, capacity=4)
    an_adult(session)
    large = enrol(session, "K001", "K002", "K003", together=True)
    rows = [enrol(session, f"K01{number}")[0] for number in (1, 2)]
    assert states(*rows) == [E.OFFERED, E.OFFERED]
    give_up(session, rows[0])
    later = enrol(session, "K013")[0]
    assert (large[0].passed, later.state) == (2, E.WAITLISTED)
    give_up(session, large[0], whole_party=True)
    assert later.state is E.OFFERED


def test_fewer_places_than_promised_are_refused_and_more_are_given_out(session: Session) -> None:
    a_camp(session, capacity=2)
    an_adult(session)
    an_adult(session, "V002")
    rows = [enrol(session, f"K00{number}")[0] for number in (1, 2, 3)]
    change = {"session": SITTING, "place": None}
    with pytest.raises(Conflict, match="2 places"):
        _change(session, change | {"capacity": 1})
    _change(session, change | {"capacity": 3})
    assert states(*rows) == [E.OFFERED] * 3


def _change(session: Session, data: dict[str, object]) -> None:
    activities.change_session(session, data, now=NOW, actor=STAFF, offer_hours=HOURS)


def test_a_cancelled_session_frees_everybody(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    rows = [enrol(session, f"K00{number}")[0] for number in (1, 2, 3)]
    confirm(session, rows[0])
    for _ in range(2):
        activities.cancel_session(session, {"session": SITTING}, now=NOW, actor=STAFF)
    assert states(*rows) == [E.CANCELLED] * 3
    assert [each["promised"] for each in told(session, "session.cancelled")] == [2]


# -- on the day


def test_a_child_goes_only_with_somebody_on_its_list(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    first, other = enrol(session, "K001")[0], enrol(session, "K002")[0]
    confirm(session, first)
    with pytest.raises(Conflict, match="on that day"):
        comes(session, first, NOW)
    comes(session, first, on_the_day(9))
    for wrong in (f"{other.participant_id}-U1", "nobody"):
        with pytest.raises(Invalid, match="do not let it go"):
            goes(session, first, on_the_day(16), wrong)
    more = {"participant": first.participant_id, **FAMILY, "name": "冯奶奶"}
    participants.add_pick_up(session, more, now=NOW, actor=STAFF)
    revoked = {"pick_up": f"{first.participant_id}-U1"}
    participants.revoke_pick_up(session, revoked, now=NOW, actor=STAFF)
    session.flush()
    with pytest.raises(Invalid):
        goes(session, first, on_the_day(16))
    goes(session, first, on_the_day(16), f"{first.participant_id}-U2")
    assert (first.state, first.collected_by_id) == (E.ATTENDED, f"{first.participant_id}-U2")


def test_who_goes_long_before_the_end_left_early(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    (child,) = enrol(session, "K001")
    confirm(session, child)
    comes(session, child, on_the_day(9))
    assert goes(session, child, on_the_day(12)).state is E.LEFT_EARLY


def test_no_more_children_come_in_than_adults_are_left_for(session: Session) -> None:
    a_camp(session)
    first = an_adult(session)
    an_adult(session, "V002")
    rows = enrol(session, "K001", "K002", "K003", together=True)
    confirm(session, rows[0])
    _falls_ill(session, first)
    comes(session, rows[0], on_the_day(9))
    comes(session, rows[1], on_the_day(9))
    with pytest.raises(Conflict, match="no adult is free"):
        comes(session, rows[2], on_the_day(9))


def test_a_child_that_nobody_collects_is_told_once(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    first, second = enrol(session, "K001")[0], enrol(session, "K002")[0]
    for each in (first, second):
        confirm(session, each)
        comes(session, each, on_the_day(9))
    goes(session, first, on_the_day(16))
    look(session, on_the_day(16, 14))
    assert told(session, "pickup.overdue") == []
    for minute in (15, 30):
        look(session, on_the_day(16, minute))
    assert [each["enrolment"] for each in told(session, "pickup.overdue")] == [second.id]
    with pytest.raises(Conflict, match="not signed out"):
        attending.close_session(session, {"session": SITTING}, now=on_the_day(17), actor=STAFF)


def test_the_days_report_says_who_came_and_who_did_not(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    came, stayed_away = enrol(session, "K001")[0], enrol(session, "K002")[0]
    (waited,) = enrol(session, "K003")
    for each in (came, stayed_away):
        confirm(session, each)
    comes(session, came, on_the_day(9))
    goes(session, came, on_the_day(16))
    for _ in range(2):
        report = attending.close_session(
            session, {"session": SITTING}, now=on_the_day(17), actor=STAFF
        )
    assert (report["attended"], report["absent"], report["late"]) == (1, 1, 0)
    assert states(came, stayed_away, waited) == [E.ATTENDED, E.ABSENT, E.CANCELLED]
    day = day_report(session, {"community": HERE, "day": date(2026, 12, 21)})
    assert (day["attended"], day["absent"], len(day["sessions"])) == (1, 1, 1)
    (closed,) = told(session, "session.closed")
    assert (closed["attended"], closed["absent"]) == (1, 1)
    assert sitting(session).state is SessionState.CLOSED


def test_the_roll_shows_names_to_who_asks_and_the_audit_keeps_it(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    enrol(session, "K001")
    asked = {"session": SITTING, "purpose": "签到"}
    (line,) = attending.roll(session, asked, now=NOW, actor=STAFF)["items"]
    assert (line["name"], line["health"], line["guardian"]) == ("冯小雨", "花生过敏", "冯志强")
    assert line["pick_ups"][0]["name"] == "韩雪梅"
    noted = session.execute(sa.select(audit_entries.c.subject, audit_entries.c.purpose)).all()
    assert noted == [(SITTING, "签到")]


def test_the_register_shows_names_to_who_asks_and_the_audit_keeps_it(session: Session) -> None:
    a_child(session)
    here = {"community": HERE, "page": 1, "size": 10}
    page = participants.read_participants(
        session, here | {"purpose": "enrol"}, now=NOW, actor=STAFF
    )
    (line,) = NamedParticipantPage().dump(page)["items"]
    assert (line["name"], line["pick_ups"][0]["name"]) == ("冯小雨", "韩雪梅")
    plain = ParticipantPage().dump(participants.find_participants(session, here))
    assert "冯小雨" not in str(plain)
    noted = session.execute(sa.select(audit_entries.c.subject, audit_entries.c.purpose)).all()
    assert noted == [(HERE, "enrol")]


def test_no_event_and_no_view_says_anything_personal(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    (child,) = enrol(session, "K001")
    confirm(session, child)
    comes(session, child, on_the_day(9))
    look(session, on_the_day(17))
    said = repr(told(session, "pickup.overdue")) + repr(described(session, sitting(session)))
    said += repr(published(session))
    for secret in ("冯小雨", "冯志强", "韩雪梅", "花生", "137001", "2017"):
        assert secret not in said


def test_the_rounds_look_only_where_something_may_happen(session: Session) -> None:
    a_camp(session)
    assert rounds.stirring(session, now=NOW, staff_notice_days=7) == []
    enrol(session, "K001")
    session.flush()
    assert rounds.stirring(session, now=NOW, staff_notice_days=7) == [SITTING]


def test_promoting_again_changes_nothing(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    rows = [enrol(session, f"K00{number}")[0] for number in (1, 2, 3)]
    before = states(*rows)
    assert promoting.promote(session, sitting(session), now=NOW, offer_hours=HOURS) == 0
    assert states(*rows) == before
    assert sitting(session).on > TODAY
