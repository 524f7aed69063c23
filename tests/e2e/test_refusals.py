"""What is wrong is refused: the answer names field and remedy, and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from servicekit.errors import Conflict, Invalid, NotFound, flatten, problem_and_remedy
from servicekit.testing import KEY
from stories import Rows, Story, told
from sunshine.place import Place
from sunshine.system import settle
from unit.households.givens import (
    HEAD_NUMBER,
    HERE,
    HOME,
    a_child,
    a_consent,
    a_head,
    a_household,
    a_need,
    another_household,
    identity_number,
    tutoring,
)
from unit.volunteers.neighbourhood import CHECKED, a_pupil, somebody
from volunteers.domain.codes import DeclineReason

TODAY, TOMORROW = "2026-11-23", "2026-11-24"  # on the story's clock
MONDAY = {"weekday": 1, "start": "09:00", "end": "11:00"}
FAMILY = f"{HERE}-H002"
MATCHED, PROPOSED, OPEN = f"{HOME}-N1", f"{HOME}-N2", f"{HOME}-N3"
FOR_A_CHILD = f"{FAMILY}-N1"
UNCLEARED, CLEARED = f"{HERE}-V001", f"{HERE}-V002"
BUSY = UNCLEARED  # with the one pairing there is room for
STARTED, WAITING = f"{MATCHED}-A1", f"{PROPOSED}-A1"
LOGGED, UPCOMING = f"{STARTED}-20261123T0900", f"{STARTED}-20261130T0900"
NOBODY = f"{HERE}-H777-N1"
GONE, LATE, EVENING = f"{HERE}-V003", f"{HERE}-H003", f"{HERE}-T01-20261124"
GIFT, PROJECT, ENROLLED = f"{HERE}-G001", f"{HERE}-J001", f"{EVENING}-F001-1"
ENDED = {"on": TODAY, "reason": "need_met"}
REASON = next(iter(DeclineReason)).value
GUARDIAN = {"name": "赵建国", "phone": "13900139000"}


Everything = tuple[Rows, list[str]]
"""All rows, and the ids of all events."""


class World:
    """Two households with four needs, two volunteers, a pairing at work and one proposed."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.households("register_household", **a_household())
        family = [another_household(2)["members"][0], a_child()]
        consent = [a_consent(by="guardian")]
        self.households(
            "register_household", **another_household(2, members=family, consent=consent)
        )
        for household in (HOME, FAMILY):
            self.households("verify_household", **seen(household=household))
        needs = [a_need(code=f"N{number}") for number in (1, 2, 3)]
        for need in (*needs, tutoring(household=FAMILY)):
            self.households("raise_need", **need | {"slots": [MONDAY], "starts_on": TODAY})
        times = {"community": HERE, "availability": [MONDAY]}
        self.volunteers("register_volunteer", **somebody("V001", capacity=1, **times))
        self.volunteers("register_volunteer", **somebody("V002", clearances=[CHECKED], **times))
        for volunteer in (UNCLEARED, CLEARED):
            self.volunteers("activate_volunteer", volunteer=volunteer)
        settle(story.system)
        self.pair()
        self.go_on()
        settle(story.system)

    def go_on(self) -> None:
        """One of each other thing, early or late in its life."""
        gone = somebody("V003", community=HERE, phone="13900139003")
        self.volunteers("register_volunteer", **gone)
        self.volunteers("release_volunteer", volunteer=GONE, reason="own_wish")
        self.households("register_household", **another_household(3))
        self.households("exit_household", household=LATE, reason="deceased", on=TODAY)
        self.households("raise_concern", household=HOME, kind="money")
        self.households("request_referral", concern=f"{HOME}-C1", profession="social_work")
        self.volunteers("reverse_hours", visit=LOGGED, reason="duplicate")
        self.volunteers("offer_gift", community=HERE, kind="food", title="大米")
        school = {"code": "P01", "name": "实验学校", "kind": "school"}
        self.volunteers("register_partner", community=HERE, **school)
        plan = {"title": "阳光陪伴", "route": "awarded", "partner": f"{HERE}-P01"}
        period = {"starts_on": TODAY, "ends_on": "2027-02-01"}
        self.volunteers("draft_project", community=HERE, **plan, **period)
        evening = {"code": "T01", "kind": "talk", "title": "家长夜谈", "place": "活动室"}
        times = {"starts_on": TOMORROW, "ends_on": TOMORROW, "start": "19:00", "end": "20:00"}
        self.volunteers("plan_activity", community=HERE, **evening, **times, capacity=9)
        self.volunteers("announce_activity", activity=f"{HERE}-T01")
        self.volunteers("register_participant", community=HERE, code="F001", name="冯志强")
        self.volunteers("enrol", session=EVENING, participants=[f"{HERE}-F001"])

    def pair(self) -> None:
        for need, volunteer in ((MATCHED, CLEARED), (PROPOSED, BUSY)):
            self.volunteers("propose_pairing", need=need, volunteer=volunteer, reason="they agree")
        self.volunteers("accept_pairing", pairing=STARTED)
        self.volunteers("start_pairing", pairing=STARTED, starts_on=TODAY)
        self.volunteers("log_visit", visit=LOGGED, outcome="done")

    def call(self, service: str, method: str, /, **data: Any) -> Any:
        return self.story.system.call(service, method, **data)

    def households(self, method: str, /, **data: Any) -> Any:
        return self.call("households", method, **data)

    def volunteers(self, method: str, /, **data: Any) -> Any:
        return self.call("volunteers", method, **data)

    def everything(self) -> Everything:
        """Every row, and every event that was told."""
        return self.story.rows(), [event["id"] for event in self.story.events]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    overrides = {"FIELD_KEY": KEY, "PROPOSE_AT_ONCE": "off"}
    with told(Place(tmp_path_factory.mktemp("refusals"), overrides=overrides)) as story:
        yield World(story)


@pytest.fixture(scope="module")
def before(world: World) -> Everything:
    return world.everything()


def registration(**changes: Any) -> dict[str, Any]:
    return another_household(9, **changes)


def member(**changes: Any) -> dict[str, Any]:
    facts = {"community": HERE, "code": "S09", "name": "沈丽华", "role": "coordinator"}
    return facts | changes


def volunteer(**changes: Any) -> dict[str, Any]:
    return somebody(**({"code": "V009", "community": HERE} | changes))


def seen(**changes: Any) -> dict[str, Any]:
    return {"household": HOME, "certified_on": "2026-11-20", "valid_until": "2027-11-20"} | changes


def pairing(need: str, who: str, reason: str = "they know each other") -> dict[str, Any]:
    return {"need": need, "volunteer": who, "reason": reason}


def slot(start: str, end: str, weekday: int = 6) -> list[dict[str, Any]]:
    return [{"weekday": weekday, "start": start, "end": end}]


BORN_TOMORROW = identity_number(TOMORROW.replace("-", ""))
ODD_CHECK_DIGIT = HEAD_NUMBER[:-1] + ("0" if HEAD_NUMBER[-1] != "0" else "1")

# what is wrong, the call, its data, and the field that the refusal has to name
WRONG_HOUSEHOLDS: list[tuple[str, str, dict[str, Any], str]] = [
    ("an unknown field", "register_household", registration(colour="blue"), "colour"),
    (
        "an unknown field of a member",
        "register_household",
        registration(members=[a_head(colour="blue")]),
        "members.0.colour",
    ),
    ("a missing field", "get_household", {}, "household"),
    ("nothing for something", "register_household", registration(building=None), "building"),
    ("a number for a text", "register_household", registration(building=7), "building"),
    ("a text for a number", "raise_need", a_need(minutes="an hour"), "minutes"),
    ("a fraction for a whole number", "raise_need", a_need(minutes=60.5), "minutes"),
    ("true for a number", "raise_need", a_need(minutes=True), "minutes"),
    ("too many minutes", "raise_need", a_need(minutes=10**30), "minutes"),
    ("an object for a list", "register_household", registration(members=a_head()), "members"),
    ("a list for an object", "register_household", registration(restrictions=[]), "restrictions"),
    ("a text for an object", "register_household", registration(members=["x"]), "members.0"),
    ("a number for a date", "raise_need", a_need(starts_on=20261201), "starts_on"),
    ("an unknown code", "raise_need", a_need(aid_kind="wealth"), "aid_kind"),
    ("a list for a code", "raise_need", a_need(aid_kind=["elderly"]), "aid_kind"),
    ("no community", "register_household", registration(community="yonghuan"), "community"),
    ("nowhere", "register_household", registration(latitude=float("nan")), "latitude"),
    ("a place abroad", "register_household", registration(latitude=0), "latitude"),
    ("a letter nobody can store", "register_household", registration(address="\0"), "address"),
    ("the 30th of February", "verify_household", seen(certified_on="2026-02-30"), "certified_on"),
    ("over before it began", "verify_household", seen(valid_until="2026-11-19"), "valid_until"),
    ("certified tomorrow", "verify_household", seen(certified_on=TOMORROW), "certified_on"),
    (
        "consent given tomorrow",
        "register_household",
        registration(consent=[a_consent(given_on=TOMORROW)]),
        "consent",
    ),
    ("ended before its start", "raise_need", a_need(ends_on="2026-11-30"), "ends_on"),
    ("a day of 25 hours", "raise_need", a_need(slots=slot("24:00", "25:00")), "slots.0.end"),
    ("a slot backwards", "raise_need", a_need(slots=slot("11:00", "09:00")), "slots.0.end"),
    ("an eighth day", "raise_need", a_need(slots=slot("09:00", "11:00", 8)), "slots.0.weekday"),
    (
        "a wrong check digit",
        "register_household",
        registration(members=[a_head(identity_number=ODD_CHECK_DIGIT)]),
        "members.0.identity_number",
    ),
    (
        "born in the future",
        "register_household",
        registration(members=[a_head(identity_number=BORN_TOMORROW)]),
        "members.0.identity_number",
    ),
    ("no phone number", "register_household", registration(phone="12345"), "phone"),
    ("no head", "register_household", registration(members=[a_child()]), "members"),
    ("a service of another kind", "raise_need", a_need(service="tutoring"), "service"),
    (
        "gone tomorrow",
        "exit_household",
        {"household": HOME, "reason": "income", "on": TOMORROW},
        "on",
    ),
]

WRONG_VOLUNTEERS: list[tuple[str, str, dict[str, Any], str]] = [
    ("an unknown field", "register_volunteer", volunteer(colour="blue"), "colour"),
    ("a wrong type", "register_volunteer", volunteer(capacity="two"), "capacity"),
    ("born tomorrow", "register_volunteer", volunteer(birth_date=TOMORROW), "birth_date"),
    ("born long ago", "register_volunteer", volunteer(birth_date="1850-01-01"), "birth_date"),
    ("born on no day", "register_volunteer", volunteer(birth_date="2001-02-29"), "birth_date"),
    ("no phone number", "register_volunteer", volunteer(phone="12345"), "phone"),
    (
        "a wrong check digit",
        "register_volunteer",
        volunteer(identity_number=ODD_CHECK_DIGIT),
        "identity_number",
    ),
    ("an unknown partner", "register_volunteer", volunteer(partner="P77"), "partner"),
    (
        "a clearance backwards",
        "register_volunteer",
        volunteer(clearances=[CHECKED | {"expires_on": "2025-12-31"}]),
        "clearances.0.expires_on",
    ),
    (
        "a clearance of tomorrow",
        "grant_clearance",
        CHECKED | {"volunteer": UNCLEARED, "issued_on": TOMORROW},
        "issued_on",
    ),
    (
        "consented tomorrow",
        "register_volunteer",
        a_pupil(community=HERE, guardian=GUARDIAN | {"consented_on": TOMORROW}),
        "guardian.consented_on",
    ),
    (
        "a child with an uncleared volunteer",
        "propose_pairing",
        pairing(FOR_A_CHILD, UNCLEARED),
        "volunteer",
    ),
    ("more than one can carry", "propose_pairing", pairing(OPEN, BUSY), "volunteer"),
    ("no reason", "propose_pairing", pairing(OPEN, CLEARED, " "), "reason"),
    ("by nobody", "decline_pairing", {"pairing": WAITING, "by": "me", "reason": REASON}, "by"),
    (
        "partial without minutes",
        "log_visit",
        {"visit": UPCOMING, "outcome": "partial"},
        "minutes",
    ),
    ("done beforehand", "log_visit", {"visit": UPCOMING, "outcome": "done"}, "outcome"),
    ("planned by hand", "log_visit", {"visit": LOGGED, "outcome": "planned"}, "outcome"),
    ("a day to come", "close_day", {"community": HERE, "day": TOMORROW}, "day"),
]

WRONG_STAFF: list[tuple[str, str, dict[str, Any], str]] = [
    ("an unknown field", "register_staff", member(colour="blue"), "colour"),
    ("no phone number", "register_staff", member(phone="12345"), "phone"),
    ("no e-mail address", "register_staff", member(email="somebody"), "email"),
    ("mail without an address", "register_staff", member(channels=["email"]), "email"),
    ("an unknown role", "register_staff", member(role="boss"), "role"),
    ("a page that is none", "find_staff", {"community": HERE, "page": 0}, "page"),
]

# what goes against what is there: the call, its data, and what the refusal speaks of
CONFLICTS: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("a second primary", "volunteers", "propose_pairing", pairing(MATCHED, BUSY), MATCHED),
    ("a second proposal", "volunteers", "propose_pairing", pairing(PROPOSED, CLEARED), PROPOSED),
    (
        "a start before acceptance",
        "volunteers",
        "start_pairing",
        {"pairing": WAITING, "starts_on": TOMORROW},
        WAITING,
    ),
    ("an end before the start", "volunteers", "end_pairing", ENDED | {"pairing": WAITING}, WAITING),
    (
        "a visit logged otherwise",
        "volunteers",
        "log_visit",
        {"visit": LOGGED, "outcome": "not_home"},
        LOGGED,
    ),
    (
        "a visit logged with other minutes",
        "volunteers",
        "log_visit",
        {"visit": LOGGED, "outcome": "done", "minutes": 5},
        LOGGED,
    ),
    (
        "somebody of another household",
        "households",
        "register_household",
        registration(members=[a_head()]),
        "member 1",
    ),
    (
        "a household's code given twice",
        "households",
        "register_household",
        a_household(phone=None),
        HOME,
    ),
    (
        "a volunteer's code given twice",
        "volunteers",
        "register_volunteer",
        volunteer(code="V001", phone=None),
        UNCLEARED,
    ),
    (
        "somebody who left is paused",
        "volunteers",
        "pause_volunteer",
        {"volunteer": GONE, "reason": "illness"},
        GONE,
    ),
    ("the dead are certified", "households", "verify_household", seen(household=LATE), LATE),
    ("a matched need is resumed", "households", "resume_need", {"need": MATCHED}, MATCHED),
    (
        "a referral before consent",
        "households",
        "accept_referral",
        {"referral": f"{HOME}-C1-F1"},
        f"{HOME}-C1-F1",
    ),
    (
        "reversed hours are disputed",
        "volunteers",
        "dispute_hours",
        {"visit": LOGGED, "reason": "other"},
        LOGGED,
    ),
    ("a pledge is delivered", "volunteers", "deliver_gift", {"gift": GIFT}, GIFT),
    (
        "a draft is settled",
        "volunteers",
        "move_project",
        {"project": PROJECT, "to": "settled"},
        PROJECT,
    ),
    ("nobody there leaves", "volunteers", "sign_out", {"enrolment": ENROLLED}, ENROLLED),
    ("a household nobody knows", "households", "get_household", {"household": NOBODY}, NOBODY),
    ("a need nobody knows", "volunteers", "propose_pairing", pairing(NOBODY, CLEARED), NOBODY),
    ("a volunteer nobody knows", "volunteers", "propose_pairing", pairing(OPEN, NOBODY), NOBODY),
]


def named(rows: list[Any]) -> list[Any]:
    return [pytest.param(*row[1:], id=row[0].replace(" ", "-")) for row in rows]


@pytest.mark.parametrize(("method", "data", "field"), named(WRONG_HOUSEHOLDS))
def test_what_is_wrong_about_a_household_is_refused_by_field(
    world: World, before: Everything, method: str, data: dict[str, Any], field: str
) -> None:
    refused_by_field(world, "households", method, data, field)
    assert world.everything() == before


@pytest.mark.parametrize(("method", "data", "field"), named(WRONG_VOLUNTEERS))
def test_what_is_wrong_about_a_volunteer_is_refused_by_field(
    world: World, before: Everything, method: str, data: dict[str, Any], field: str
) -> None:
    refused_by_field(world, "volunteers", method, data, field)
    assert world.everything() == before


@pytest.mark.parametrize(("method", "data", "field"), named(WRONG_STAFF))
def test_what_is_wrong_about_the_staff_is_refused_by_field(
    world: World, before: Everything, method: str, data: dict[str, Any], field: str
) -> None:
    refused_by_field(world, "notifications", method, data, field)
    assert world.everything() == before


@pytest.mark.parametrize(("service", "method", "data", "thing"), named(CONFLICTS))
def test_what_goes_against_what_is_there_is_refused(
    world: World, before: Everything, service: str, method: str, data: dict[str, Any], thing: str
) -> None:
    with pytest.raises((Conflict, NotFound)) as refused:
        world.call(service, method, **data)
    problem, remedy = problem_and_remedy(str(refused.value))
    assert thing in problem
    assert remedy
    assert world.everything() == before


def refused_by_field(
    world: World, service: str, method: str, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        world.call(service, method, **data)
    messages = dict(flatten(refused.value.details))
    assert set(messages) == {field}
    problem, remedy = problem_and_remedy(messages[field])
    assert problem
    assert remedy
    assert f"{field}: {problem}; {remedy}" in str(refused.value)
