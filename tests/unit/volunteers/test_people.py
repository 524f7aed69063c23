"""Volunteers: registered, screened, active, away; their papers and their personal data."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.db import audit_entries
from servicekit.errors import Conflict, Forbidden, Invalid, flatten
from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    CHECKED,
    ELSEWHERE,
    HERE,
    NOW,
    OFFICE,
    STAFF,
    TODAY,
    a_pupil,
    a_school,
    match,
    proposed,
    register,
    somebody,
    told,
)
from volunteers.contracts import people as who
from volunteers.domain.codes import VolunteerState
from volunteers.domain.states import VOLUNTEER
from volunteers.models import Volunteer
from volunteers.queries import people as listed
from volunteers.usecases import people, reveal

IDENTITY = "210103197005170021"


def apply_to_help(session: Session, record: dict[str, Any]) -> dict[str, Any]:
    data = load(who.RegisterVolunteer(), record | {"community": HERE})
    return people.register_volunteer(session, data, now=NOW, actor=OFFICE)


def activate(session: Session, key: str) -> dict[str, Any]:
    return people.activate_volunteer(session, {"volunteer": key}, now=NOW, actor=OFFICE)


def refusals(session: Session, record: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        apply_to_help(session, record)
    assert session.query(Volunteer).filter_by(code=record["code"]).count() == 0
    return dict(flatten(caught.value.details))


def test_somebody_applies_and_becomes_active(session: Session) -> None:
    a_school(session)
    view = apply_to_help(session, somebody(partner="P01"))
    assert (view["state"], view["lacking"]) == ("applied", [])
    assert activate(session, view["id"])["state"] == "active"
    assert told(session, "volunteer.registered") == [
        {
            "community": HERE,
            "version": 1,
            "volunteer": f"{HERE}-V001",
            "kind": "resident",
            "partner": f"{HERE}-P01",
        }
    ]
    assert [each["version"] for each in told(session, "volunteer.activated")] == [2]


def test_registering_or_activating_again_changes_nothing(session: Session) -> None:
    for _ in range(2):
        view = apply_to_help(session, somebody(identity_number=IDENTITY))
        activate(session, view["id"])
    assert session.query(Volunteer).count() == 1
    assert len(told(session, "volunteer.activated")) == 1


def test_a_code_stands_for_one_person(session: Session) -> None:
    apply_to_help(session, somebody())
    with pytest.raises(Conflict, match="registered with other data"):
        apply_to_help(session, somebody(name="王丽"))


def test_a_minor_needs_a_guardians_consent_and_an_adult_companion(session: Session) -> None:
    register(session, "V001")
    alone = apply_to_help(session, a_pupil("V900", guardian=None))
    assert alone["minor"]
    assert alone["lacking"] == ["guardian", "companion"]
    with pytest.raises(Invalid, match="without an adult companion; give the code"):
        activate(session, alone["id"])
    cared_for = apply_to_help(session, a_pupil("V901", companion="V001"))
    assert activate(session, cared_for["id"])["guardian_consent"]


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"birth_date": "2027-01-01"}, "birth_date", "does not lie in the past; check the year"),
        ({"birth_date": "1870-01-01"}, "birth_date", "more than 120 years ago; check the year"),
        ({"phone": "12345"}, "phone", "is not a phone number; write it as"),
        (
            {"identity_number": "２１０１０３１９７００５１７００２１"},
            "identity_number",
            "; give 17 digits",
        ),
        ({"identity_number": "210103197005170022"}, "identity_number", "wrong check character; "),
        ({"identity_number": "210103197105170029"}, "identity_number", "with the birth date; "),
        ({"identity_number": IDENTITY, "gender": "male"}, "identity_number", "with the gender; "),
        ({"partner": "P09"}, "partner", "no partner of this community; register the partner"),
        ({"companion": "V001"}, "companion", "register the adult first"),
        ({"companion": "V900"}, "companion", "is under age; name an adult"),
        ({"clearances": [CHECKED | {"issued_on": "2026-11-24"}]}, "clearances", "in the future; "),
        ({"clearances": [CHECKED, CHECKED]}, "clearances", "one clearance twice; "),
        (
            {"guardian": {"name": "赵", "phone": "1", "consented_on": "2026-11-24"}},
            "guardian.phone",
            "is not a phone number; ",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_field_and_remedy(
    session: Session, changes: dict[str, Any], field: str, problem: str
) -> None:
    apply_to_help(session, a_pupil("V900"))
    found = refusals(session, somebody(**changes))
    assert problem in found[field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hobby": "chess"}, "hobby"),
        ({"kind": "robot"}, "kind"),
        ({"capacity": 21}, "capacity"),
        ({"capacity": "2"}, "capacity"),
        ({"latitude": 91}, "latitude"),
        ({"code": "V 1"}, "code"),
        ({"name": "  "}, "name"),
        (
            {"availability": [{"weekday": 8, "start": "09:00", "end": "10:00"}]},
            "availability.0.weekday",
        ),
        ({"clearances": [CHECKED | {"expires_on": "2025-01-01"}]}, "clearances.0.expires_on"),
    ],
)
def test_the_door_refuses_what_the_contract_does_not_know(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        load(who.RegisterVolunteer(), somebody(**changes) | {"community": HERE})
    ((path, text),) = flatten(caught.value.details)
    assert path == field
    assert "; " in text


def test_one_identity_number_belongs_to_one_volunteer(session: Session) -> None:
    apply_to_help(session, somebody("V001", identity_number=IDENTITY))
    found = refusals(session, somebody("V002", identity_number=IDENTITY))
    assert found["identity_number"] == (
        "belongs to volunteer V001; use that code instead of a new one"
    )


def test_personal_data_is_sealed_in_every_raw_row(session: Session) -> None:
    apply_to_help(session, a_pupil("V901", identity_number=None))
    apply_to_help(session, somebody("V001", identity_number=IDENTITY))
    session.commit()
    raw = repr(session.connection().exec_driver_sql("SELECT * FROM volunteers").fetchall())
    secrets = ("沈丽华", "赵小明", "赵建国", "13800138000", "13900139000", IDENTITY, "1970-05-17")
    for secret in secrets:
        assert secret not in raw
        assert secret.encode().hex() not in raw
        assert repr(secret.encode())[2:-1] not in raw


def test_an_erased_person_reads_as_nobody(session: Session) -> None:
    apply_to_help(session, somebody())
    volunteer = session.get_one(Volunteer, f"{HERE}-V001")
    volunteer.data_key = b""
    session.commit()
    session.expire_all()
    assert volunteer.name is None
    assert volunteer.phone is None


def test_a_view_and_its_sql_hold_no_personal_data(session: Session) -> None:
    apply_to_help(session, somebody())
    session.commit()
    session.expire_all()
    page = listed.find_volunteers(
        session, {"community": HERE, "state": None, "kind": None, "page": 1, "size": 50}, TODAY
    )
    assert page["total"] == 1
    shown = who.VolunteerPage().dump(page)
    assert "沈丽华" not in repr(shown)
    assert "name_sealed" in sa.inspect(session.get_one(Volunteer, f"{HERE}-V001")).unloaded


def test_personal_data_is_shown_to_the_communitys_staff_and_each_showing_is_kept(
    session: Session,
) -> None:
    key = register(session)
    asked = {"volunteer": key, "purpose": "call before the visit"}
    shown = reveal.reveal_volunteer(session, asked, now=NOW, actor=STAFF)
    assert (shown["name"], shown["phone"]) == ("沈丽华", "+8613800138000")
    entry = session.execute(sa.select(audit_entries)).one()
    assert (entry.actor, entry.subject, entry.at) == (STAFF.id, key, NOW)
    assert (entry.fields, entry.purpose) == (["name", "phone"], "call before the visit")
    assert audit.verify(session, HERE) == audit.Verdict(HERE, entries=1)


def test_strangers_are_shown_nothing(session: Session) -> None:
    key = register(session)
    stranger = Actor("S09", "coordinator", (ELSEWHERE,))
    with pytest.raises(Forbidden):
        reveal.reveal_volunteer(
            session, {"volunteer": key, "purpose": "curiosity"}, now=NOW, actor=stranger
        )
    assert session.query(audit_entries).count() == 0


def test_tampering_with_the_audit_is_noticed(session: Session) -> None:
    key = register(session)
    reveal.reveal_volunteer(session, {"volunteer": key, "purpose": "x"}, now=NOW, actor=STAFF)
    session.execute(sa.text("DROP TRIGGER audit_entries_no_update"))
    session.execute(sa.text("UPDATE audit_entries SET actor = 'nobody'"))
    assert audit.verify(session, HERE).broken_at == f"{HERE}-A000001"


def test_a_renewed_clearance_opens_the_door_again(session: Session) -> None:
    key = register(session, clearances=[CHECKED | {"expires_on": "2026-11-01"}])
    data = load(who.GrantClearance(), CHECKED | {"volunteer": key, "issued_on": "2026-11-02"})
    for _ in range(2):
        view = people.grant_clearance(session, data, now=NOW, actor=OFFICE)
    assert len(view["clearances"]) == 2


def test_a_clearance_is_announced_once_and_not_when_renewed(session: Session) -> None:
    soon = CHECKED | {"expires_on": "2026-12-10"}
    register(session, "V001", clearances=[soon])
    register(session, "V002", clearances=[soon, CHECKED | {"issued_on": "2026-11-01"}])
    for expected in (1, 0):
        data = {"community": HERE, "today": TODAY}
        assert people.announce_clearances(session, data, now=NOW, notice_days=30) == {
            "announced": expected
        }
    (event,) = told(session, "clearance.expiring")
    assert event["clearance"] == f"{HERE}-V001-background_check-20260101"
    assert event["expires_on"] == "2026-12-10"


def test_an_active_volunteer_stays_complete(session: Session) -> None:
    key = register(session)
    data = load(who.ChangeVolunteer(), {"volunteer": key, "availability": []})
    with pytest.raises(Invalid, match="no weekly times"):
        people.change_volunteer(session, data, now=NOW, actor=OFFICE)


def test_a_change_leaves_the_rest_as_it_was(session: Session) -> None:
    key = register(session)
    data = load(who.ChangeVolunteer(), {"volunteer": key, "capacity": 3, "phone": "13700137000"})
    view = people.change_volunteer(session, data, now=NOW, actor=OFFICE)
    session.commit()
    volunteer = session.get_one(Volunteer, key)
    assert (view["capacity"], view["skills"]) == (3, ["company"])
    assert (volunteer.phone, volunteer.name) == ("+8613700137000", "沈丽华")


def test_who_left_may_only_apply_anew() -> None:
    with pytest.raises(Conflict, match="from left it may go to applied"):
        VOLUNTEER.check("V001", VolunteerState.LEFT, VolunteerState.ACTIVE)


def test_born_by_never_makes_anybody_older(session: Session) -> None:
    today = TODAY + timedelta(days=3)
    birth = today.replace(year=today.year - 18)
    view = apply_to_help(session, a_pupil("V902", birth_date=birth.isoformat()))
    assert view["minor"]


def test_staff_where_a_volunteer_is_paired_may_call_them(session: Session) -> None:
    pairing = proposed(session)
    assert match(session)["proposed"] == []
    volunteer = session.get_one(Volunteer, pairing.volunteer_id)
    volunteer.community = ELSEWHERE
    session.flush()
    shown = reveal.reveal_volunteer(
        session, {"volunteer": volunteer.id, "purpose": "visit"}, now=NOW, actor=STAFF
    )
    assert shown["name"] == "沈丽华"
