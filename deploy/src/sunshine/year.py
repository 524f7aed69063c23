"""The sample's year: it begins with four households, and ends with four weeks of them all."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from servicekit import clock
from sunshine import giving, recognising, sample, together
from sunshine.sample import COMMUNITY, COORDINATOR, FIRST_DAY, LAST_DAY, SOCIAL_WORKER, at, pages
from sunshine.system import Remote, settle

MONTH = timedelta(days=28)
NEEDING_THINGS = (14, 15, 32)
HOUSEHOLDS = [f"H{each:03}" for each in sorted(range(1, 69), key=lambda n: n not in NEEDING_THINGS)]
"""In the order in which they come."""
KNOWN = (4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 14, 16)
"""How many there are, month by month of four weeks; then the street brings all the others."""
BEGAN = FIRST_DAY - MONTH * len(KNOWN)
SATURDAY = 12
"""The day of each month on which associations meet and parents talk."""
CAMPS = {
    1: ("C25", "寒假大本营", "WINTER25", date(2026, 1, 12)),
    8: ("C26", "暑假大本营", "SUMMER26", date(2026, 7, 20)),
}
"""Code, title, and the break on whose first days it is."""
CAMP_DAYS = 3
BREAK_DAYS = timedelta(days=32)
TALKS = (
    *("孩子沉迷手机怎么办", "寒假怎么安排", "陪写作业不吼叫", "小升初的选择", "读懂成绩单"),
    *("隔代教育", "夏季防溺水", "开学焦虑", "亲子共读", "家庭财商", "怎么夸孩子"),
)
GATES = {3: ("approved", "running"), 6: ("midterm",), 8: ("closing",), 9: ("settled",)}
"""What the first project passes in which month."""
PAUSED, MET, CARED = 6, 10, (3, 7, 11)
"""The months in which a volunteer is away, needs are met, something is too much for a volunteer."""
KEEPER = f"{COMMUNITY}-V001"
"""Who keeps the community's door for a day each month, until the first star."""
DUTY_MINUTES = 510
NEEDS = 3
AT_A_TIME = 16
AGREED = ("consent", "starts_on", "guardian_consented_on", "certified_on", "clearances")
DATE = re.compile(r"(?<!\d:)\d{4}-\d\d-\d\d")
"""The first of two dates: when something was issued, not when it expires."""


def live(system: Remote, broker: str, step: sample.Step) -> None:
    """Twelve months that grow, and the four weeks in which all is under way."""
    clock.travel(at(BEGAN, 9))
    begin(system, broker)
    for number, (before, now) in enumerate(pairwise((0, *KNOWN)), 1):
        step("twelve months", number, len(KNOWN))
        clock.travel(at(BEGAN + MONTH * (number - 1), 10))
        welcome(system, broker, HOUSEHOLDS[before:now], sample.unseen)
        month(system, number)
    clock.travel(at(FIRST_DAY, 9))
    welcome(system, broker, HOUSEHOLDS[KNOWN[-1] :], step)
    away = {"first_on": FIRST_DAY + timedelta(days=7), "last_on": FIRST_DAY + timedelta(days=20)}
    who = {"staff": f"{COMMUNITY}-S02", "cover": COORDINATOR}
    days = {name: day.isoformat() for name, day in away.items()}
    system.call("notifications", "set_absence", **who, **days)
    sample.live_weeks(system, step)
    end(system, broker)


def begin(system: Remote, broker: str) -> None:
    """Partners, staff and volunteers are there; associations meet, a project is on notice."""
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        write_files(Path(folder), BEGAN, ())
        for kind in ("partners", "staff", "volunteers"):
            sample.bring_in(system, kind, Path(folder))
    together.meet(system)
    for _, _, code, first in CAMPS.values():
        together.announce_break(broker, first, first + BREAK_DAYS, code)
    together.offer_services(system)
    monthly = {"rule": "FREQ=WEEKLY;INTERVAL=4;BYDAY=SA", "start": "19:00", "end": "20:00"}
    ends = {"ends_on": (LAST_DAY + MONTH).isoformat()}
    first = BEGAN + timedelta(days=SATURDAY)
    together.found_associations(system, first, together.ASSOCIATIONS, **monthly, **ends)
    project = giving.plan_project(system, giving.PROJECTS[2], BEGAN + MONTH)
    giving.lead(system, project, *giving.GATES)
    settle(system)


def welcome(system: Remote, broker: str, households: list[str], step: sample.Step) -> None:
    """These households are certified, and whoever is proposed for them begins tomorrow."""
    today = clock.now().astimezone(sample.ZONE).date()
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        write_files(Path(folder), today, households)
        for kind in ("households", "needs"):
            sample.bring_in(system, kind, Path(folder))
        sample.certify(broker, Path(folder))
    settle(system)
    sample.accept_all(system, sample.match(system), step)


def write_files(folder: Path, day: date, households: Iterable[str]) -> None:
    """The sample's files of these households, in which nothing was agreed after ``day``."""
    for kind in (*sample.FILES, "certified"):
        with (sample.find_examples() / f"{kind}.csv").open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            wanted = {None, *households}
            rows = [row for row in reader if row.get("household") in wanted]
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows({name: _as_of(name, row[name], day) for name in row} for row in rows)


def _as_of(column: str, cell: str, day: date) -> str:
    if column not in AGREED:
        return cell
    return DATE.sub(lambda found: min(found[0], day.isoformat()), cell)


def month(system: Remote, number: int) -> None:
    """Four weeks: what is on its Saturday, a camp perhaps, and an evening on which all is told."""
    first = BEGAN + MONTH * (number - 1)
    lead_projects(system, number, first)
    change(system, number, first)
    saturday = first + timedelta(days=SATURDAY)
    clock.travel(at(saturday, 19))
    together.hold_meetings(system, saturday)
    if number > 1:
        title = TALKS[number - 2]
        together.hold_talk(system, saturday, f"T{number - 1:02}", title)
    if number in CAMPS:
        code, title, holiday, opens = CAMPS[number]
        days = [opens + timedelta(days=each) for each in range(CAMP_DAYS)]
        together.hold_camp(system, code, title, holiday, days)
    evening = first + MONTH - timedelta(days=1)
    clock.travel(at(evening, 19))
    for each in range(4 + number % 2):
        together.serve_teacher(system, 5 * number + each, evening)
    giving.give_away(system, number)
    recognising.claim_hours(system, KEEPER, evening, DUTY_MINUTES, "社区服务大厅值班一天")
    if number in CARED:
        care(system, HOUSEHOLDS[number // 4], evening)
    tell_visits(system, first, evening)
    settle(system)
    sample.answer(system)


def lead_projects(system: Remote, number: int, today: date) -> None:
    """The first passes gate after gate until it is settled; a second one begins."""
    first, *others = [each["id"] for each in pages(system, "volunteers", "find_projects")]
    if number in GATES:
        giving.lead(system, first, *GATES[number])
    if number == len(KNOWN) - 2:
        project = giving.plan_project(system, giving.PROJECTS[0], today)
        giving.lead(system, project, *giving.GATES)
    if number == len(KNOWN):
        giving.lead(system, others[0], "approved", "running")


def change(system: Remote, number: int, today: date) -> None:
    """Somebody is away for a month, with a stand-in; some needs are met."""
    running = list(pages(system, "volunteers", "find_pairings", state="active"))
    if number == PAUSED:
        who = next(each["volunteer"] for each in running if each["backup"])
        away = {"reason": "family", "until": (today + MONTH).isoformat()}
        system.call("volunteers", "pause_volunteer", volunteer=who, **away)
    for each in pages(system, "volunteers", "find_volunteers", state="paused"):
        if number == PAUSED + 1:
            system.call("volunteers", "activate_volunteer", volunteer=each["id"])
    for each in running[:NEEDS] if number == MET else ():
        met = {"need": each["need"], "outcome": "met", "reason": "need_met"}
        system.call("households", "close_need", **met)


def tell_visits(system: Remote, since: date, day: date) -> None:
    """What became of a month's visits is told in one evening, and their hours are verified."""
    until = {"community": COMMUNITY, "until": day.isoformat()}
    system.call("volunteers", "plan_visits", **until)
    sample.report_visits(system, since, day, at_a_time=AT_A_TIME)
    system.call("volunteers", "close_day", community=COMMUNITY, day=day.isoformat())
    system.call("volunteers", "notice_silence", community=COMMUNITY)
    sample.confirm_trials(system)
    system.call("volunteers", "verify_hours", **until)


def care(system: Remote, household: str, day: date) -> None:
    """A concern is referred, consented to, accepted and closed."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    worker = system.acting(SOCIAL_WORKER, "social_worker", COMMUNITY)
    about = {"household": f"{COMMUNITY}-{household}", "kind": "mental"}
    concern = coordinator.call("households", "raise_concern", **about)["id"]
    wanted = {"concern": concern, "profession": "social_work"}
    referral = coordinator.call("households", "request_referral", **wanted)["id"]
    agreed = {"basis": "head", "on": day.isoformat()}
    coordinator.call("households", "consent_referral", referral=referral, **agreed)
    worker.call("households", "accept_referral", referral=referral)
    worker.call("households", "close_referral", referral=referral, outcome="helped")


def end(system: Remote, broker: str) -> None:
    """The last evening, on which all of it is under way."""
    giving.give_things(system)
    project = giving.plan_project(system, giving.PROJECTS[1], LAST_DAY + MONTH)
    giving.lead(system, project, *giving.GATES)
    together.announce_break(broker, LAST_DAY + timedelta(21), LAST_DAY + timedelta(56))
    settle(system)
    together.open_camp(system, days=5)
    together.hold_talk(system, LAST_DAY, f"T{len(KNOWN):02}")
    together.ask_for_services(system, LAST_DAY)
    recognising.recognise(system, LAST_DAY)
    settle(system)
