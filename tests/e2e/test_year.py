"""A year of a part of the sample community, over RabbitMQ and PostgreSQL: it all adds up."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from servicekit import clock
from stories import ServersPlace, Story, part_of_the_sample, tables_at, told
from sunshine import giving, recognising, sample, together
from sunshine.place import SERVICES
from sunshine.sample import COMMUNITY, at, pages
from sunshine.system import settle
from volunteers.domain.projects import Route, gates

HOUSEHOLDS = int(os.environ.get("YEAR_HOUSEHOLDS", "14"))  # 68 is the whole sample
FIRST, LAST = sample.FIRST_DAY, sample.FIRST_DAY + timedelta(days=364)
EVENINGS, TEACHERS, CAMP_DAYS = 12, 60, 2
ASSOCIATIONS = ("P03", "P04", "P05", "P06", "P07")
SPAN = {"from": FIRST.isoformat(), "until": LAST.isoformat()}

Raw = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def year(
    tmp_path_factory: pytest.TempPathFactory,
    rabbitmq_uri: str,
    make_database: Callable[[str], str],
) -> Iterator[Story]:
    urls = {name: make_database(f"{name}_year") for name in SERVICES}
    folder = tmp_path_factory.mktemp("year")
    examples = part_of_the_sample(folder, HOUSEHOLDS)
    with (
        told(ServersPlace(folder / "place", rabbitmq_uri, urls)) as story,
        patch.object(sample, "find_examples", lambda: examples),
    ):
        begin(story)
        for number in range(1, 13):
            month(story, number)
        finish(story)
        yield story


def begin(story: Story) -> None:
    """Everybody is there, pairings run, five associations meet, projects are planned."""
    system = story.system
    story.prepare()
    plan = sample.Story(
        match=system.call("volunteers", "match", community=COMMUNITY, dry_run=False)
    )
    sample.accept_all(system, plan, lambda *_: None)
    together.meet(system)
    together.announce_break(story.place.broker, FIRST + timedelta(56), FIRST + timedelta(80))
    summer = {"code": "SUMMER", "starts_on": "2027-07-12", "ends_on": "2027-08-20"}
    system.call("volunteers", "announce_break", community=COMMUNITY, **summer)
    for code, title, papers, days in together.SERVICES:
        facts = {"code": code, "title": title, "papers": papers, "working_days": days}
        system.call("volunteers", "offer_service", community=COMMUNITY, **facts)
    for number, partner in enumerate(ASSOCIATIONS, 1):
        for member in (number, number + 1):
            person = f"{COMMUNITY}-F{member:03}"
            facts = {"association": f"{COMMUNITY}-{partner}", "participant": person}
            system.call("volunteers", "join_association", **facts)
        monthly = {"rule": "FREQ=MONTHLY;BYDAY=1SA", "start": "07:00", "end": "08:00"}
        day = {"starts_on": (FIRST + timedelta(1)).isoformat(), "ends_on": LAST.isoformat()}
        meeting = together.plan(
            system, f"M{number:02}", "meeting", "例会", host=partner, **monthly, **day
        )
        system.call("volunteers", "announce_activity", activity=meeting)
    giving.plan_projects(system, FIRST + timedelta(30))
    settle(system)


def month(story: Story, number: int) -> None:
    """Thirty days: a club evening, five requests of teachers, what the month has, its visits."""
    system, day = story.system, FIRST + timedelta(days=30 * number)
    clock.travel(at(day - timedelta(days=16), 9))
    projects(story, number)
    evening = day - timedelta(days=15)
    clock.travel(at(evening, 20))
    together.hold_talk(system, evening, f"T{number:02}", f"家长夜谈 {number}")
    if number in (2, 8):
        camp(story, "WINTER" if number == 2 else "SUMMER")
    clock.travel(at(day, 19))
    for each in range(TEACHERS // 12):
        teacher(story, 5 * number + each, day)
    if number % 4 == 0:
        gifts(story)
        care(story, number, day)
    visits(story, day)
    settle(system)


def projects(story: Story, number: int) -> None:
    """What is due this month on each route, from the draft to settled."""
    gate = {2: ("approved", "running"), 5: ("midterm",), 8: ("closing",), 9: ("settled",)}
    drafted = list(pages(story.system, "volunteers", "find_projects"))
    if number == 1:
        (draft,) = [each["id"] for each in drafted if each["state"] == "draft"]
        giving.lead(story.system, draft, "publicised")
    director = giving.staff_of(story.system)["director"]
    for project in drafted if number in gate else ():
        papers = {
            paper for each in gates(Route(project["route"])).values() for paper in each.papers
        }
        for paper in papers:
            filed = {"project": project["id"], "paper": paper.value, "reference": "永环〔2027〕3号"}
            director.call("volunteers", "file_paper", **filed)
        if number == 8:
            lines = director.call("volunteers", "get_project", project=project["id"])["lines"]
            spent = [line["planned"] for line in lines]
            director.call("volunteers", "record_spending", project=project["id"], actuals=spent)
        for state in gate[number]:
            director.call("volunteers", "move_project", project=project["id"], to=state)


def camp(story: Story, holiday: str) -> None:
    """The first days of a camp: enrolled, confirmed, signed in and out to people who are known."""
    system, code = story.system, f"C{holiday[0]}"
    facts: dict[str, Any] = {"break": holiday, "start": "09:00", "end": "16:00", "ratio": 4}
    planned = together.plan(system, code, "camp", "大本营", **facts, capacity=12, age_until=16)
    sittings = list(pages(system, "volunteers", "find_sessions", activity=planned, **SPAN))
    sittings = sittings[:CAMP_DAYS]
    for sitting in sittings:
        for volunteer in together.cleared(system)[:2]:
            staff = {"session": sitting["id"], "volunteer": volunteer}
            system.call("volunteers", "staff_session", **staff)
    system.call("volunteers", "announce_activity", activity=planned)
    for sitting in sittings:
        clock.travel(at(date.fromisoformat(sitting["on"]) - timedelta(days=1), 9))
        together.enrol(system, sitting["id"], "K001", "K002")
        for number in range(3, 13):
            together.enrol(system, sitting["id"], f"K{number:03}")
        wishes = {"session": sitting["id"], "size": 500}
        found = system.call("volunteers", "find_enrolments", **wishes)["items"]
        offered = [each for each in found if each["state"] == "offered"]
        for each in offered:
            system.call("volunteers", "confirm_enrolment", enrolment=each["id"])
        clock.travel(at(date.fromisoformat(sitting["on"]), 9))
        for each in offered:
            system.call("volunteers", "sign_in", enrolment=each["id"])
        clock.travel(at(date.fromisoformat(sitting["on"]), 16))
        roll = system.call("volunteers", "session_roll", session=sitting["id"], purpose="sign-out")
        for each in roll["items"]:
            if each["state"] == "attended":
                leaves = {"enrolment": each["id"], "pick_up": each["pick_ups"][0]["id"]}
                system.call("volunteers", "sign_out", **leaves)
        system.call("volunteers", "close_session", session=sitting["id"])


def teacher(story: Story, number: int, day: date) -> None:
    """Somebody asks for a service at the door, and mostly gets it."""
    asked = {
        "item": f"{COMMUNITY}-{together.SERVICES[number % 3][0]}",
        "participant": f"{COMMUNITY}-L{number % together.TEACHERS + 1:03}",
        "place": "实验学校教师办公室",
    }
    request = story.system.call("volunteers", "request_service", **asked)["id"]
    given: dict[str, dict[str, Any]] = {
        "assign": {"staff": sample.COORDINATOR},
        "schedule": {"on": day.isoformat(), "at": "23:00"},
        "finish": {},
        "rate": {"rating": 5},
    }
    if number % 10 == 0:
        story.system.call("volunteers", "withdraw_service", request=request)
        return
    for step, facts in given.items():
        story.system.call("volunteers", f"{step}_service", request=request, **facts)


def gifts(story: Story) -> None:
    """Things are given away to whom they suit; what suits nobody is let go."""
    coordinator = story.system.acting(sample.COORDINATOR, "coordinator", COMMUNITY)
    for kind, title, quantity, partner, _ in giving.GIFTS:
        facts: dict[str, Any] = {"kind": kind, "title": title, "quantity": quantity}
        if partner:
            facts["partner"] = f"{COMMUNITY}-{partner}"
        gift = coordinator.call("volunteers", "offer_gift", community=COMMUNITY, **facts)["id"]
        if coordinator.call("volunteers", "suggest_gift_needs", gift=gift)["items"]:
            giving.go(story.system, gift, giving.WAY)
        else:
            coordinator.call("volunteers", "expire_gift", gift=gift)


def care(story: Story, number: int, day: date) -> None:
    """A concern is referred, consented to, accepted and closed."""
    coordinator = story.system.acting(sample.COORDINATOR, "coordinator", COMMUNITY)
    worker = story.system.acting(sample.SOCIAL_WORKER, "social_worker", COMMUNITY)
    about = {"household": f"{COMMUNITY}-H{number:03}", "kind": "mental"}
    concern = coordinator.call("households", "raise_concern", **about)["id"]
    wanted = {"concern": concern, "profession": "social_work"}
    referral = coordinator.call("households", "request_referral", **wanted)["id"]
    agreed = {"basis": "head", "on": day.isoformat()}
    coordinator.call("households", "consent_referral", referral=referral, **agreed)
    worker.call("households", "accept_referral", referral=referral)
    worker.call("households", "close_referral", referral=referral, outcome="helped")


def visits(story: Story, day: date) -> None:
    """The month's visits are reported in one evening, and their hours verified."""
    system = story.system
    until = {"community": COMMUNITY, "until": day.isoformat()}
    system.call("volunteers", "plan_visits", **until)
    span = {"from": FIRST.isoformat(), "until": day.isoformat()}
    for visit in list(pages(system, "volunteers", "find_visits", state="planned", **span)):
        report = sample.outcome_of(visit["id"]) or {"outcome": "not_home"}
        system.call("volunteers", "log_visit", visit=visit["id"], **report)
    system.call("volunteers", "verify_hours", **until)


def finish(story: Story) -> None:
    """Training, claims, honours; a certificate for whoever has served."""
    clock.travel(at(LAST, 20))
    recognising.recognise(story.system, LAST)
    for volunteer in served(raw(story)):
        asked = {"volunteer": volunteer, **SPAN}
        story.system.call("volunteers", "issue_certificate", **asked)
    settle(story.system)


def raw(story: Story) -> Raw:
    """Every row of the volunteers' database, as it is."""
    url = story.place.url_of("volunteers")
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
                for table in tables_at(url)
            }
    finally:
        engine.dispose()


def believed(rows: Raw) -> list[dict[str, Any]]:
    """Verified entries whose work was not reversed, each work once."""
    entries = [
        each | {"work": each["visit_id"] or each["top_up_id"]} for each in rows["hour_entries"]
    ]
    gone = {each["work"] for each in entries if each["state"] == "reversed"}
    return [each for each in entries if each["state"] == "verified" and each["work"] not in gone]


def served(rows: Raw) -> list[str]:
    return sorted({each["volunteer_id"] for each in believed(rows)})


def test_the_year_had_all_that_a_year_has(year: Story) -> None:
    rows = raw(year)
    kinds = Counter(
        activity["kind"]
        for activity in rows["activities"]
        if any(
            sitting["activity_id"] == activity["id"] and sitting["state"] == "closed"
            for sitting in rows["sessions"]
        )
    )
    assert (kinds["camp"], kinds["talk"]) == (2, EVENINGS)
    assert len(rows["service_requests"]) == TEACHERS
    assert {each["association_id"][13:] for each in rows["members"]} == set(ASSOCIATIONS)
    assert {each["route"]: each["state"] for each in rows["projects"]} == dict.fromkeys(
        ("purchased", "subsidised", "awarded"), "settled"
    )
    assert Counter(each["state"] for each in rows["gifts"])["receipted"] >= 6
    assert len(rows["certificates"]) >= len(served(rows)) > 5
    referrals = pages(year.system, "households", "find_referrals")
    assert [each["status"] for each in referrals] == ["closed"] * 3


def test_nothing_is_parked_and_every_service_is_well(year: Story) -> None:
    for service in SERVICES:
        status = year.system.call(service, "status")
        assert (status["parked"], status["unroutable"], status["alarms"]) == (0, 0, []), service


def test_the_shared_ledger_balances_in_each_month_and_the_months_make_the_year(
    year: Story,
) -> None:
    book = year.system.call("volunteers", "reciprocity", community=COMMUNITY, **SPAN)
    assert len(book["months"]) >= 12
    for each in (book, *book["months"]):
        given, received = summed(each["parties"], "given"), summed(each["parties"], "received")
        assert given == received
    months = Counter[str]()
    for each in book["months"]:
        months.update(summed(each["parties"], "given"))
    assert months == summed(book["parties"], "given")
    assert all(months[unit] for unit in ("hours", "places", "services", "things"))


def summed(parties: list[dict[str, Any]], side: str) -> Counter[str]:
    total = Counter[str]()
    for party in parties:
        total.update(party[side])
    return total


def test_each_volunteers_hours_are_those_of_the_raw_rows(year: Story) -> None:
    minutes = Counter[str]()
    rows = raw(year)
    for entry in believed(rows):
        minutes[entry["volunteer_id"]] += entry["minutes"]
    for volunteer in served(rows):
        told_minutes = year.system.call("volunteers", "hours", volunteer=volunteer)
        assert told_minutes["verified"] == minutes[volunteer]


def test_every_indicator_equals_a_recount_and_every_budget_balances(year: Story) -> None:
    rows = raw(year)
    for project in pages(year.system, "volunteers", "find_projects"):
        shown = year.system.call("volunteers", "get_project", project=project["id"])
        span = date.fromisoformat(shown["starts_on"]), date.fromisoformat(shown["ends_on"])
        for goal in shown["goals"]:
            expected = recounted(rows, goal["indicator"], goal["aid_kind"], *span)
            assert goal["value"] == expected, (project["id"], goal)
        for total in shown["totals"]:
            assert total["planned_costs"] == total["planned_means"]
            assert total["actual_costs"] == total["actual_means"] == total["planned_costs"]


def recounted(rows: Raw, indicator: str, kind: str | None, since: date, until: date) -> int:
    """By hand, from rows alone."""
    pairings = {each["id"]: each for each in rows["pairings"]}
    needs = {each["id"]: each["aid_kind"] for each in rows["need_copies"]}
    held = [
        pairings[visit["pairing_id"]]
        for visit in rows["visits"]
        if visit["state"] in ("done", "partial") and since <= visit["on"] <= until
    ]
    held = [each for each in held if kind in (None, each["aid_kind"])]
    if indicator == "visits":
        return len(held)
    if indicator == "households":
        return len({each["household"] for each in held})
    if indicator == "volunteers":
        return len({each["volunteer_id"] for each in held})
    if indicator == "hours":
        kinds = {each["id"]: pairings[each["pairing_id"]]["aid_kind"] for each in rows["visits"]}
        kinds |= {each["id"]: each["aid_kind"] for each in rows["top_ups"]}
        minutes = [
            each["minutes"]
            for each in believed(rows)
            if since <= each["on"] <= until and kind in (None, kinds[each["work"]])
        ]
        total: int = sum(minutes)
        return total // 60
    gifts = {each["id"]: each for each in rows["gifts"]}
    receipts = defaultdict[str, int](int)
    for step in rows["gift_steps"]:
        if step["state"] == "receipted" and since <= step["on"] <= until:
            gift = gifts[step["gift_id"]]
            if kind in (None, needs[gift["need_id"]]):
                receipts[gift["id"]] = gift["quantity"]
    return sum(receipts.values())
