"""Who takes part: registered once, with a guardian's consent and those who may collect a child."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from servicekit import audit, phones
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.privacy import assign_key, blind_index
from volunteers.contracts.enrolments import RegisterParticipant
from volunteers.domain.people import birth_date_problem, end_of_month
from volunteers.models import Participant, PickUp
from volunteers.queries.lookup import local_day, one, page_of, present


def register_participant(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Register somebody who takes part; the same again changes nothing."""
    key = f"{data['community']}-{data['code']}"
    plain = json.dumps(RegisterParticipant().dump(data), sort_keys=True)
    index = blind_index(session, "participant.registration", plain)
    known = session.get(Participant, key)
    if known is not None:
        if known.registration_index != index:
            raise Conflict(f"{key} is registered with other data; choose another code")
        return known
    _refuse(data, local_day(session, now))
    return _stored(session, key, data, index)


def find_participants(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of those who are registered and were not erased, by code."""
    wanted = sa.select(Participant).where(
        Participant.community == data["community"], Participant.erased_on.is_(None)
    )
    wanted = wanted.order_by(Participant.id).options(selectinload(Participant.pick_ups))
    return page_of(session, wanted, data)


def read_participants(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """The same by name, for the purpose given."""
    audit.record(
        session,
        community=data["community"],
        subject=data["community"],
        fields=["name", "guardian", "pick_ups"],
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return find_participants(session, data)


def change_participant(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Change what is given; a consent that is taken back lets nobody enrol any more."""
    row = present(session, Participant, data["participant"], lock=True)
    _refuse(data, local_day(session, now))
    _apply(row, data)
    row.version += 1
    return row


def _refuse(data: Mapping[str, Any], today: date) -> None:
    born, consented = data.get("birth_date"), data.get("consented_on")
    wrong = {
        "birth_date": born and birth_date_problem(born, today),
        "phone": _phone_problem(data.get("phone")),
        "consented_on": consented
        and consented > today
        and "lies in the future; give the day of the signature",
    }
    problems: dict[str, Any] = {name: [text] for name, text in wrong.items() if text}
    for number, each in enumerate(data.get("pick_ups", ())):
        if _phone_problem(each["phone"]):
            problems.setdefault("pick_ups", {})[number] = {"phone": [phones.PROBLEM]}
    if problems:
        raise Invalid(problems)


def _phone_problem(phone: str | None) -> str | None:
    return phones.PROBLEM if phone is not None and phones.e164(phone) is None else None


def _stored(session: Session, key: str, data: Mapping[str, Any], index: str) -> Participant:
    row = Participant(id=key, community=data["community"], registration_index=index, version=1)
    assign_key(session, row)
    row.name = data["name"].strip()
    _apply(row, data)
    session.flush()
    for each in data["pick_ups"]:
        _add(row, each)
    session.flush()
    return row


def _apply(row: Participant, given: Mapping[str, Any]) -> None:
    """Set what is given of the fields that may change."""
    if given.get("birth_date"):
        row.born_by = end_of_month(given["birth_date"])
        row.birth_date = given["birth_date"].isoformat()
    if "phone" in given:
        row.phone = given["phone"] and phones.e164(given["phone"])
    for name in ("guardian", "consented_on", "health"):
        if name in given:
            setattr(row, name, given[name])
    if "grounds" in given:
        row.grounds = sorted({str(ground) for ground in given["grounds"]})


def add_pick_up(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Somebody else may collect the child, as its guardian says."""
    row = present(session, Participant, data["participant"], lock=True)
    if _phone_problem(data["phone"]):
        raise Invalid({"phone": [phones.PROBLEM]})
    _add(row, data)
    row.version += 1
    session.flush()
    return row


def revoke_pick_up(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Somebody may not collect the child any more."""
    pick_up = one(session, PickUp, data["pick_up"])
    row = one(session, Participant, pick_up.participant_id, lock=True)
    if pick_up.revoked_on is None:
        pick_up.revoked_on = local_day(session, now)
        row.version += 1
    return row


def _add(row: Participant, data: Mapping[str, Any]) -> None:
    number = len(row.pick_ups) + 1
    added = PickUp(id=f"{row.id}-U{number}", community=row.community, relation=data["relation"])
    row.pick_ups.append(added)
    added.name = data["name"].strip()
    added.phone = phones.e164(data["phone"])
