"""Files of partners and volunteers: everything or nothing, and every refusal with its remedy."""

from typing import Any

from sqlalchemy.orm import Session

from servicekit.testing import published
from unit.volunteers.neighbourhood import HERE, NOW, OFFICE, a_pupil, a_school, somebody, told
from volunteers.contracts import people as who
from volunteers.models import Partner, Volunteer
from volunteers.usecases import importing


def bring(
    session: Session, records: list[dict[str, Any]], *, dry_run: bool = False
) -> dict[str, Any]:
    lines = [{"line": line, **record} for line, record in enumerate(records, 2)]
    data = {"community": HERE, "records": lines, "dry_run": dry_run}
    return importing.import_volunteers(session, data, now=NOW, actor=OFFICE)


def bring_partners(session: Session, *records: dict[str, Any]) -> dict[str, Any]:
    lines = [{"line": line, **record} for line, record in enumerate(records, 2)]
    data = {"community": HERE, "records": lines, "dry_run": False}
    return importing.import_partners(session, data, now=NOW, actor=OFFICE)


def states(session: Session) -> dict[str, str]:
    session.flush()
    return {row.code: str(row.state) for row in session.query(Volunteer)}


def test_the_complete_become_active_and_the_others_wait(session: Session) -> None:
    records = [
        a_pupil("V900", companion="V001"),  # named on a later line
        somebody("V001"),
        somebody("V002", availability=[]),
        a_pupil("V901", guardian=None),
    ]
    assert bring(session, records) == {"accepted": 4, "unchanged": 0, "refused": []}
    session.commit()
    assert states(session) == {
        "V001": "active",
        "V002": "screening",
        "V900": "active",
        "V901": "screening",
    }
    assert len(told(session, "volunteer.registered")) == 4
    assert [each["version"] for each in told(session, "volunteer.activated")] == [2, 2]


def test_importing_again_changes_nothing(session: Session) -> None:
    records = [somebody("V001"), a_pupil("V900", companion="V001")]
    bring(session, records)
    before = published(session)
    assert bring(session, records) == {"accepted": 0, "unchanged": 2, "refused": []}
    assert published(session) == before


def test_one_bad_line_and_nothing_is_stored(session: Session) -> None:
    records = [
        somebody("V001"),
        somebody("V002", phone="110"),
        somebody("V003", capacity="many", hobby="chess"),
        somebody("V004", partner="P77"),
    ]
    answer = bring(session, records)
    assert answer["accepted"] == 1
    assert answer["refused"] == [
        {
            "line": 3,
            "field": "phone",
            "problem": "is not a phone number",
            "remedy": "write it as 13800138000, or with the country code as +86 24 2345 6789",
        },
        {
            "line": 4,
            "field": "capacity",
            "problem": "is not a whole number",
            "remedy": "give digits only",
        },
        {
            "line": 4,
            "field": "hobby",
            "problem": "is not known here",
            "remedy": "remove it or check its spelling",
        },
        {
            "line": 5,
            "field": "partner",
            "problem": "P77 is no partner of this community",
            "remedy": "register the partner first",
        },
    ]
    assert states(session) == {}
    assert published(session) == []
    assert who.ImportView().dump(answer) == answer


def test_a_dry_run_stores_nothing(session: Session) -> None:
    assert bring(session, [somebody("V001")], dry_run=True)["accepted"] == 1
    assert states(session) == {}


def test_a_code_or_an_identity_number_on_two_lines_is_refused(session: Session) -> None:
    number = "210103197005170021"
    answer = bring(
        session,
        [
            somebody("V001"),
            somebody("V001", name="王丽"),
            somebody("V002", identity_number=number),
            somebody("V003", identity_number=number),
        ],
    )
    assert [(row["line"], row["field"]) for row in answer["refused"]] == [
        (2, "code"),
        (3, "code"),
        (5, "identity_number"),
    ]


def test_a_known_code_with_other_data_is_refused(session: Session) -> None:
    bring(session, [somebody("V001")])
    (refusal,) = bring(session, [somebody("V001", name="王丽")])["refused"]
    assert refusal["problem"] == "is registered with other data"


def test_no_refusal_repeats_a_persons_name_or_number(session: Session) -> None:
    record = somebody("V001", phone="1380013800x", identity_number="210103197005170022")
    assert not any(
        secret in repr(bring(session, [record]))
        for secret in ("沈丽华", "1380013800x", "210103197005170022")
    )


def test_partners_come_first_and_only_once(session: Session) -> None:
    school = {"code": "P01", "name": "实验学校", "kind": "school"}
    chorus = {"code": "P02", "name": "合唱协会", "kind": "association"}
    assert bring_partners(session, school, chorus)["accepted"] == 2
    assert bring_partners(session, school, chorus)["unchanged"] == 2
    a_school(session)
    assert session.query(Partner).count() == 2
    (refusal,) = bring_partners(session, school | {"kind": "company"})["refused"]
    assert (refusal["line"], refusal["field"]) == (2, "code")
    assert bring(session, [somebody(partner="P01")])["accepted"] == 1


def test_a_line_without_its_number_is_refused_all_the_same(session: Session) -> None:
    data = {"community": HERE, "records": [somebody("V001")], "dry_run": False}
    answer = importing.import_volunteers(session, data, now=NOW, actor=OFFICE)
    assert [(row["line"], row["field"]) for row in answer["refused"]] == [(None, "line")]
