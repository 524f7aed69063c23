"""What the neighbours publish, as this service meets it; and staff to be told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from notifications.channels import Channel
from notifications.channels.email import Email
from notifications.channels.smtp import Server
from notifications.contracts import CONSUMED, PUBLISHED, SAMPLES, RegisterStaff
from notifications.domain.codes import ChannelCode
from notifications.domain.providers import Provider
from notifications.models import Base
from notifications.usecases import noticing, staff
from notifications.usecases.links import Links
from notifications.usecases.sending import Sender
from servicekit.actors import Actor
from servicekit.events import Event
from servicekit.schemas import load
from servicekit.testing import session_for

COMMUNITY = "210103008001"
ELSEWHERE = "210103008002"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OPERATOR = Actor()

_PAIRING = {
    "community": COMMUNITY,
    "version": 1,
    "pairing": f"{COMMUNITY}-H001-N1-A1",
    "need": f"{COMMUNITY}-H001-N1",
    "household": f"{COMMUNITY}-H001",
    "volunteer": f"{COMMUNITY}-V001",
    "aid_kind": "elderly",
}
_VISIT = {
    **_PAIRING,
    "visit": f"{COMMUNITY}-H001-N1-A1-20261125T1500",
    "on": "2026-11-25",
    "outcome": "missed",
}
_SILENCE = {"silence": f"{COMMUNITY}-H001-N1-S20261116-coordinator", "level": "coordinator"}
_HOUSEHOLD = {"community": COMMUNITY, "version": 2, "household": f"{COMMUNITY}-H001"}
_CONCERN = {**_HOUSEHOLD, "concern": f"{COMMUNITY}-H001-C1"}
_REFERRAL = {**_CONCERN, "referral": f"{COMMUNITY}-H001-C1-F1"}
_NEED = {**_HOUSEHOLD, "need": f"{COMMUNITY}-H001-N1"}
_VOLUNTEER = {"community": COMMUNITY, "version": 3, "volunteer": f"{COMMUNITY}-V001"}
_HOURS = {**_VOLUNTEER, "entry": "E1", "work": "T1", "visit": None, "minutes": 60}
_GIFT = {"community": COMMUNITY, "version": 1, "gift": f"{COMMUNITY}-G001", "kind": "books"}
_GIVEN = {**_GIFT, "need": f"{COMMUNITY}-H001-N1", "household": f"{COMMUNITY}-H001"}
_PROJECT = {
    "community": COMMUNITY,
    "version": 2,
    "project": f"{COMMUNITY}-J001",
    "route": "subsidised",
    "state": "submitted",
}

_SESSION = {
    "community": COMMUNITY,
    "version": 2,
    "session": f"{COMMUNITY}-C01-20270118",
    "activity": f"{COMMUNITY}-C01",
    "kind": "camp",
    "on": "2027-01-18",
}
_TRAINING = {
    "completion": f"{COMMUNITY}-TC-CP-V001-20261121",
    "course": f"{COMMUNITY}-TC-CP",
    "valid_until": "2027-11-21",
}

_SERVICE = {
    "community": COMMUNITY,
    "version": 2,
    "request": f"{COMMUNITY}-G01-L001-1",
    "item": f"{COMMUNITY}-G01",
    "due_on": "2026-12-07",
}

HEARD: dict[str, dict[str, Any]] = {
    "household.registered": {**_HOUSEHOLD, "status": "applicant", "latitude": 41.8},
    "household.verified": {**_HOUSEHOLD, "valid_until": "2027-11-30"},
    "household.moved": {**_HOUSEHOLD, "status": "verified"},
    "household.exited": {**_HOUSEHOLD, "reason": "income"},
    "household.erased": {**_HOUSEHOLD, "needs": []},
    "need.raised": {**_NEED, "aid_kind": "elderly", "urgency": "soon", "status": "open"},
    "need.changed": {**_NEED, "aid_kind": "elderly", "urgency": "soon", "status": "open"},
    "need.closed": {**_NEED, "status": "withdrawn", "reason": "own_wish"},
    "review.due": {
        **_HOUSEHOLD,
        "review": f"{COMMUNITY}-H001-R20270101",
        "due_on": "2027-01-01",
    },
    "concern.raised": {**_CONCERN, "urgency": "soon", "need": None, "visit": None},
    "referral.requested": {**_REFERRAL, "urgency": "soon", "due_on": "2026-11-26"},
    "referral.returned": {**_REFERRAL, "reason": "no_consent"},
    "referral.overdue": {**_REFERRAL, "status": "requested", "due_on": "2026-11-26"},
    "feedback.mismatched": {
        **_HOUSEHOLD,
        "feedback": f"{_VISIT['visit']}-FB",
        "visit": _VISIT["visit"],
        "outcome": "not_visited",
    },
    "volunteer.registered": {**_VOLUNTEER, "kind": "teacher", "partner": None},
    "volunteer.activated": _VOLUNTEER,
    "volunteer.unavailable": {
        **_VOLUNTEER,
        "state": "paused",
        "reason": "illness",
        "pairings": [f"{COMMUNITY}-H001-N1-A1", f"{COMMUNITY}-H002-N1-A1"],
    },
    "clearance.expiring": {
        **_VOLUNTEER,
        "clearance": f"{COMMUNITY}-V001-background_check-20240101",
        "kind": "background_check",
        "expires_on": "2027-01-15",
    },
    "pairing.proposed": {
        **_PAIRING,
        "backup": f"{COMMUNITY}-V002",
        "score": 78000,
        "manual": False,
    },
    "pairing.accepted": _PAIRING,
    "pairing.declined": {**_PAIRING, "by": "household", "reason": "no_time"},
    "pairing.started": {**_PAIRING, "starts_on": "2026-11-24"},
    "pairing.delegated": {**_PAIRING, "backup": f"{COMMUNITY}-V002", "until": "2026-12-20"},
    "pairing.ended": {**_PAIRING, "ended_on": "2026-12-24", "reason": "volunteer_left"},
    "visit.done": {**_VISIT, "outcome": "done", "minutes": 60},
    "visit.missed": {**_VISIT, "in_a_row": 1},
    "visit.unsafe": {**_VISIT, "outcome": "unsafe"},
    "silence.noticed": {**_PAIRING, **_SILENCE, "since": "2026-11-16"},
    "silence.ended": {**_PAIRING, **_SILENCE},
    "hours.claimed": {**_HOURS, "evidence": "sign_in"},
    "hours.reversed": {**_HOURS, "reason": "not_confirmed"},
    "hours.flagged": {**_VOLUNTEER, "flag": "F1", "kind": "overlap", "on": "2026-11-25"},
    "star.reached": {**_VOLUNTEER, "recognition": "V001-star2", "star": 2},
    "training.completed": {**_VOLUNTEER, **_TRAINING},
    "training.expiring": {**_VOLUNTEER, **_TRAINING},
    "honour.awarded": {
        "community": COMMUNITY,
        "version": 1,
        "honour": f"{COMMUNITY}-HN-2026A",
        "of": "volunteer",
        "holder": f"{COMMUNITY}-V001",
        "level": "district",
        "year": 2026,
    },
    "certificate.issued": {**_VOLUNTEER, "certificate": f"{COMMUNITY}-V001-Z2026112701"},
    "hours.verified": {
        **_VOLUNTEER,
        "entry": f"{_VISIT['visit']}-verified",
        "work": _VISIT["visit"],
        "visit": _VISIT["visit"],
        "minutes": 60,
    },
    "session.announced": {**_SESSION, "capacity": 24},
    "session.understaffed": {**_SESSION, "adults": 1, "needed": 3, "endangered": False},
    "session.cancelled": {**_SESSION, "promised": 3},
    "session.due": {**_SESSION, "expected": 18, "questions": 2},
    "material.shared": {**_SESSION, "material": f"{_SESSION['session']}-M1", "attended": 18},
    "session.closed": {**_SESSION, "attended": 20, "absent": 3, "late": 0},
    "enrolment.offered": {
        **_SESSION,
        "party": f"{_SESSION['session']}-K001-1",
        "enrolments": [f"{_SESSION['session']}-K001-1"],
        "until": "2027-01-12T01:00:00+00:00",
    },
    "pickup.overdue": {
        **_SESSION,
        "enrolment": f"{_SESSION['session']}-K001-1",
        "participant": f"{COMMUNITY}-K001",
    },
    "gift.offered": _GIFT,
    "gift.reserved": {**_GIVEN, "version": 4},
    "gift.delivered": {**_GIVEN, "version": 5},
    "gift.receipted": {**_GIVEN, "version": 6},
    "gift.expired": {**_GIFT, "version": 2},
    "project.submitted": {**_PROJECT, "partner": f"{COMMUNITY}-P01"},
    "project.decided": {**_PROJECT, "version": 9, "state": "approved"},
    "project.overdue": {**_PROJECT, "version": 3, "due_on": "2026-12-03"},
    "service.requested": _SERVICE,
    "service.assigned": {**_SERVICE, "staff": [f"{COMMUNITY}-S06"]},
    "service.overdue": {**_SERVICE, "state": "assigned", "staff": [f"{COMMUNITY}-S06"]},
    "service.done": {**_SERVICE, "late": True},
    "service.rated": {**_SERVICE, "rating": 2},
    **SAMPLES,
}
"""A payload of every event type that is heard, as its publisher writes it."""


@contextmanager
def database() -> Iterator[Session]:
    """The service's tables in memory."""
    with session_for(Base.metadata, published=PUBLISHED, source="notifications") as session:
        yield session


def person(session: Session, code: str, role: str, **facts: Any) -> str:
    """Register a member of staff; the id."""
    given = {"community": COMMUNITY, "code": code, "role": role, "name": f"职员{code}", **facts}
    row = staff.register(session, load(RegisterStaff(), given), now=NOW, actor=OPERATOR)
    session.flush()
    return row.id


BOTH = frozenset({ChannelCode.INAPP, ChannelCode.EMAIL})
"""The channels that are switched on, unless a test says otherwise."""


def happening(type_: str, *, now: datetime = NOW, **changed: Any) -> Event:
    """An event, read as the service reads it."""
    data = load(CONSUMED[type_](unknown="exclude"), {**HEARD[type_], **changed})
    subject = str(next(value for name, value in data.items() if name != "community"))
    number = data.get("version", 1)
    return Event(type_, "test", subject, f"{type_}:{_digest(changed)}:{number}", now, data)


def _digest(changed: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(changed.items())).encode()).hexdigest()[:12]


def happens(
    session: Session,
    type_: str,
    *,
    now: datetime = NOW,
    channels: frozenset[ChannelCode] = BOTH,
    **changed: Any,
) -> list[str]:
    """An event arrives; the ids of the new notifications."""
    event = happening(type_, now=now, **changed)
    return noticing.notice(session, [event], now=now, working=channels)


@contextmanager
def handed(session: Session) -> Iterator[Session]:
    """A session as a transaction of its own."""
    yield session
    session.flush()
    session.expire_all()


def sender(
    session: Session,
    channel: Channel,
    now: datetime = NOW,
    *,
    working: frozenset[ChannelCode] = BOTH,
    providers: dict[str, Provider] | None = None,
    desk: str = "",
) -> Sender:
    """What a round of sending works with; the clock stands still."""
    return Sender(
        transaction=partial(handed, session),
        noting=lambda: nullcontext(session.execute),
        channel=channel,
        working=working,
        providers={} if providers is None else providers,
        clock=lambda: now,
        links=Links(desk),
    )


def mailer(url: str = "smtp://127.0.0.1:9") -> Email:
    """E-mail; by default with a mail server that nobody has."""
    return Email(Server.parse(url), "阳光百分百 <sunshine@example.org>")
