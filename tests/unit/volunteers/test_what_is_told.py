"""The contract: every event has a schema and a sample, and none carries personal data."""

import json
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from servicekit.testing import published
from unit.volunteers.neighbourhood import (
    CHECKED,
    HERE,
    NOW,
    OFFICE,
    TODAY,
    a_pupil,
    a_school,
    accept,
    close,
    decline,
    end,
    hear,
    log,
    match,
    register,
    start,
    the,
    visits_of,
)
from unit.volunteers.test_recognition import claim, decide
from unit.volunteers.test_training import honour, trained
from volunteers.contracts import CONSUMED, PUBLISHED, SAMPLES
from volunteers.domain.codes import AbsenceReason, VolunteerState
from volunteers.usecases import (
    absence,
    certificates,
    flagging,
    hours,
    people,
    silence,
    stars,
    training,
)

TOLD_ELSEWHERE = {
    type_
    for type_ in PUBLISHED
    if type_.startswith(
        ("session.", "enrolment.", "pickup.", "material.", "service.", "gift.", "project.")
    )
}
"""These have stories of their own."""

SECRETS = (
    "沈丽华",
    "赵小明",
    "赵建国",
    "138001380",
    "139001390",
    "2103001",
    "1970-05-17",
    "2014-03",
)


@pytest.mark.parametrize("type_", sorted(PUBLISHED))
def test_every_event_has_a_sample_that_its_schema_accepts_as_it_is(type_: str) -> None:
    schema = PUBLISHED[type_]()
    loaded = schema.load(SAMPLES[type_])
    assert schema.dump(loaded) == SAMPLES[type_]


def test_there_is_no_sample_of_anything_else() -> None:
    assert SAMPLES.keys() == PUBLISHED.keys() | {"break.announced"}


def test_a_whole_story_tells_every_event_and_nothing_personal(session: Session) -> None:
    soon = CHECKED | {"expires_on": "2026-12-20"}
    register(session, "V001", capacity=5, clearances=[soon], identity_number="210103197005170021")
    register(session, record=a_pupil("V900", companion="V001", capacity=0))
    for number in (1, 2, 3):
        hear(session, f"{HERE}-H00{number}-N1")
    first, second, third = (each["pairing"] for each in match(session)["proposed"])
    decline(session, third)
    for pairing in (first, second):
        accept(session, pairing)
        start(session, pairing)
    one, two, *_ = visits_of(session, first)
    log(session, one, "done")
    log(session, two, "unsafe")
    close(session, one.on)
    today = {"community": HERE, "today": TODAY}
    people.announce_clearances(session, today, now=NOW, notice_days=30)
    until = {"community": HERE, "until": TODAY + timedelta(days=30)}
    hours.verify_hours(session, until, now=NOW, actor=OFFICE)
    end(session, first, reason="need_met")
    silence.notice_silence(session, {"community": HERE}, now=NOW + timedelta(days=9))
    log(session, visits_of(session, second)[0], "done")
    the(session, second).backup_id = register(session, "V002")
    absent = {"volunteer": f"{HERE}-V001", "reason": AbsenceReason.AWAY, "until": None}
    absence.set_aside(
        session, absent, VolunteerState.PAUSED, now=NOW, actor=OFFICE, propose_at_once=True
    )
    also_thanked(session)
    events = published(session)
    assert {event["type"] for event in events} == PUBLISHED.keys() - TOLD_ELSEWHERE
    for event in events:
        text = json.dumps(event, ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in text]
        assert PUBLISHED[event["type"]]().validate(event["data"]) == {}


def also_thanked(session: Session) -> None:
    """Hours beside visits, two of them at once; a star, a certificate."""
    table = {"community": HERE, "since": TODAY, "hours": [1]}
    stars.set_star_table(session, table, now=NOW, actor=OFFICE)
    a_school(session, kind="office")
    volunteer = f"{HERE}-V002"
    claims = [claim(session, volunteer, start=start) for start in ("09:00", "10:00")]
    decide(session, claims[0].id, approved=True)
    span = {"community": HERE, "since": TODAY, "until": TODAY}
    flagging.flag_hours(session, span, now=NOW)
    decide(session, claims[1].id, approved=False)
    trained(session, volunteer)
    soon = {"community": HERE, "today": TODAY}
    training.announce_trainings(session, soon, now=NOW, notice_days=400)
    honour(session, volunteer)
    period = {"volunteer": volunteer, "since": TODAY, "until": TODAY}
    certificates.issue_certificate(session, period, now=NOW, actor=OFFICE)


def test_news_of_needs_is_read_tolerantly() -> None:
    schema = CONSUMED["need.closed"](unknown="exclude")
    known = {"community": HERE, "version": 2, "need": "n", "household": "h", "status": "met"}
    assert "reason" not in schema.load(known | {"reason": "own_wish"})
