"""People are erased: nothing of them can be read any more, and everything still adds up."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sealed import readable
from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden
from servicekit.privacy import assign_key
from servicekit.schemas import load
from unit.volunteers.camp import (
    SITTING,
    a_camp,
    a_child,
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
    NEED,
    NOW,
    STAFF,
    TODAY,
    a_pupil,
    a_school,
    at,
    hear,
    log,
    match,
    register,
    running,
    somebody,
    visits_of,
)
from unit.volunteers.test_teacher_desk import WORKER, an_item, asked
from unit.volunteers.test_teacher_desk import step as request_step
from volunteers.contracts import consumed
from volunteers.contracts.clubs import AskQuestion
from volunteers.contracts.people import SetAside
from volunteers.domain.codes import PairingState, VolunteerState
from volunteers.models import Base, Enrolment, NeedCopy, Pairing, Volunteer
from volunteers.queries import hours as counted
from volunteers.queries.activities import counts
from volunteers.usecases import (
    absence,
    attending,
    clubs,
    erasing,
    explaining,
    growth,
    overrides,
    participants,
    people,
    replaying,
)

DIRECTOR = Actor(f"{HERE}-S09", "director", (HERE,))
CHILD = f"{HERE}-K001"
OF_THE_CHILD = ("冯小雨", "冯志强", "韩雪梅", "花生过敏")


def erase(session: Session, key: str = CHILD, actor: Actor = DIRECTOR) -> Any:
    session.flush()
    data = {"participant": key}
    row = erasing.erase_participant(session, data, now=NOW, actor=actor)
    session.flush()
    return row


def camp_is_over(session: Session) -> Enrolment:
    """A child came, was signed out, and asked something before."""
    a_camp(session)
    an_adult(session)
    (enrolment,) = enrol(session, "K001", grounds=("low_income",))
    question = {"session": SITTING, "participant": CHILD, "text": "冯小雨可以带花生吗？"}
    clubs.ask_question(session, load(AskQuestion(), question), now=NOW, actor=STAFF)
    confirm(session, enrolment)
    comes(session, enrolment, on_the_day(9))
    goes(session, enrolment, on_the_day(16))
    over = {"session": SITTING}
    attending.close_session(session, over, now=on_the_day(16), actor=STAFF)
    session.flush()
    return enrolment


def test_nothing_of_a_child_can_be_read_and_the_day_still_adds_up(session: Session) -> None:
    enrolment = camp_is_over(session)
    before = counts(session, sitting(session))
    shown = "".join(readable(session, Base))
    assert all(word in shown for word in OF_THE_CHILD)
    row = erase(session)
    left = "".join(readable(session, Base))
    assert not any(word in left for word in OF_THE_CHILD)
    assert (row.data_key, row.born_by, row.grounds, row.consented_on) == (b"", None, [], None)
    assert row.registration_index == ""
    assert (enrolment.need, counts(session, sitting(session))) == (0, before)
    assert audit.verify(session, HERE).intact


def test_a_teachers_request_is_counted_without_its_place(session: Session) -> None:
    an_item(session)
    row = asked(session)
    request_step(session, "assign", row, staff=WORKER)
    with pytest.raises(Conflict, match=f"is awaited: {row.id}; cancel"):
        erase(session, f"{HERE}-L001")
    request_step(session, "withdraw", row)
    erase(session, f"{HERE}-L001")
    assert readable(session, Base) == []
    assert row.state == "withdrawn"


def test_who_is_awaited_is_not_erased(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    (enrolment,) = enrol(session, "K001")
    with pytest.raises(Conflict, match=f"is awaited: {enrolment.id}; cancel"):
        erase(session)
    confirm(session, enrolment)
    comes(session, enrolment, on_the_day(9))
    with pytest.raises(Conflict, match="sign out"):
        erase(session)
    goes(session, enrolment, on_the_day(16))
    assert erase(session).erased_on == TODAY


def test_who_gave_a_place_up_is_erased_and_erased_again(session: Session) -> None:
    a_camp(session)
    an_adult(session)
    (enrolment,) = enrol(session, "K001")
    give_up(session, enrolment)
    version = erase(session).version
    assert erase(session).version == version


def test_only_who_decides_erases(session: Session) -> None:
    a_child(session)
    with pytest.raises(Forbidden, match="ask the director or an administrator"):
        erase(session, actor=STAFF)


AFTERWARDS: dict[str, Callable[[Session], Any]] = {
    "enrolled": lambda session: enrol(session, "K001"),
    "changed": lambda session: participants.change_participant(
        session, {"participant": CHILD, "phone": "13600136000"}, now=NOW, actor=STAFF
    ),
    "registered": a_child,
}


@pytest.mark.parametrize("act", AFTERWARDS)
def test_who_was_erased_comes_back_only_by_another_code(session: Session, act: str) -> None:
    a_camp(session)
    a_child(session)
    erase(session)
    with pytest.raises(Conflict, match="another code"):
        AFTERWARDS[act](session)
    assert a_child(session, "K002").erased_on is None


def gone(session: Session, volunteer: str) -> None:
    data = load(SetAside(), {"volunteer": volunteer, "reason": "moved"})
    facts: Any = {"now": NOW, "actor": STAFF, "propose_at_once": False}
    absence.set_aside(session, data, VolunteerState.LEFT, **facts)


def erase_volunteer(session: Session, volunteer: str) -> Volunteer:
    data = {"volunteer": volunteer}
    erasing.erase_volunteer(session, data, now=NOW, actor=DIRECTOR)
    return session.get_one(Volunteer, volunteer)


def test_a_volunteer_who_left_is_erased_and_the_hours_stay(session: Session) -> None:
    pairing = running(session)
    (visit,) = visits_of(session, pairing.id)[:1]
    log(session, visit, "done")
    volunteer = pairing.volunteer_id
    hours = counted.hours(session, volunteer)["reported"]
    with pytest.raises(Conflict, match="is active; release the volunteer first"):
        erase_volunteer(session, volunteer)
    gone(session, volunteer)
    row = erase_volunteer(session, volunteer)
    assert readable(session, Base) == []
    assert (row.name, row.born_by, row.identity_index) == (None, date(1970, 12, 31), None)
    assert counted.hours(session, volunteer)["reported"] == hours == 60


def test_a_record_of_growth_keeps_its_days_without_words(session: Session) -> None:
    a_school(session, kind="office", name="永环社区")
    register(session)
    pupil = register(session, record=a_pupil(companion="V001"))
    lesson = {"volunteer": pupil, "on": TODAY, "words": "学会了耐心"}
    growth.note_lesson(session, lesson, now=NOW, actor=STAFF)
    gone(session, pupil)
    erase_volunteer(session, pupil)
    period = {"volunteer": pupil, "since": TODAY, "until": TODAY}
    said = growth.to_print(session, period, now=at(TODAY), actor=STAFF)
    assert (said["name"], said["learned"]) == ("—", [(TODAY, "—")])
    for act in (
        lambda: growth.note_lesson(session, lesson, now=NOW, actor=STAFF),
        lambda: people.change_volunteer(
            session, {"volunteer": pupil, "phone": "13800138000"}, now=NOW, actor=STAFF
        ),
    ):
        with pytest.raises(Conflict, match="was erased on"):
            act()


def test_an_erased_volunteers_code_is_not_given_again(session: Session) -> None:
    volunteer = register(session)
    gone(session, volunteer)
    erase_volunteer(session, volunteer)
    with pytest.raises(Conflict, match="choose another code"):
        register(session, record=somebody())


HOUSEHOLD = NEED.rpartition("-")[0]


def forget(session: Session, *needs: str, version: int = 9) -> None:
    """The household of `NEED` was erased where it is kept."""
    last = [{"need": need, "status": "withdrawn", "version": version} for need in needs]
    data = {"community": HERE, "version": 5, "household": HOUSEHOLD, "needs": last}
    erasing.forget_household(session, load(consumed.HouseholdErased(), data), now=NOW)
    session.flush()
    session.expire_all()


def place_of(session: Session, need: str = NEED) -> tuple[float, list[Any]]:
    facts = session.get_one(NeedCopy, need).facts
    assert facts is not None
    return facts["latitude"], facts["slots"]


def test_of_an_erased_household_neither_place_nor_words_are_left(session: Session) -> None:
    pairing = running(session)
    visit = visits_of(session, pairing.id)[0]
    assign_key(session, visit)
    visit.note = "老人行动不便"
    log(session, visit, "done")
    assert "老人行动不便" in readable(session, Base)
    for _ in range(2):
        forget(session, NEED)
        assert "老人行动不便" not in readable(session, Base)
        assert place_of(session) == (41.8, [])
        assert pairing.state == PairingState.ENDED
    assert counted.hours(session, pairing.volunteer_id)["reported"] == 60


def test_older_news_of_an_erased_household_comes_too_late(session: Session) -> None:
    hear(session)
    unseen = f"{HOUSEHOLD}-N2"
    forget(session, NEED, unseen)
    hear(session, version=8)
    hear(session, unseen, version=8)
    assert place_of(session) == (41.8, [])
    assert session.get_one(NeedCopy, unseen).facts is None


@pytest.mark.parametrize("who", ["volunteer", "household"])
def test_why_somebody_was_chosen_goes_with_who_was_erased(session: Session, who: str) -> None:
    pairing = running(session)
    pairing.manual, frozen = True, pairing.frozen
    pairing.frozen = frozen | {"need": frozen["need"] | {"gender": "male"}}
    before = overrides.overrides(session, {"community": HERE})["rules"]
    assert [(row["name"], row["failed"]) for row in before] == [("gender", 1)]
    if who == "household":
        forget(session, NEED)
    else:
        gone(session, pairing.volunteer_id)
        erase_volunteer(session, pairing.volunteer_id)
    session.flush()
    session.expire_all()
    assert who.replace("household", "need") not in pairing.frozen
    for key in (pairing.id, f"{HERE}-R1"):
        with pytest.raises(Conflict, match="erased"):
            replaying.replay_match(session, {"id": key})
    with pytest.raises(Conflict, match="erased"):
        explaining.explain_pairing(session, {"pairing": pairing.id})
    assert overrides.overrides(session, {"community": HERE})["rules"] == before


def test_a_run_of_others_is_still_replayed(session: Session) -> None:
    register(session, "V001")
    hear(session, f"{HERE}-H002-N1")
    match(session)
    register(session, "V002", latitude=41.797)
    volunteer = f"{HERE}-V002"
    gone(session, volunteer)
    erase_volunteer(session, volunteer)
    assert replaying.replay_match(session, {"id": f"{HERE}-R1"})["same"] is True


def test_what_a_pupils_pairing_says_of_the_companion_goes_with_the_companion(
    session: Session,
) -> None:
    a_school(session, kind="office", name="永环社区")
    companion = register(session, aid_kinds=["disability"])
    register(session, record=a_pupil(companion="V001"))
    hear(session)
    pairing = session.get_one(Pairing, match(session)["proposed"][0]["pairing"])
    assert pairing.frozen["volunteer"]["companion"]["id"] == companion
    gone(session, f"{HERE}-V900")
    gone(session, companion)
    erase_volunteer(session, companion)
    session.flush()
    session.expire_all()
    assert "volunteer" not in pairing.frozen
