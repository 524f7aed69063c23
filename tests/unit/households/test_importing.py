"""Imports: all or nothing, each wrong record told by line, field and remedy."""

from households.models import Household, Need
from servicekit.db import audit_entries
from unit.households.givens import (
    HERE,
    HOME,
    Desk,
    Facts,
    a_head,
    a_household,
    a_need,
    a_record,
    another_household,
)


def a_need_record(**changes: object) -> Facts:
    return a_need() | {"household": "H001"} | changes


def test_new_households_are_registered_as_applicants(desk: Desk) -> None:
    report = desk.import_households(*map(a_record, (a_household(), another_household(2))))
    assert report == {"accepted": 2, "unchanged": 0, "refused": [], "stored": True}
    assert desk.news_types() == ["household.registered"] * 2
    assert desk.find_households(status="applicant")["total"] == 2


def test_importing_the_same_again_changes_and_publishes_nothing(desk: Desk) -> None:
    records = [a_record(a_household()), a_record(another_household(2))]
    desk.import_households(*records)
    desk.news()
    report = desk.import_households(*records, a_record(another_household(3)))
    assert (report["accepted"], report["unchanged"]) == (1, 2)
    assert [event["subject"] for event in desk.news()] == [f"{HERE}-H003"]


def test_a_dry_run_says_the_same_and_stores_nothing(desk: Desk) -> None:
    record = a_record(a_household())
    report = desk.import_households(record, dry_run=True)
    assert report == {"accepted": 1, "unchanged": 0, "refused": [], "stored": False}
    assert desk.session.query(Household).count() == 0
    assert desk.news() == []
    assert desk.import_households(record)["stored"]


def test_one_wrong_record_keeps_all_out_and_every_problem_is_told(desk: Desk) -> None:
    good, bad, worse, twice = (a_record(another_household(n)) for n in (2, 3, 4, 5))
    bad["members"] = [a_head(identity_number="1", phone="2"), {"role": "child", "name": "x"}]
    bad["latitude"] = 123.4
    worse["members"] = [a_head(identity_number="1"), a_head(role="other", phone="2")]
    twice["members"] = good["members"]
    report = desk.import_households(good, bad, worse, twice)
    assert not report["stored"]
    assert report["accepted"] == 1
    told = {(one["line"], one["field"]): one for one in report["refused"]}
    assert set(told) == {
        (3, "latitude"),
        (3, "members.1.identity_number"),
        (4, "members.0.identity_number"),
        (4, "members.1.phone"),
        (5, "members.0.identity_number"),
    }
    assert told[3, "members.1.identity_number"]["problem"] == "is missing"
    assert told[3, "members.1.identity_number"]["remedy"] == "give a value"
    assert (
        told[5, "members.0.identity_number"]["problem"]
        == "member 1 already belongs to household H002"
    )
    assert all(one["problem"] and one["remedy"] for one in report["refused"])
    assert desk.session.query(Household).count() == 0
    assert desk.news() == []


def test_other_facts_under_a_known_code_are_refused_by_field(desk: Desk) -> None:
    desk.register()
    report = desk.import_households(a_record(a_household(building="8", phone=None)))
    (refused,) = report["refused"]
    assert refused["field"] == "building, phone"
    assert refused["remedy"].startswith("use another code")


def test_a_record_without_a_line_is_told_by_its_place(desk: Desk) -> None:
    report = desk.import_households({"line": "four"}, {"line": None, "code": "H001"})
    assert {one["line"] for one in report["refused"]} == {1, 2}


def test_needs_go_by_the_code_of_their_household(desk: Desk) -> None:
    desk.register()
    desk.news()
    report = desk.import_needs(a_need_record(), a_need_record(service="shopping", skills=[]))
    assert (report["accepted"], report["stored"]) == (2, True)
    assert [need["id"] for need in desk.find_needs()["items"]] == [f"{HOME}-N1", f"{HOME}-N2"]
    assert desk.news() == []
    assert desk.import_needs(a_need_record(), a_need_record(code="N1"))["unchanged"] == 2


def test_wrong_needs_are_told_and_keep_the_right_ones_out(desk: Desk) -> None:
    desk.register()
    report = desk.import_needs(
        a_need_record(),
        a_need_record(household="H404"),
        a_need_record(service="tutoring"),
        a_need_record(minutes="much"),
        a_need_record(code="N1", minutes=90),
    )
    assert [(one["line"], one["field"]) for one in report["refused"]] == [
        (3, "household"),
        (4, "service"),
        (5, "minutes"),
        (6, "minutes"),
    ]
    assert all(one["remedy"] for one in report["refused"])
    assert desk.session.query(Need).count() == 0


def test_needs_of_verified_households_are_raised_at_once(desk: Desk) -> None:
    desk.register()
    desk.verify()
    desk.news()
    desk.import_needs(a_need_record())
    assert desk.news_types() == ["need.raised"]


def test_an_import_reveals_nothing_and_so_is_not_in_the_audit(desk: Desk) -> None:
    desk.import_households(a_record(a_household()))
    assert desk.session.query(audit_entries).count() == 0
