"""Volunteers: register, change, clear, activate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from volunteers.domain.codes import AbsenceReason, Lack, VolunteerState
from volunteers.models import Clearance, Volunteer
from volunteers.queries.lapsing import missing_papers
from volunteers.queries.lookup import local_day, one, present
from volunteers.queries.people import describe, lacks
from volunteers.queries.world import rules_of
from volunteers.usecases import registering
from volunteers.usecases.registering import move, publish_volunteer
from volunteers.usecases.resting import resume_pairings

RETURNING = (VolunteerState.LAPSED, VolunteerState.SCREENING)


def register_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Register somebody who wants to help; the same again changes nothing."""
    today = local_day(session, now)
    community = data["community"]
    record = {name: value for name, value in data.items() if name != "community"}
    key = registering.volunteer_id(community, record["code"])
    known = session.get(Volunteer, key)
    if known is not None:
        if known.registration_index != registering.registration_index(session, record):
            raise Conflict(
                f"volunteer {key} is registered with other data; change it, or choose another code",
                volunteer=key,
            )
        return describe(known, today)
    refuse(registering.problems(session, record, registering.known_in(session, community), today))
    volunteer = registering.add_volunteer(session, community, record, now=now)
    session.flush()
    return describe(volunteer, today)


def refuse(problems: registering.Problems) -> None:
    """Raise Invalid where there are problems."""
    if problems:
        raise Invalid(problems)


def change_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Change what is given; whoever is active must stay complete."""
    today = local_day(session, now)
    volunteer = present(session, Volunteer, data["volunteer"], lock=True)
    known = registering.known_in(session, volunteer.community)
    found = {
        "phone": registering.phone_problem(data.get("phone")),
        "partner": registering.partner_problem(data.get("partner"), known),
        "companion": registering.companion_problem(
            volunteer.code, data.get("companion"), known, today
        ),
    }
    problems: registering.Problems = {name: [text] for name, text in found.items() if text}
    guardian = registering.guardian_problem(data.get("guardian"), today)
    refuse(problems | ({"guardian": guardian} if guardian else {}))
    registering.apply(volunteer, data)
    if volunteer.state == VolunteerState.ACTIVE:
        refuse(_lacking(volunteer, today))
    volunteer.version += 1
    session.flush()
    return describe(volunteer, today)


def grant_clearance(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Record a clearance; the same one again changes nothing."""
    today = local_day(session, now)
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    problem = registering.clearance_problem(data, today)
    refuse({"issued_on": [problem]} if problem else {})
    kept = {(each.kind, each.issued_on): each for each in volunteer.clearances}
    same = kept.get((data["kind"], data["issued_on"]))
    if same is None:
        registering.add_clearance(volunteer, data)
        volunteer.version += 1
        session.flush()
    elif same.expires_on != data["expires_on"]:
        raise Conflict(
            f"clearance {same.id} is recorded until {same.expires_on}; record a renewal "
            "with its own date of issue",
            clearance=same.id,
        )
    return describe(volunteer, today)


def activate_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Let a volunteer be paired, anew or again; resting pairings go on where they may."""
    today = local_day(session, now)
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    if volunteer.state != VolunteerState.ACTIVE:
        refuse(_lacking(volunteer, today) | _run_out(session, volunteer, today))
        activate(session, volunteer, now=now)
        session.flush()
        resume_pairings(session, volunteer=volunteer.id, now=now)
    return describe(volunteer, today)


def _lacking(volunteer: Volunteer, today: date) -> registering.Problems:
    return {str(lack): [lack.en] for lack in lacks(volunteer, today)}


def _run_out(session: Session, volunteer: Volunteer, today: date) -> registering.Problems:
    """What let somebody lapse must be mended before they are back."""
    if volunteer.state not in RETURNING or volunteer.absence != AbsenceReason.CLEARANCE:
        return {}
    missing = missing_papers(volunteer, rules_of(session, volunteer.community), today)
    problem = f"{', '.join(missing)} ran out; record the renewed paper with grant_clearance first"
    return {"clearances": [problem]} if missing else {}


def activate(session: Session, volunteer: Volunteer, *, now: datetime) -> None:
    """Take the legal steps to ``active`` and tell of it; the caller has checked what is lacking."""
    screen(volunteer)
    move(volunteer, VolunteerState.ACTIVE)
    volunteer.active_since = local_day(session, now)
    volunteer.absence = volunteer.absent_until = None
    volunteer.version += 1
    publish_volunteer(session, "volunteer.activated", volunteer, now=now)


def screen_volunteer(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Look at the papers of an applicant, or again of somebody who lapsed."""
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    if volunteer.state != VolunteerState.SCREENING:
        move(volunteer, VolunteerState.SCREENING)
        volunteer.version += 1
    session.flush()
    return describe(volunteer, local_day(session, now))


def screen(volunteer: Volunteer) -> None:
    """Begin, or begin again, to look at an applicant's papers."""
    if volunteer.state in (VolunteerState.APPLIED, VolunteerState.LAPSED):
        move(volunteer, VolunteerState.SCREENING)


def screen_import(
    session: Session, volunteer: Volunteer, *, now: datetime, today: date
) -> list[Lack]:
    """Screen an imported volunteer: the complete become active, the others say what they lack."""
    wanting = lacks(volunteer, today)
    if wanting:
        screen(volunteer)
    else:
        activate(session, volunteer, now=now)
    return wanting


def announce_clearances(
    session: Session, data: Mapping[str, Any], *, now: datetime, notice_days: int
) -> dict[str, int]:
    """Tell, once each, of clearances that run out within ``notice_days`` and are not renewed."""
    expiring = _expiring(session, data["community"], data["today"] + timedelta(days=notice_days))
    for clearance in expiring:
        clearance.announced_on = data["today"]
        publish(
            session,
            "clearance.expiring",
            subject=clearance.id,
            version=1,
            data={
                "community": clearance.community,
                "version": 1,
                "volunteer": clearance.volunteer_id,
                "clearance": clearance.id,
                "kind": clearance.kind,
                "expires_on": clearance.expires_on,
            },
            now=now,
        )
    return {"announced": len(expiring)}


def _expiring(session: Session, community: str, until: date) -> list[Clearance]:
    later = aliased(Clearance)
    renewed = sa.exists().where(
        later.volunteer_id == Clearance.volunteer_id,
        later.kind == Clearance.kind,
        later.expires_on > Clearance.expires_on,
    )
    wanted = (
        sa.select(Clearance)
        .join(Volunteer, Volunteer.id == Clearance.volunteer_id)
        .where(
            Clearance.community == community,
            Clearance.expires_on <= until,
            Clearance.announced_on.is_(None),
            Volunteer.state != VolunteerState.LEFT,
            ~renewed,
        )
        .order_by(Clearance.id)
    )
    return list(session.scalars(wanted))
