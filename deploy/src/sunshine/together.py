"""What the sample community does together: the camp, the club, the associations, the teachers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from servicekit import clock
from servicekit.events import EXCHANGE, Event, write
from servicekit.publishing import Outgoing, Publisher
from sunshine.sample import COMMUNITY, COORDINATOR, ZONE, at, pages
from sunshine.system import Remote

CHILDREN = 14
PARENTS = 8
TEACHERS = 6
SIBLINGS = ((1, 2), (5, 6), (9, 10, 11))
"""Children who ask to stay together; the others come alone."""
GROUNDS = ("low_income", "disability", "single_parent", "grandparents", "nobody_home")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈"
SERVICES = (
    ("B01", "居住证办理", ["身份证", "房屋证明"], 5),
    ("B02", "医保关系转移", ["身份证"], 10),
    ("B03", "生育服务登记", ["身份证", "结婚证"], 3),
)
WAY = ("assign", "schedule", "finish", "rate")
WEEKLY = {"P03": "太极晨练", "P04": "合唱排练"}
ASSOCIATIONS = WEEKLY | {"P05": "英语角", "P06": "书画会", "P07": "手工坊"}
"""Whose association meets for what."""
ADULTS = 3


def meet(system: Remote) -> None:
    """Everybody who takes part is registered."""
    for number in range(1, CHILDREN + 1):
        name = SURNAMES[number % len(SURNAMES)]
        facts: dict[str, Any] = {
            "birth_date": f"{2014 + number % 6}-05-17",
            "guardian": f"{name}家长",
            "phone": f"139000010{number:02}",
            "consented_on": clock.now().astimezone(ZONE).date().isoformat(),
            "grounds": GROUNDS[: number % 3],
            "pick_ups": [
                {"name": f"{name}奶奶", "phone": f"139000020{number:02}", "relation": "grandparent"}
            ],
        }
        _register(system, f"K{number:03}", f"{name}小朋友", **facts)
    for number in range(1, PARENTS + 1):
        _register(system, f"F{number:03}", f"{SURNAMES[number]}女士", birth_date="1962-03-08")
    for number in range(1, TEACHERS + 1):
        _register(system, f"L{number:03}", f"{SURNAMES[-number]}老师")


def _register(system: Remote, code: str, name: str, **facts: Any) -> None:
    person = {"community": COMMUNITY, "code": code, "name": name, **facts}
    system.call("volunteers", "register_participant", **person)


def announce_break(broker: str, starts_on: date, ends_on: date, code: str = "WINTER") -> None:
    """The school's system publishes a break."""
    data = {
        "community": COMMUNITY,
        "break": code,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
    }
    event = Event(
        type="break.announced",
        source="school",
        subject=f"{COMMUNITY}-{code}",
        id=f"break-{starts_on}",
        time=clock.now(),
        data=data,
    )
    body, headers = write(event)
    exchange = EXCHANGE.format("school")
    Publisher(broker).send([Outgoing(body, exchange, event.type, headers)])


def open_camp(system: Remote, *, days: int) -> None:
    """The camp of the break's first days: staffed, announced, enrolled; the first one confirms."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    camp = plan(
        system,
        "C01",
        "camp",
        "寒假大本营",
        **{"break": "WINTER", "start": "09:00", "end": "16:00"},
        capacity=12,
        ratio=4,
        age_from=6,
        age_until=13,
    )
    adults = cleared(system)
    for sitting in _sessions(system, camp)[:days]:
        for volunteer in adults[:2]:
            facts = {"session": sitting["id"], "volunteer": volunteer}
            coordinator.call("volunteers", "staff_session", **facts)
    coordinator.call("volunteers", "announce_activity", activity=camp)
    together = {number for party in SIBLINGS for number in party}
    alone = [(number,) for number in range(1, CHILDREN + 1) if number not in together]
    for sitting in _sessions(system, camp)[:days]:
        for party in (*SIBLINGS, *alone):
            offered = enrol(system, sitting["id"], *(f"K{number:03}" for number in party))
            if offered == "offered":
                first = f"{sitting['id']}-K{party[0]:03}-1"
                coordinator.call("volunteers", "confirm_enrolment", enrolment=first)


def hold_talk(system: Remote, day: date, code: str = "T01", title: str = "青春期怎么聊") -> None:
    """A parents' talk that evening: asked for, registered, attended, handed out."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    wish = {"title": title, "participant": f"{COMMUNITY}-F001"}
    topic = coordinator.call("volunteers", "wish_topic", community=COMMUNITY, **wish)
    talk = plan(system, code, "talk", title, starts_on=day.isoformat(), start="21:00", end="22:00")
    coordinator.call("volunteers", "take_up_topic", topic=topic["id"], activity=talk)
    coordinator.call("volunteers", "announce_activity", activity=talk)
    sitting = f"{talk}-{day:%Y%m%d}"
    for number in range(1, PARENTS + 1):
        enrol(system, sitting, f"F{number:03}")
    coordinator.call("volunteers", "ask_question", session=sitting, text="孩子不愿说话怎么办？")
    clock.travel(at(day, 21))
    for number in range(1, PARENTS):  # the last one stays away
        came = f"{sitting}-F{number:03}-1"
        coordinator.call("volunteers", "sign_in", enrolment=came)
    clock.travel(at(day, 22))
    coordinator.call("volunteers", "close_session", session=sitting)
    paper = {"title": "讲义", "address": "https://example.org/talk.pdf"}
    coordinator.call("volunteers", "add_material", session=sitting, **paper)


def found_associations(system: Remote, first: date, partners: dict[str, str], **rule: Any) -> None:
    """Associations with members, and a meeting that comes again and again from ``first`` on."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    rule = {"rule": "FREQ=WEEKLY;BYDAY=SA"} | rule
    for number, (partner, title) in enumerate(partners.items(), 1):
        for member in range(number, PARENTS, len(partners)):
            facts = {
                "association": f"{COMMUNITY}-{partner}",
                "participant": f"{COMMUNITY}-F{member:03}",
            }
            coordinator.call("volunteers", "join_association", **facts)
        when = {"starts_on": first.isoformat(), "start": "07:00", "end": "08:00", **rule}
        meeting = plan(system, f"M{number:02}", "meeting", title, host=partner, **when)
        coordinator.call("volunteers", "announce_activity", activity=meeting)


def hold_meetings(system: Remote, day: date) -> None:
    """Whoever is counted on at the associations' meetings of that day has come."""
    span = {"from": day.isoformat(), "until": day.isoformat(), "state": "announced"}
    for sitting in pages(system, "volunteers", "find_sessions", **span):
        if sitting["kind"] == "meeting":
            _attend(system, sitting["id"])


def _attend(system: Remote, sitting: str) -> None:
    """Who has a place in a session signs in, and it is closed."""
    found = system.call("volunteers", "find_enrolments", session=sitting, size=500)["items"]
    for each in found:
        if each["state"] == "confirmed":
            system.call("volunteers", "sign_in", enrolment=each["id"])
    system.call("volunteers", "close_session", session=sitting)


def hold_camp(system: Remote, code: str, title: str, holiday: str, days: list[date]) -> None:
    """Days of a camp: enrolled, confirmed, signed in, and out to people who are known."""
    facts: dict[str, Any] = {"break": holiday, "start": "09:00", "end": "16:00", "ratio": 4}
    facts |= {"starts_on": days[0].isoformat(), "ends_on": days[-1].isoformat()}
    camp = plan(system, code, "camp", title, **facts, capacity=12, age_until=16)
    sittings = [f"{camp}-{day:%Y%m%d}" for day in days]
    adults = cleared(system)[:ADULTS]
    for sitting in sittings:
        for volunteer in adults:
            system.call("volunteers", "staff_session", session=sitting, volunteer=volunteer)
    system.call("volunteers", "announce_activity", activity=camp)
    for sitting, day in zip(sittings, days, strict=True):
        clock.travel(at(day - timedelta(days=1), 9))
        for party in ((1, 2), *((number,) for number in range(3, 13))):
            enrol(system, sitting, *(f"K{number:03}" for number in party))
        found = system.call("volunteers", "find_enrolments", session=sitting, size=500)["items"]
        for each in found:
            if each["state"] == "offered":
                system.call("volunteers", "confirm_enrolment", enrolment=each["id"])
        clock.travel(at(day, 9))
        _camp_day(system, sitting, day)


def _camp_day(system: Remote, sitting: str, day: date) -> None:
    roll = {"session": sitting, "purpose": "sign-out"}
    here = system.call("volunteers", "session_roll", **roll)["items"]
    here = [each for each in here if each["state"] == "confirmed"]
    for each in here:
        system.call("volunteers", "sign_in", enrolment=each["id"])
    clock.travel(at(day, 16))
    for each in here:
        leaves = {"enrolment": each["id"], "pick_up": each["pick_ups"][0]["id"]}
        system.call("volunteers", "sign_out", **leaves)
    system.call("volunteers", "close_session", session=sitting)


def offer_services(system: Remote) -> None:
    """What teachers may ask for."""
    for code, title, papers, days in SERVICES:
        facts = {"code": code, "title": title, "papers": papers, "working_days": days}
        system.call("volunteers", "offer_service", community=COMMUNITY, **facts)


def ask_for_services(system: Remote, day: date) -> None:
    """Each teacher asks for something, and each request has come a step further."""
    for number in range(1, TEACHERS + 1):
        serve_teacher(system, number, day, WAY[: number - 1])


def serve_teacher(system: Remote, number: int, day: date, steps: tuple[str, ...] = WAY) -> str:
    """A teacher asks for a service at the door, which comes so far; the request's id."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    asked = {
        "item": f"{COMMUNITY}-{SERVICES[number % len(SERVICES)][0]}",
        "participant": f"{COMMUNITY}-L{(number - 1) % TEACHERS + 1:03}",
        "place": "实验学校教师办公室",
    }
    request = str(coordinator.call("volunteers", "request_service", **asked)["id"])
    given: dict[str, dict[str, Any]] = {
        "assign": {"staff": COORDINATOR},
        "schedule": {"on": day.isoformat(), "at": "23:00"},
        "rate": {"rating": 4 + number % 2},
    }
    for step in steps:
        coordinator.call("volunteers", f"{step}_service", request=request, **given.get(step, {}))
    return request


def plan(system: Remote, code: str, kind: str, title: str, **facts: Any) -> str:
    """Plan an activity of the sample; its id."""
    usual = {"place": "永环社区二楼活动室", "capacity": 40}
    named = {"community": COMMUNITY, "code": code, "kind": kind, "title": title}
    made = system.call("volunteers", "plan_activity", **{**usual, **named, **facts})
    return str(made["id"])


def enrol(system: Remote, sitting: str, *codes: str) -> str:
    """Some wish to come, together; what became of it."""
    people = [f"{COMMUNITY}-{code}" for code in codes]
    wished = {"session": sitting, "participants": people, "together": True}
    return str(system.call("volunteers", "enrol", **wished)[0]["state"])


def _sessions(system: Remote, activity: str) -> list[dict[str, Any]]:
    span = {"from": "2026-01-01", "until": "2028-12-31"}
    return list(pages(system, "volunteers", "find_sessions", activity=activity, **span))


def cleared(system: Remote) -> list[str]:
    """Grown-ups with a background check that lasts."""
    found = pages(system, "volunteers", "find_volunteers", state="active")
    return [
        each["id"]
        for each in found
        if not each["minor"]
        and any(
            held["kind"] == "background_check" and held["expires_on"] > "2027-12-31"
            for held in each["clearances"]
        )
    ]
