"""What a volunteer's registration must satisfy, and how it becomes a row.

Used for one volunteer by RPC and for thousands of lines of a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import phones
from servicekit.outbox import publish
from servicekit.privacy import assign_key, blind_index
from volunteers.contracts.people import VolunteerFields
from volunteers.domain.codes import VolunteerState
from volunteers.domain.people import (
    birth_date_problem,
    end_of_month,
    identity_number_problem,
    is_minor,
)
from volunteers.domain.states import VOLUNTEER
from volunteers.models import Clearance, Partner, Volunteer

Problems = dict[str, Any]


@dataclass
class Known:
    """Who is registered in a community: by code the birth month's end and the registration."""

    partners: set[str]
    born_by: dict[str, date]
    registrations: dict[str, str]
    identities: dict[str, str] = field(default_factory=dict)


def known_in(session: Session, community: str) -> Known:
    """Read what registrations in ``community`` are checked against, in two statements."""
    partners = session.scalars(sa.select(Partner.code).where(Partner.community == community))
    columns = (
        Volunteer.code,
        Volunteer.born_by,
        Volunteer.registration_index,
        Volunteer.identity_index,
    )
    rows = session.execute(sa.select(*columns).where(Volunteer.community == community)).all()
    return Known(
        partners=set(partners),
        born_by={row.code: row.born_by for row in rows},
        registrations={row.code: row.registration_index for row in rows},
        identities={row.identity_index: row.code for row in rows if row.identity_index},
    )


def problems(session: Session, record: Mapping[str, Any], known: Known, today: date) -> Problems:
    """What keeps a registration from being stored, by field; empty where nothing does."""
    found = {
        "birth_date": birth_date_problem(record["birth_date"], today),
        "phone": phone_problem(record["phone"]),
        "identity_number": _identity_problem(session, record, known),
        "partner": partner_problem(record["partner"], known),
        "companion": companion_problem(record["code"], record["companion"], known, today),
        "clearances": _clearances_problem(record, today),
    }
    nested = {"guardian": guardian_problem(record["guardian"], today)}
    flat: Problems = {name: [text] for name, text in found.items() if text}
    return flat | {name: texts for name, texts in nested.items() if texts}


def phone_problem(phone: str | None) -> str | None:
    """What is wrong with a phone number, if one is given."""
    return phones.PROBLEM if phone is not None and phones.e164(phone) is None else None


def partner_problem(partner: str | None, known: Known) -> str | None:
    """What is wrong with a partner's code, if one is given."""
    if partner is None or partner in known.partners:
        return None
    return f"{partner} is no partner of this community; register the partner first"


def companion_problem(code: str, companion: str | None, known: Known, today: date) -> str | None:
    """What is wrong with a companion's code, if one is given."""
    if companion is None:
        return None
    if companion == code or companion not in known.born_by:
        return f"{companion} is no other volunteer of this community; register the adult first"
    if is_minor(known.born_by[companion], today):
        return f"{companion} is under age; name an adult volunteer"
    return None


def guardian_problem(guardian: Mapping[str, Any] | None, today: date) -> Problems:
    """What is wrong with a guardian, by field."""
    if guardian is None:
        return {}
    consented = guardian["consented_on"]
    found = {
        "phone": phone_problem(guardian["phone"]),
        "consented_on": f"{consented} lies in the future; give the day of the signature"
        if consented is not None and consented > today
        else None,
    }
    return {name: [text] for name, text in found.items() if text}


def clearance_problem(clearance: Mapping[str, Any], today: date) -> str | None:
    """What is wrong with a clearance."""
    if clearance["issued_on"] > today:
        return f"{clearance['kind']} is issued in the future; give the date on the paper"
    return None


def _clearances_problem(record: Mapping[str, Any], today: date) -> str | None:
    found = (clearance_problem(each, today) for each in record["clearances"])
    keys = [(each["kind"], each["issued_on"]) for each in record["clearances"]]
    if len(set(keys)) < len(keys):
        return "names one clearance twice; give each kind and date of issue once"
    return next(filter(None, found), None)


def _identity_problem(session: Session, record: Mapping[str, Any], known: Known) -> str | None:
    number = record["identity_number"]
    if number is None:
        return None
    problem = identity_number_problem(number, record["birth_date"], record["gender"])
    owner = known.identities.get(identity_index(session, number))
    if problem is None and owner not in (None, record["code"]):
        return f"belongs to volunteer {owner}; use that code instead of a new one"
    return problem


def identity_index(session: Session, number: str) -> str:
    """By which an identity number is recognised without being read."""
    return blind_index(session, "volunteer.identity_number", number)


def registration_index(session: Session, record: Mapping[str, Any]) -> str:
    """By which an equal registration is recognised without its personal data being read."""
    plain = VolunteerFields().dump(record)
    return blind_index(session, "volunteer.registration", json.dumps(plain, sort_keys=True))


def volunteer_id(community: str, code: str) -> str:
    """``210103008001-V001``."""
    return f"{community}-{code}"


def add_volunteer(
    session: Session, community: str, record: Mapping[str, Any], *, now: datetime
) -> Volunteer:
    """Store a checked registration, state ``applied``, and tell of it."""
    volunteer = Volunteer(
        id=volunteer_id(community, record["code"]),
        community=community,
        code=record["code"],
        kind=record["kind"],
        state=VolunteerState.APPLIED,
        gender=record["gender"],
        born_by=end_of_month(record["birth_date"]),
        registered_at=now,
        registration_index=registration_index(session, record),
        version=1,
    )
    assign_key(session, volunteer)
    volunteer.name = record["name"].strip()
    volunteer.birth_date = record["birth_date"].isoformat()
    if record["identity_number"]:
        volunteer.identity_number = record["identity_number"]
        volunteer.identity_index = identity_index(session, record["identity_number"])
    apply(volunteer, record)
    for clearance in record["clearances"]:
        add_clearance(volunteer, clearance)
    publish_volunteer(
        session,
        "volunteer.registered",
        volunteer,
        now=now,
        kind=volunteer.kind,
        partner=volunteer.partner_id,
    )
    return volunteer


def apply(volunteer: Volunteer, given: Mapping[str, Any]) -> None:
    """Set what is given of the fields that may change."""
    for name in ("skills", "languages", "aid_kinds"):
        if name in given:
            setattr(volunteer, name, sorted({str(code) for code in given[name]}))
    for name in ("availability", "capacity", "max_distance_m"):
        if name in given:
            setattr(volunteer, name, given[name])
    for name in ("latitude", "longitude"):
        if name in given:
            setattr(volunteer, name, round(given[name], 3))
    for name in ("partner", "companion"):
        if name in given:
            code = given[name]
            setattr(volunteer, f"{name}_id", code and f"{volunteer.community}-{code}")
    if "phone" in given:
        volunteer.phone = given["phone"] and phones.e164(given["phone"])
    if "guardian" in given:
        _apply_guardian(volunteer, given["guardian"] or {})


def _apply_guardian(volunteer: Volunteer, guardian: Mapping[str, Any]) -> None:
    phone = guardian.get("phone")
    volunteer.guardian_name = guardian.get("name")
    volunteer.guardian_phone = phone and phones.e164(phone)
    volunteer.guardian_consented_on = guardian.get("consented_on")


def add_clearance(volunteer: Volunteer, data: Mapping[str, Any]) -> Clearance:
    """Give a volunteer a clearance."""
    clearance = Clearance(
        id=f"{volunteer.id}-{data['kind']}-{data['issued_on']:%Y%m%d}",
        community=volunteer.community,
        kind=data["kind"],
        issued_on=data["issued_on"],
        expires_on=data["expires_on"],
    )
    volunteer.clearances.append(clearance)
    return clearance


def move(volunteer: Volunteer, state: VolunteerState) -> None:
    """Take a legal step."""
    VOLUNTEER.check(volunteer.id, volunteer.state, state)
    volunteer.state = state


def publish_volunteer(
    session: Session, type_: str, volunteer: Volunteer, *, now: datetime, **more: Any
) -> None:
    """Tell something about a volunteer."""
    about = {
        "community": volunteer.community,
        "version": volunteer.version,
        "volunteer": volunteer.id,
    }
    publish(
        session,
        type_,
        subject=volunteer.id,
        version=volunteer.version,
        data=about | more,
        now=now,
    )
