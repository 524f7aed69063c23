"""The parents' club and the associations."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.db import audit_entries
from servicekit.errors import Conflict, Invalid
from servicekit.schemas import load
from servicekit.testing import published
from unit.volunteers.camp import (
    HOURS,
    a_camp,
    a_child,
    announce,
    comes,
    enrol,
    give_up,
    sitting,
    states,
)
from unit.volunteers.neighbourhood import HERE, NOW, OFFICE, STAFF, TODAY, a_school, somebody
from volunteers.contracts import clubs as of
from volunteers.domain.activities import EnrolmentState, MemberRole
from volunteers.models import ActivitySession, Participant, Volunteer
from volunteers.usecases import associations, clubs, convening, rounds

E = EnrolmentState
TALK = f"{HERE}-T01-20261125"
WEDNESDAY = "2026-11-25"


def a_talk(session: Session, **changes: Any) -> None:
    """A talk for parents on Wednesday evening, with two seats."""
    facts = {"code": "T01", "kind": "talk", "title": "青春期沟通", "capacity": 2, "ratio": None}
    when = {"starts_on": WEDNESDAY, "ends_on": WEDNESDAY, "start": "18:30", "end": "20:00"}
    a_camp(session, **{**facts, **when, "age_from": None, "age_until": None, **changes})


def a_parent(session: Session, code: str = "F001", **changes: Any) -> Participant:
    bare = {"birth_date": None, "guardian": None, "consented_on": None, "health": None}
    return a_child(session, code, **{**bare, "name": "周晓兰", "pick_ups": [], **changes})


def told(session: Session, type_: str) -> list[dict[str, Any]]:
    return [event["data"] for event in published(session) if event["type"] == type_]


def look(session: Session, key: str = TALK, now: Any = NOW) -> None:
    days = {"offer_hours": HOURS, "staff_notice_days": 7, "late_pickup_minutes": 15}
    rounds.session_round(session, key, now=now, **days)


def test_parents_have_a_place_at_once_and_who_waits_moves_up(session: Session) -> None:
    a_talk(session)
    people = [a_parent(session, f"F00{number}") for number in (1, 2, 3)]
    rows = [enrol(session, each.id[13:], key=TALK)[0] for each in people]
    assert states(*rows) == [E.CONFIRMED, E.CONFIRMED, E.WAITLISTED]
    give_up(session, rows[0])
    assert states(*rows) == [E.CANCELLED, E.CONFIRMED, E.CONFIRMED]
    evening = NOW + timedelta(days=2, hours=9)
    assert comes(session, rows[1], evening).state is E.ATTENDED


def test_the_day_before_it_is_told_who_comes_and_what_was_asked(session: Session) -> None:
    a_talk(session)
    a_parent(session)
    enrol(session, "F001", key=TALK)
    asked = {"session": TALK, "text": "孩子沉迷手机怎么办？", "participant": None}
    clubs.ask_question(session, asked, now=NOW, actor=STAFF)
    look(session)
    assert told(session, "session.due") == []
    for _ in range(2):
        look(session, now=NOW + timedelta(days=1))
    (due,) = told(session, "session.due")
    assert (due["expected"], due["questions"]) == (1, 1)
    assert "手机" not in repr(published(session))
    reading = {"session": TALK, "purpose": "备课"}
    (question,) = clubs.read_questions(session, reading, now=NOW, actor=STAFF)
    assert question.text == "孩子沉迷手机怎么办？"
    noted = session.execute(sa.select(audit_entries.c.subject, audit_entries.c.purpose)).all()
    assert noted == [(TALK, "备课")]


def test_questions_come_before_the_session(session: Session) -> None:
    a_talk(session)
    sitting(session, TALK).state = "closed"  # type: ignore[assignment]  # the code is enough
    asked = {"session": TALK, "text": "?", "participant": None}
    with pytest.raises(Conflict, match="ask for it as a topic"):
        clubs.ask_question(session, asked, now=NOW, actor=STAFF)


def test_materials_are_told_once(session: Session) -> None:
    a_talk(session)
    data = {"session": TALK, "title": "讲义", "address": "https://example.org/a.pdf"}
    made = load(of.AddMaterial(), data)
    for _ in range(2):
        clubs.add_material(session, made, now=NOW, actor=STAFF)
    assert len(told(session, "material.shared")) == 1
    assert [each.title for each in clubs.find_materials(session, {"session": TALK})] == ["讲义"]
    with pytest.raises(Invalid):
        load(of.AddMaterial(), data | {"address": "javascript:alert(1)"})


def test_topics_are_counted_by_who_wishes_for_them(session: Session) -> None:
    for code in ("F001", "F002"):
        a_parent(session, code)
    policy = "升学 政策"
    wishes = [("F001", policy), ("F002", " 升学  政策"), ("F001", policy), ("F001", "阅读")]
    for code, title in wishes:
        data = {"community": HERE, "title": title, "participant": f"{HERE}-{code}"}
        clubs.wish_topic(session, data, now=NOW, actor=STAFF)
    found = clubs.find_topics(session, {"community": HERE})
    assert [(each["title"], each["wishes"]) for each in found] == [("升学 政策", 2), ("阅读", 1)]
    a_talk(session)
    taken = {"topic": found[0]["id"], "activity": TALK[:-9]}
    assert clubs.take_up_topic(session, taken, now=NOW, actor=STAFF)["activity_id"] == TALK[:-9]


# -- associations


def an_association(session: Session) -> str:
    return a_school(session, "A01", name="太极拳协会", kind="association")


def join(session: Session, association: str, code: str = "F001") -> str:
    data = {
        "association": association,
        "participant": f"{HERE}-{code}",
        "role": MemberRole.MEMBER,
    }
    return associations.join_association(session, data, now=NOW, actor=STAFF).id


def a_meeting(session: Session) -> None:
    """Tai chi on Tuesdays and Saturdays, without an end."""
    facts = {"code": "M01", "kind": "meeting", "title": "太极晨练", "host": "A01", "ratio": None}
    when = {"starts_on": "2026-11-24", "ends_on": None, "rule": "FREQ=WEEKLY;BYDAY=TU,SA"}
    a_camp(session, announced=False, **{**facts, **when, "age_from": None, "age_until": None})


def days_of(session: Session) -> list[str]:
    wanted = sa.select(ActivitySession).order_by(ActivitySession.on)
    return [f"{each.on:%d} {each.state}" for each in session.scalars(wanted)]


def test_a_meeting_recurs_by_itself_and_counts_on_its_members(session: Session) -> None:
    association = an_association(session)
    for code in ("F001", "F002"):
        a_parent(session, code)
        member = join(session, association, code)
    associations.leave_association(session, {"member": member}, now=NOW, actor=STAFF)
    a_meeting(session)
    assert days_of(session)[:2] == ["24 planned", "28 planned"]
    announce(session, f"{HERE}-M01")
    before = len(days_of(session))
    later = TODAY + timedelta(days=42)
    for _ in range(2):
        facts = {"now": NOW, "actor": OFFICE, "until": later, "offer_hours": HOURS}
        convening.plan_ahead(session, HERE, **facts)  # type: ignore[arg-type]  # as named
    assert len(days_of(session)) == before + 4
    assert {each.split()[1] for each in days_of(session)} == {"announced"}
    (row,) = enrol(session, "F001", key=f"{HERE}-M01-20261124")
    assert row.state is E.CONFIRMED


def test_members_join_leave_and_come_back(session: Session) -> None:
    association = an_association(session)
    a_parent(session)
    member = join(session, association)
    assert join(session, association) == member
    associations.leave_association(session, {"member": member}, now=NOW, actor=STAFF)
    page = {"association": association, "former": False, "page": 1, "size": 50}
    assert associations.find_members(session, page)["total"] == 0
    join(session, association)
    assert associations.find_members(session, page)["total"] == 1
    with pytest.raises(Invalid, match="name an association"):
        join(session, a_school(session))


def test_a_member_is_offered_as_a_volunteer_with_their_own_data(session: Session) -> None:
    association = an_association(session)
    a_parent(session, birth_date="1958-02-03")
    member = join(session, association)
    given = somebody("V050")
    for name in ("name", "birth_date", "phone"):
        given.pop(name)
    data = load(of.OfferMember(), given | {"member": member})
    for _ in range(2):
        volunteer = associations.offer_member(session, data, now=NOW, actor=STAFF)
    assert (volunteer["partner_id"], volunteer["state"]) == (association, "applied")
    row = session.get(Volunteer, f"{HERE}-V050")
    assert row is not None
    assert (row.name, row.birth_date) == ("周晓兰", "1958-02-03")


def test_a_member_without_a_birth_date_or_who_left_is_not_offered(session: Session) -> None:
    association = an_association(session)
    a_parent(session)
    member = join(session, association)
    given = somebody("V050")
    for name in ("name", "birth_date", "phone"):
        given.pop(name)
    data = load(of.OfferMember(), given | {"member": member})
    with pytest.raises(Invalid, match="birth date"):
        associations.offer_member(session, data, now=NOW, actor=STAFF)
    associations.leave_association(session, {"member": member}, now=NOW, actor=STAFF)
    with pytest.raises(Conflict, match="join again"):
        associations.offer_member(session, data, now=NOW, actor=STAFF)
