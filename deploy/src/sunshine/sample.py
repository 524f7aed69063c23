"""The sample community, and the main job done on it from import to four weeks of visits."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from eventlet import GreenPool

from servicekit import clock
from servicekit.errors import Invalid
from servicekit.events import EXCHANGE, Event, write
from servicekit.publishing import Outgoing, Publisher
from sunshine.importing import import_file
from sunshine.system import Remote, settle

COMMUNITY = "210103008001"
FIRST_DAY = date(2026, 11, 23)
ZONE = ZoneInfo("Asia/Shanghai")
KEY = "c2FtcGxlIGNvbW11bml0eSwgbm9ib2R5IGlzIHJlYWw="
"""Seals what is thrown away; no secret."""
LEFT_TO_CALL = 3
DAYS = 28
LAST_DAY = FIRST_DAY + timedelta(days=DAYS)
TRIAL_DAYS = 14
FILES = ("partners", "staff", "households", "needs", "volunteers")
COORDINATOR = f"{COMMUNITY}-S01"
SOCIAL_WORKER = f"{COMMUNITY}-S05"
STAFF = tuple(f"S{number:02}" for number in range(1, 10))

Step = Callable[[str, int, int], None]
"""``step(what, done, total)`` shows progress."""


def unseen(_what: str, _done: int, _total: int) -> None:
    """A step that nobody looks at."""


def find_examples() -> Path:
    """The folder of the sample's CSV files, in a checkout or beside the current folder."""
    here = Path(__file__).resolve()
    for folder in (*here.parents, Path.cwd()):
        if (folder / "examples/yonghuan/households.csv").exists():
            return folder / "examples/yonghuan"
    raise Invalid({"examples": ["yonghuan is not here; run this inside a checkout of Sunshine"]})


@contextmanager
def moved_clock() -> Iterator[None]:
    """The clock of this process starts at the sample's first day, nine in the morning."""
    clock.travel(at(FIRST_DAY, 9))
    try:
        yield
    finally:
        clock.return_to_present()


def at(day: date, hour: int) -> datetime:
    """A local hour of a day, in UTC."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def prepare(system: Remote, broker: str, step: Step) -> None:
    """Import the sample; the civil-affairs system certifies its households, which raises needs.

    The volunteers come last: so no need is answered before all are known.
    """
    examples = find_examples()
    for done, kind in enumerate(FILES, 1):
        if kind == "volunteers":
            certify(broker, examples)
            settle(system)
        step("import", done, len(FILES))
        bring_in(system, kind, examples)
    settle(system)


def bring_in(system: Remote, kind: str, examples: Path) -> None:
    """Import one file, every row of it."""
    result = import_file(system, COMMUNITY, kind, examples / f"{kind}.csv", dry_run=False)
    if result.refused:
        raise Invalid(
            {f"line {row['line']} {row['field']}": [row["problem"]] for row in result.refused}
        )


def certify(broker: str, examples: Path) -> None:
    """Publish ``household.certified`` for each household, as the civil-affairs system does."""
    with (examples / "certified.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    exchange = EXCHANGE.format("civil_affairs")
    # in later years the sample's own certificates have run out
    later = timedelta(days=365) * max(0, clock.now().year - FIRST_DAY.year)
    Publisher(broker).send([_certificate(row, exchange, later) for row in rows])


def _certificate(row: dict[str, str], exchange: str, later: timedelta) -> Outgoing:
    certified_on, valid_until = (
        (date.fromisoformat(row[column]) + later).isoformat()
        for column in ("certified_on", "valid_until")
    )
    data = {
        "community": COMMUNITY,
        "household": row["household"],
        "certified_on": certified_on,
        "valid_until": valid_until,
        "income_stable": row["income_stable"] == "yes",
    }
    event = Event(
        type="household.certified",
        source="civil_affairs",
        subject=row["household"],
        id=f"certificate-{row['household']}-{certified_on}",
        time=clock.now(),
        data=data,
    )
    body, headers = write(event)
    return Outgoing(body, exchange, event.type, headers)


def live(system: Remote, step: Step) -> None:
    """Match, accept, start, and four weeks of visits on the moved clock, some of them missed."""
    accept_all(system, match(system), step)
    live_weeks(system, step)


def match(system: Remote) -> list[str]:
    """The pairings that are proposed when all open needs have been matched."""
    system.call("volunteers", "match", community=COMMUNITY, dry_run=False)
    settle(system)
    return [each["id"] for each in pages(system, "volunteers", "find_pairings", state="proposed")]


def accept_all(system: Remote, pairings: list[str], step: Step) -> None:
    """The coordinator accepts what is proposed; volunteer and household agree on tomorrow."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    starts_on = (clock.now().astimezone(ZONE).date() + timedelta(days=1)).isoformat()
    for done, pairing in enumerate(pairings, 1):
        step("pairings accepted", done, len(pairings))
        coordinator.call("volunteers", "accept_pairing", pairing=pairing)
        coordinator.call("volunteers", "start_pairing", pairing=pairing, starts_on=starts_on)
    settle(system)


def live_weeks(system: Remote, step: Step) -> None:
    """Four weeks, evening by evening; then the households are asked."""
    for number in range(1, DAYS + 1):
        step("four weeks of visits", number, DAYS)
        day = FIRST_DAY + timedelta(days=number)
        clock.travel(at(day, 20))
        live_day(system, day, number)
        settle(system)  # a day's events are heard on that day
    ask_households(system)
    settle(system)


def live_day(system: Remote, day: date, number: int) -> None:
    """One evening: visits are logged, the forgotten ones missed, the next week planned."""
    until = (day + timedelta(days=7)).isoformat()
    system.call("volunteers", "plan_visits", community=COMMUNITY, until=until)
    for visit in report_visits(system, day, day):
        if visit["outcome"] == "unsafe":
            refer(system, visit, day)
    system.call("volunteers", "close_day", community=COMMUNITY, day=day.isoformat())
    system.call("volunteers", "notice_silence", community=COMMUNITY)
    if number == TRIAL_DAYS:
        confirm_trials(system)
    if number % 7 == 0:
        system.call("volunteers", "verify_hours", community=COMMUNITY, until=day.isoformat())
        answer(system)


def confirm_trials(system: Remote) -> None:
    """Whoever is on trial goes on."""
    for pairing in pages(system, "volunteers", "find_pairings", state="trial"):
        system.call("volunteers", "confirm_pairing", pairing=pairing["id"])


def answer(system: Remote) -> None:
    """One of each role takes on what is pressing of what is new, and reads all of it."""
    for code in ("S01", "S05", "S09"):
        who = {"staff": f"{COMMUNITY}-{code}"}
        new = system.call("notifications", "inbox", **who, unread_only=True, size=100)["items"]
        for each in new:
            if each["urgency"] != "routine" and each["state"] == "open":
                system.call("notifications", "acknowledge", **who, notification=each["id"])
        if new:
            keys = [each["id"] for each in new]
            system.call("notifications", "mark_read", **who, notifications=keys)


def refer(system: Remote, visit: dict[str, Any], day: date) -> None:
    """What was unsafe is too much for a volunteer: a social worker takes it over, unless the
    household does not agree (on days of odd date)."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    worker = system.acting(SOCIAL_WORKER, "social_worker", COMMUNITY)
    about = {"household": visit["household"], "visit": visit["id"]}
    concern = coordinator.call("households", "raise_concern", **about, kind="housing")
    ask = {"concern": concern["id"], "profession": "social_work"}
    referral = coordinator.call("households", "request_referral", **ask)["id"]
    if day.day % 2:
        coordinator.call("households", "return_referral", referral=referral, reason="no_consent")
        return
    agreed = {"basis": "head", "on": day.isoformat()}
    coordinator.call("households", "consent_referral", referral=referral, **agreed)
    worker.call("households", "accept_referral", referral=referral)


def ask_households(system: Remote) -> None:
    """The social worker calls households; one says that nobody came, the last are left to call."""
    worker = system.acting(SOCIAL_WORKER, "social_worker", COMMUNITY)
    calls = list(pages(system, "households", "find_feedback", status="planned"))
    for number, call in enumerate(calls[:-LEFT_TO_CALL]):
        said = {"outcome": "confirmed", "satisfaction": 5} if number else {"outcome": "not_visited"}
        worker.call("households", "record_feedback", feedback=call["id"], **said)


def outcome_of(visit: str) -> dict[str, Any]:
    """What became of a visit, decided by its id: the same in every run; {}: nobody reported it."""
    percent = int(hashlib.sha256(visit.encode()).hexdigest(), 16) % 100
    if percent < 5:
        return {}
    if percent < 8:
        return {"outcome": "not_home"}
    if percent < 9:
        return {"outcome": "unsafe"}
    if percent < 14:
        return {"outcome": "partial", "minutes": 30}
    return {"outcome": "done"}


def report_visits(
    system: Remote, since: date, until: date, *, at_a_time: int = 1
) -> list[dict[str, Any]]:
    """Volunteers report what became of their visits; which, with the outcome.

    Many at a time are cheaper, and then it is not said who is heard first.
    """
    span = {"from": since.isoformat(), "until": until.isoformat()}
    planned = pages(system, "volunteers", "find_visits", state="planned", **span)
    told = [each | outcome_of(each["id"]) for each in planned if outcome_of(each["id"])]
    for _ in GreenPool(at_a_time).imap(partial(_report, system), told):
        pass
    return told


def _report(system: Remote, visit: dict[str, Any]) -> None:
    system.call("volunteers", "log_visit", visit=visit["id"], **outcome_of(visit["id"]))


def pages(system: Any, service: str, method: str, **kwargs: Any) -> Iterator[dict[str, Any]]:
    """Every item of a paged list, read before the first is given out."""
    items: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = system.call(
            service, method, **({"community": COMMUNITY} | kwargs), page=page, size=500
        )
        items += answer["items"]
        if len(items) >= answer["total"] or not answer["items"]:
            return iter(items)
        page += 1
