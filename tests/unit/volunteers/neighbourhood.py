"""A small neighbourhood for the tests: its people, its needs, and the acts on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.schemas import load
from servicekit.testing import published, session_for
from volunteers.contracts import PUBLISHED, consumed
from volunteers.contracts import pairings as of
from volunteers.contracts import people as who
from volunteers.domain.codes import VisitState
from volunteers.models import Base, Pairing, Visit
from volunteers.usecases import matching, needs, pairings, partners, people, visits

HERE = "210103008001"
ELSEWHERE = "210103008002"
TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)  # nine in the morning there
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = Actor()
STAFF = Actor(f"{HERE}-S01", "coordinator", (HERE,))
SATURDAY = {"weekday": 6, "start": "09:00", "end": "11:00"}
TUESDAY = {"weekday": 2, "start": "15:00", "end": "18:00"}
CHECKED = {"kind": "background_check", "issued_on": "2026-01-01", "expires_on": "2027-12-31"}
NEED = f"{HERE}-H001-N1"

LAPSE = {"grace_days": 45, "idle_days": 365, "propose_at_once": False}
ROUND: dict[str, Any] = {"plan_days": 7, "notice_days": 30, "offer_hours": 48, "lapse": LAPSE}
"""What a daily round goes by."""

unhurried = settings(deadline=None)
"""For properties: the machine may be busy with other things."""


@contextmanager
def neighbourhood() -> Iterator[Session]:
    """An empty one."""
    with session_for(Base.metadata, published=PUBLISHED, source="volunteers") as session:
        yield session


def somebody(code: str = "V001", **changes: Any) -> dict[str, Any]:
    """An adult who may do everything, as a record on its way in."""
    record: dict[str, Any] = {
        "code": code,
        "kind": "resident",
        "name": "沈丽华",
        "gender": "female",
        "birth_date": "1970-05-17",
        "phone": "13800138000",
        "skills": ["company"],
        "languages": ["mandarin"],
        "availability": [SATURDAY, TUESDAY],
        "aid_kinds": ["elderly", "disability", "hardship", "schooling"],
        "capacity": 2,
        "max_distance_m": 1500,
        "latitude": 41.795,
        "longitude": 123.455,
    }
    return record | changes


def a_pupil(code: str = "V900", **changes: Any) -> dict[str, Any]:
    """A pupil with a guardian's consent; the companion is to be named."""
    guardian = {"name": "赵建国", "phone": "13900139000", "consented_on": "2026-09-01"}
    young = {"kind": "pupil", "name": "赵小明", "birth_date": "2014-03-08", "guardian": guardian}
    return somebody(code, **(young | changes))


def register(session: Session, code: str = "V001", **changes: Any) -> str:
    """Register and activate somebody; their id."""
    record = changes.pop("record", None) or somebody(code, **changes)
    data = load(who.RegisterVolunteer(), record | {"community": HERE})
    key: str = people.register_volunteer(session, data, now=NOW, actor=OFFICE)["id"]
    people.activate_volunteer(session, {"volunteer": key}, now=NOW, actor=OFFICE)
    return key


def a_school(session: Session, code: str = "P01", **changes: Any) -> str:
    """Register a partner; its id."""
    record = {"community": HERE, "code": code, "name": "实验学校", "kind": "school"} | changes
    data = load(who.RegisterPartner(), record)
    return partners.register_partner(session, data, now=NOW, actor=OFFICE).id


def news(need: str = NEED, version: int = 1, **changes: Any) -> dict[str, Any]:
    """What ``need.raised`` tells of a need that anybody can serve."""
    data: dict[str, Any] = {
        "community": need[:12],
        "version": version,
        "need": need,
        "household": need.rpartition("-")[0],
        "aid_kind": "elderly",
        "service": "company",
        "urgency": "routine",
        "raised_on": "2026-11-20",
        "frequency": "weekly",
        "minutes": 60,
        "slots": [SATURDAY],
        "skills": [],
        "languages": [],
        "involves_minor": False,
        "grade": None,
        "gender": "any",
        "minors_welcome": True,
        "starts_on": "2026-11-20",
        "ends_on": None,
        "latitude": 41.796,
        "longitude": 123.456,
        "status": "open",
    }
    return load(consumed.NeedSeen(), data | changes)


def hear(session: Session, need: str = NEED, *, at_once: bool = False, **changes: Any) -> str:
    """A need becomes known; its id."""
    needs.copy_need(session, news(need, **changes), now=NOW, propose_at_once=at_once)
    return need


def hear_closed(session: Session, status: str, version: int = 9, need: str = NEED) -> None:
    """A need is closed."""
    data = {"community": need[:12], "version": version, "need": need, "status": status}
    data["household"] = need.rpartition("-")[0]
    needs.close_need(session, load(consumed.NeedClosed(), data), now=NOW)


def match(session: Session, *, dry_run: bool = False, community: str = HERE) -> dict[str, Any]:
    """A global run."""
    data = {"community": community, "dry_run": dry_run}
    return matching.match_community(session, data, now=NOW, actor=OFFICE)


def proposed(session: Session) -> Pairing:
    """The pairing of a volunteer V001 and the need, just proposed."""
    register(session)
    hear(session)
    return the(session, match(session)["proposed"][0]["pairing"])


def the(session: Session, pairing: str) -> Pairing:
    """A pairing by its id."""
    session.flush()
    return session.get_one(Pairing, pairing)


def accept(session: Session, pairing: str, now: datetime = NOW) -> Pairing:
    """The coordinator accepts."""
    return pairings.accept_pairing(session, {"pairing": pairing}, now=now, actor=STAFF)


def decline(session: Session, pairing: str, *, at_once: bool = False, **said: Any) -> Pairing:
    """Somebody declines."""
    data = load(
        of.DeclinePairing(), {"by": "volunteer", "reason": "no_time"} | said | {"pairing": pairing}
    )
    return pairings.decline_pairing(session, data, now=NOW, actor=STAFF, propose_at_once=at_once)


def start(session: Session, pairing: str, on: date = TODAY, now: datetime = NOW) -> Pairing:
    """Both sides agreed."""
    data = {"pairing": pairing, "starts_on": on}
    return pairings.start_pairing(session, data, now=now, actor=STAFF, plan_days=28)


def end(session: Session, pairing: str, on: date = TODAY, reason: str = "other") -> Pairing:
    """A pairing ends."""
    data = load(of.EndPairing(), {"pairing": pairing, "on": on.isoformat(), "reason": reason})
    return pairings.end_pairing(session, data, now=NOW, actor=STAFF)


def running(session: Session, **need: Any) -> Pairing:
    """A pairing on trial since today, its visits planned."""
    register(session)
    hear(session, **need)
    key = match(session)["proposed"][0]["pairing"]
    accept(session, key)
    return start(session, key)


def visits_of(session: Session, pairing: str) -> list[Visit]:
    """A pairing's visits, in order."""
    session.flush()
    return session.query(Visit).filter_by(pairing_id=pairing).order_by(Visit.on, Visit.start).all()


def at(day: date, hour: int = 20) -> datetime:
    """A local hour of a day there."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


def log(session: Session, visit: Visit, outcome: str, minutes: int | None = None) -> Visit:
    """In the evening of the visit's day, somebody says what became of it."""
    data = {"visit": visit.id, "outcome": VisitState(outcome), "minutes": minutes, "note": None}
    return visits.log_visit(session, data, now=at(visit.on), actor=STAFF)


def close(session: Session, day: date) -> dict[str, int]:
    """The day is over."""
    data = {"community": HERE, "day": day}
    return visits.close_day(session, data, now=at(day), actor=STAFF)


def told(session: Session, type_: str) -> list[dict[str, Any]]:
    """The data of the events of a type, in order."""
    return [event["data"] for event in published(session) if event["type"] == type_]
