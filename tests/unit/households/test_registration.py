"""Registering a household."""

from typing import Any

import pytest

from households import contracts as c
from households.domain.codes import HouseholdStatus
from households.queries import views
from servicekit.errors import Conflict, Invalid, flatten
from servicekit.schemas import load
from unit.households.givens import (
    CHILD_NUMBER,
    ELSEWHERE,
    HEAD_NUMBER,
    HERE,
    HOME,
    NAME,
    PHONE,
    TODAY,
    Desk,
    a_child,
    a_consent,
    a_head,
    a_household,
    another_household,
    identity_number,
)


def test_a_registered_household_is_an_applicant_and_others_hear_where_it_is(desk: Desk) -> None:
    household = desk.register()
    assert (household.id, household.status) == (HOME, HouseholdStatus.APPLICANT)
    assert desk.news() == [
        {
            "type": "household.registered",
            "subject": HOME,
            "data": {
                "community": HERE,
                "version": 1,
                "household": HOME,
                "status": "applicant",
                "latitude": 41.796,
                "longitude": 123.456,
            },
        }
    ]


def test_its_people_and_consents_are_kept(desk: Desk) -> None:
    parent = a_head(
        role="parent",
        name="赵玉兰",
        identity_number=identity_number("19300101"),
        phone="18000004321",
    )
    desk.register(a_household(members=[a_head(disability="visual"), a_child(), parent]))
    desk.session.expire_all()
    household = desk.register(a_household(members=[a_head(disability="visual"), a_child(), parent]))
    assert [member.id for member in household.members] == [f"{HOME}-M{n}" for n in (1, 2, 3)]
    assert [member.name for member in household.members] == [NAME, "李浩然", "赵玉兰"]
    assert household.members[1].identity_number == CHILD_NUMBER
    assert household.members[0].disability == "visual"
    assert household.members[2].phone == "+8618000004321"
    assert household.phone == PHONE
    assert [consent.id for consent in household.consents] == [f"{HOME}-C-matching"]


def test_the_view_counts_people_and_names_nobody(desk: Desk) -> None:
    household = desk.register(a_household(members=[a_head(disability="physical"), a_child()]))
    view = c.HouseholdView().dump(views.household_view(household, day=TODAY))
    assert (view["size"], view["elderly"], view["minors"], view["disabled"]) == (2, 1, 1, 1)
    assert (view["gender"], view["minors_welcome"]) == ("any", True)
    assert NAME not in str(view)
    assert not {"address", "phone", "members", "data_key"} & view.keys()


def test_registering_an_equal_household_again_changes_and_publishes_nothing(desk: Desk) -> None:
    first = desk.register(a_household(members=[a_head(), a_child()]))
    desk.news()
    spelled_otherwise = a_household(
        members=[a_head(identity_number=f" {HEAD_NUMBER} "), a_child(disability="none")],
        phone="180 0000 1234",
        latitude=41.7962,
        restrictions={"gender": "any"},
    )
    assert desk.register(spelled_otherwise) is first
    assert first.version == 1
    assert desk.news() == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"building": "8"}, ["building"]),
        ({"phone": None}, ["phone"]),
        ({"address": "elsewhere", "latitude": 41.9}, ["address", "latitude"]),
        ({"members": [a_head(name="王桂芳")]}, ["members.0.name"]),
        (
            {"members": [a_head(grade=3, phone="18000001111")]},
            ["members.0.phone", "members.0.grade"],
        ),
        ({"members": [a_head(), a_child()]}, ["members"]),
        ({"restrictions": {"gender": "female"}}, ["restrictions.gender"]),
        ({"consent": [a_consent(given_on="2026-10-02")]}, ["consent.0.given_on"]),
    ],
)
def test_other_facts_under_the_same_code_are_a_conflict_that_names_them(
    desk: Desk, changes: dict[str, Any], fields: list[str]
) -> None:
    desk.register()
    with pytest.raises(Conflict) as refusal:
        desk.register(a_household(**changes))
    assert sorted(refusal.value.details["fields"]) == sorted(fields)
    assert all(field in str(refusal.value) for field in fields)


def test_nobody_lives_in_two_households_of_a_community(desk: Desk) -> None:
    desk.register()
    twice = another_household(
        2, members=[a_head(identity_number=identity_number("19700101")), a_head(role="parent")]
    )
    with pytest.raises(Conflict, match="member 2 already belongs to household H001; ") as refusal:
        desk.register(twice)
    assert refusal.value.details["household"] == "H001"
    assert HEAD_NUMBER not in str(refusal.value)


def test_another_community_may_know_the_same_person(desk: Desk) -> None:
    desk.register()
    assert desk.register(a_household(community=ELSEWHERE)).id == f"{ELSEWHERE}-H001"


def test_who_has_left_a_household_may_join_another(desk: Desk) -> None:
    desk.register()
    desk.leave("duplicate")
    assert desk.register(a_household(code="H002")).id == f"{HERE}-H002"


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"phone": "12345"}, "phone", "is not a phone number"),
        ({"members": [a_head(phone="x")]}, "members.0.phone", "is not a phone number"),
        (
            {"members": [a_head(identity_number="210103195001020029")]},
            "members.0.identity_number",
            "has a wrong check digit",
        ),
        (
            {"members": [a_head(), a_child(identity_number=HEAD_NUMBER)]},
            "members.0.identity_number",
            "is given to two members",
        ),
        ({"members": [a_head(), a_child(role="head")]}, "members", "do not name one head"),
        ({"members": [a_child()]}, "members", "do not name one head"),
        ({"consent": [a_consent(purpose="photo")]}, "consent", "does not cover matching"),
        ({"consent": [a_consent(), a_consent(by="guardian")]}, "consent", "is given twice"),
        ({"consent": [a_consent(given_on="2026-11-24")]}, "consent", "is dated in the future"),
        (
            {"members": [a_head(), a_child()], "consent": [a_consent(by="representative")]},
            "consent",
            "lacks a guardian's",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field_with_a_remedy(
    desk: Desk, changes: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.register(a_household(**changes))
    messages = dict(flatten(refusal.value.details))
    assert messages[field].startswith(told)
    assert "; " in messages[field]
    assert desk.news() == []
    assert desk.find_households()["total"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"community": "21010300800"}, "community"),
        ({"community": "２１０１０３００８００１"}, "community"),
        ({"code": "H 1"}, "code"),
        ({"code": ""}, "code"),
        ({"building": " "}, "building"),
        ({"address": "x" * 201}, "address"),
        ({"address": "a\x00b"}, "address"),
        ({"address": 5}, "address"),
        ({"latitude": 123.4, "longitude": 41.7}, "latitude"),
        ({"latitude": "nan"}, "latitude"),
        ({"longitude": None}, "longitude"),
        ({"members": []}, "members"),
        ({"members": "nobody"}, "members"),
        ({"members": [a_head(role="boss")]}, "members.0.role"),
        ({"members": [a_head(disability="some")]}, "members.0.disability"),
        ({"members": [a_head(grade=13)]}, "members.0.grade"),
        ({"members": [a_head(age=70)]}, "members.0.age"),
        ({"members": [{"role": "head"}]}, "members.0.name"),
        ({"restrictions": {"gender": "none"}}, "restrictions.gender"),
        ({"consent": []}, "consent"),
        ({"consent": [a_consent(purpose="everything")]}, "consent.0.purpose"),
        ({"consent": [a_consent(given_on="1.10.2026")]}, "consent.0.given_on"),
        ({"income": 3}, "income"),
    ],
)
def test_the_contract_names_the_field_and_the_remedy(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        load(c.RegisterHousehold(), a_household(**changes))
    messages = dict(flatten(refusal.value.details))
    assert field in messages
    assert "; " in messages[field]
