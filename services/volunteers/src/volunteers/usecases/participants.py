"""Who takes part: registered once, with a guardian's consent and those who may collect a child."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from servicekit import phones
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.privacy import assign_key, blind_index
from volunteers.contracts.activities import RegisterParticipant
from volunteers.domain.people import birth_date_problem, end_of_month
from volunteers.models import Participant, PickUp
from volunteers.queries.lookup import local_day, one


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


def _refuse(data: Mapping[str, Any], today: date) -> None:
    born, consented = data["birth_date"], data["consented_on"]
    wrong = {
        "birth_date": born and birth_date_problem(born, today),
        "phone": _phone_problem(data["phone"]),
        "consented_on": consented
        and consented > today
        and "lies in the future; give the day of the signature",
    }
    problems: dict[str, Any] = {name: [text] for name, text in wrong.items() if text}
    bad = [number for number, each in enumerate(data["pick_ups"]) if _phone_problem(each["phone"])]
    if bad:
        problems["pick_ups"] = {number: {"phone": [phones.PROBLEM]} for number in bad}
    if problems:
        raise Invalid(problems)


def _phone_problem(phone: str | None) -> str | None:
    return phones.PROBLEM if phone is not None and phones.e164(phone) is None else None


def _stored(session: Session, key: str, data: Mapping[str, Any], index: str) -> Participant:
    born = data["birth_date"]
    row = Participant(
        id=key,
        community=data["community"],
        born_by=born and end_of_month(born),
        grounds=sorted({str(ground) for ground in data["grounds"]}),
        consented_on=data["consented_on"],
        registration_index=index,
        version=1,
    )
    assign_key(session, row)
    row.name, row.birth_date = data["name"].strip(), born and born.isoformat()
    row.phone = data["phone"] and phones.e164(data["phone"])
    row.guardian, row.health = data["guardian"], data["health"]
    session.flush()
    for each in data["pick_ups"]:
        _add(session, row, each)
    session.flush()
    return row


def add_pick_up(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Participant:
    """Somebody else may collect the child, as its guardian says."""
    row = one(session, Participant, data["participant"], lock=True)
    if _phone_problem(data["phone"]):
        raise Invalid({"phone": [phones.PROBLEM]})
    _add(session, row, data)
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


def _add(session: Session, row: Participant, data: Mapping[str, Any]) -> None:
    number = len(row.pick_ups) + 1
    added = PickUp(id=f"{row.id}-U{number}", community=row.community, relation=data["relation"])
    row.pick_ups.append(added)
    added.name = data["name"].strip()
    added.phone = phones.e164(data["phone"])
