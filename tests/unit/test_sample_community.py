"""The sample community is what its README says, and its files are what its generator writes."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from stdnum.cn import ric

SAMPLE = Path(__file__).parents[2] / "examples" / "yonghuan"
REFERENCE_DATE = date(2026, 11, 23)

FILES = (
    "certified.csv",
    "households.csv",
    "impossible.csv",
    "needs.csv",
    "partners.csv",
    "staff.csv",
    "volunteers.csv",
)
SERVICES = {
    "elderly": {"company", "shopping", "cleaning", "escort", "phone_help"},
    "disability": {"escort", "shopping", "cleaning", "rehab_company"},
    "hardship": {"cleaning", "repair", "legal_advice", "job_advice", "supplies"},
    "schooling": {"tutoring", "reading", "art", "sport"},
}
SKILLS = set().union(*SERVICES.values()) - {"tutoring"} | {
    "tutoring_chinese",
    "tutoring_math",
    "tutoring_english",
}

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(cell: str) -> list[str]:
    return [value for value in cell.split("|") if value]


def age(born: date) -> int:
    birthday_to_come = (REFERENCE_DATE.month, REFERENCE_DATE.day) < (born.month, born.day)
    return REFERENCE_DATE.year - born.year - birthday_to_come


def age_of(member: Row) -> int:
    return age(ric.get_birth_date(member["identity_number"]))


@pytest.fixture(scope="module")
def members() -> list[Row]:
    return rows("households.csv")


@pytest.fixture(scope="module")
def volunteers() -> list[Row]:
    return rows("volunteers.csv")


@pytest.fixture(scope="module")
def needs() -> list[Row]:
    return rows("needs.csv")


@pytest.fixture(scope="module")
def homes(members: list[Row]) -> dict[str, list[Row]]:
    grouped = defaultdict(list)
    for member in members:
        grouped[member["household"]].append(member)
    return dict(grouped)


def test_a_fresh_run_of_the_generator_writes_the_committed_files(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(SAMPLE / "generate.py"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(fresh) == sorted(FILES)
    assert fresh == {name: (SAMPLE / name).read_bytes() for name in FILES}


@pytest.mark.parametrize("name", FILES)
def test_every_row_says_that_it_is_synthetic(name: str) -> None:
    assert {row["synthetic"] for row in rows(name)} == {"yes"}


def test_there_are_as_many_of_each_as_promised(homes: dict[str, list[Row]]) -> None:
    assert list(homes) == [f"H{number:03d}" for number in range(1, 69)]
    assert len(rows("volunteers.csv")) == 160
    assert len(rows("staff.csv")) == 9
    assert Counter(row["kind"] for row in rows("partners.csv")) == {
        "office": 1,
        "school": 1,
        "association": 5,
    }
    assert len(rows("needs.csv")) >= 110


def test_the_households_are_such_a_communitys(homes: dict[str, list[Row]]) -> None:
    def share(holds: list[bool]) -> float:
        return sum(holds) / len(homes)

    families = homes.values()
    assert 0.5 <= share([any(age_of(one) >= 60 for one in home) for home in families]) <= 0.65
    assert 0.25 <= share([any(one["disability"] != "none" for one in h) for h in families]) <= 0.35
    assert 0.25 <= share([any(one["grade"] for one in home) for home in families]) <= 0.35
    assert sum(len(home) == 1 and age_of(home[0]) >= 80 for home in families) >= 8
    assert {len(home) for home in families} == {1, 2, 3, 4, 5}


def test_what_belongs_to_the_household_stands_on_the_heads_row(homes: dict[str, list[Row]]) -> None:
    shared = "building address latitude longitude phone gender_wanted minors_welcome consent"
    for head, *others in homes.values():
        assert head["role"] == "head"
        assert all(head[column] for column in shared.split())
        assert not any(other[column] for other in others for column in shared.split())


def test_identity_numbers_are_valid_and_nobody_shares_one(
    members: list[Row], volunteers: list[Row]
) -> None:
    numbers = [row["identity_number"] for row in (*members, *volunteers)]
    assert [number for number in numbers if not ric.is_valid(number)] == []
    assert len(set(numbers)) == len(numbers)
    assert all(ric.get_birth_date(number) < REFERENCE_DATE for number in numbers)


def test_identity_numbers_agree_with_gender_and_birth_date(volunteers: list[Row]) -> None:
    for row in volunteers:
        number = row["identity_number"]
        assert f"{ric.get_birth_date(number)}" == row["birth_date"]
        assert row["gender"] == ("male" if int(number[16]) % 2 else "female")


def test_telephone_numbers_are_valid_and_nobody_shares_one(
    members: list[Row], volunteers: list[Row]
) -> None:
    people = (*members, *volunteers, *rows("staff.csv"))
    phones = [row["phone"] for row in people if row["phone"]]
    phones += [row["guardian_phone"] for row in volunteers if row["guardian_phone"]]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_names_are_two_or_three_chinese_characters(
    members: list[Row], volunteers: list[Row]
) -> None:
    people = (*members, *volunteers, *rows("staff.csv"))
    names = [row["name"] for row in people]
    names += [row["guardian_name"] for row in volunteers if row["guardian_name"]]
    assert [name for name in names if len(name) not in {2, 3}] == []
    assert all("\u4e00" <= character <= "\u9fff" for name in names for character in name)


def test_children_are_in_the_grade_of_their_age(members: list[Row]) -> None:
    for child in (member for member in members if member["grade"]):
        first_autumn = 2027 - int(child["grade"])
        born = ric.get_birth_date(child["identity_number"])
        assert date(first_autumn - 7, 9, 1) <= born <= date(first_autumn - 6, 8, 31)


def test_pupils_are_8_to_15_and_have_a_guardian_and_a_companion(volunteers: list[Row]) -> None:
    pupils = [row for row in volunteers if row["kind"] == "pupil"]
    assert len(pupils) == 50
    assert all(8 <= age(date.fromisoformat(row["birth_date"])) <= 15 for row in pupils)
    assert all(row["guardian_name"] and row["companion"] for row in pupils)
    without_consent = [row for row in pupils if not row["guardian_consented_on"]]
    assert len(without_consent) == 1


def test_companions_are_adults_who_go_with_three_pupils_at_most(volunteers: list[Row]) -> None:
    adults = {row["code"] for row in volunteers if age(date.fromisoformat(row["birth_date"])) >= 18}
    companions = Counter(row["companion"] for row in volunteers if row["companion"])
    assert set(companions) <= adults
    assert max(companions.values()) <= 3


def test_adults_have_no_guardian(volunteers: list[Row]) -> None:
    for row in volunteers:
        if row["kind"] != "pupil":
            assert not row["guardian_name"] + row["guardian_phone"] + row["companion"]


def test_two_volunteers_hold_an_expired_clearance(volunteers: list[Row]) -> None:
    expiry = {
        row["code"]: [c.split(":")[2] for c in listed(row["clearances"])] for row in volunteers
    }
    expired = [code for code, days in expiry.items() if any(day < "2026-11-23" for day in days)]
    assert len(expired) == 2


def test_references_lead_somewhere(
    homes: dict[str, list[Row]], volunteers: list[Row], needs: list[Row]
) -> None:
    partners = {row["code"] for row in rows("partners.csv")}
    assert {row["partner"] for row in volunteers} == partners
    assert {row["household"] for row in needs} == set(homes)
    assert [row["household"] for row in rows("certified.csv")] == list(homes)
    known = {(row["household"], row["number"]) for row in needs}
    assert len(known) == len(needs)
    assert {(row["household"], row["number"]) for row in rows("impossible.csv")} <= known


def test_needs_use_known_codes_and_all_four_aids(needs: list[Row]) -> None:
    assert all(row["service"] in SERVICES[row["aid_kind"]] for row in needs)
    assert all(set(listed(row["skills"])) <= SKILLS for row in needs)
    assert min(Counter(row["aid_kind"] for row in needs)[kind] for kind in SERVICES) >= 20


def test_needs_fit_the_people_of_the_household(
    homes: dict[str, list[Row]], needs: list[Row]
) -> None:
    for need in needs:
        home = homes[need["household"]]
        if need["aid_kind"] == "elderly":
            assert any(age_of(member) >= 60 for member in home), need
        if need["aid_kind"] == "disability":
            assert any(member["disability"] != "none" for member in home), need
        if need["aid_kind"] == "schooling":
            assert any(member["grade"] for member in home), need


def test_the_grade_of_a_tutoring_need_is_that_of_a_child_in_the_household(
    homes: dict[str, list[Row]], needs: list[Row]
) -> None:
    for need in needs:
        grades = {member["grade"] for member in homes[need["household"]]} - {""}
        assert bool(need["grade"]) == (need["service"] == "tutoring")
        assert not need["grade"] or need["grade"] in grades


def test_a_visit_fits_into_a_slot_of_the_need(needs: list[Row]) -> None:
    def minutes(slot: str) -> int:
        start, end = slot.split()[1].split("-")
        return int(end[:2]) * 60 + int(end[3:]) - int(start[:2]) * 60 - int(start[3:])

    for need in needs:
        assert int(need["minutes"]) <= max(minutes(slot) for slot in listed(need["slots"]))


def test_certificates_are_valid_on_the_reference_date() -> None:
    for row in rows("certified.csv"):
        assert row["certified_on"] <= f"{REFERENCE_DATE}" < row["valid_until"]
        assert row["income_stable"] in {"yes", "no"}


def test_needs_that_nobody_can_meet_fail_for_many_reasons() -> None:
    causes = Counter(row["cause"] for row in rows("impossible.csv"))
    assert 8 <= causes.total() <= 12
    assert len(causes) >= 8
